import { describe, expect, test } from '@jest/globals';
import { put, run, withTree } from './support/projects.js';

const MODULE = '/src/app.module.ts';

describe('cache, breaker and pool', () => {
  test.each([
    ['cache', `TtlCacheModule.forFeature([{ name: 'room', ttlMs: 60_000, maxEntries: 1_000 }])`, 'ttl-cache'],
    [
      'breaker',
      `CircuitBreakerModule.forFeature({ breakers: [{ name: 'room', failureThreshold: 5, callTimeoutMs: 5_000 }] })`,
      'circuit-breaker',
    ],
    ['pool', `WorkerPoolModule.forFeature([{ name: 'room', size: 4, queue: { limit: 100 } }])`, 'worker-pool'],
  ])('%s is made by the nearest module', async (kind, entry, entryPoint) => {
    const text = (await run(kind, { name: 'room' }, await withTree('esm'))).readContent(MODULE);
    expect(text).toContain(entry);
    expect(text).toContain(`from '@rookery/nestjs/${entryPoint}';`);
    expect(text).toMatch(/providers: \[AppService, Room\w+\]/);
  });

  test.each(['cache', 'breaker', 'pool'])('a second %s goes into the forFeature that is there', async (kind) => {
    const tree = await withTree('esm');
    await run(kind, { name: 'room' }, tree);
    await run(kind, { name: 'door' }, tree);
    const text = tree.readContent(MODULE);
    expect(text.match(/forFeature/g)).toHaveLength(1);
    expect(text).toMatch(/\{ name: 'room'.*\},\s+\{ name: 'door'/);
  });

  test('a cache that forRoot of the module has is used', async () => {
    const tree = await withTree('esm');
    const text = tree
      .readContent(MODULE)
      .replace('imports: [', `imports: [TtlCacheModule.forRoot({ caches: [{ name: 'room' }] }), `);
    put(tree, MODULE, `import { TtlCacheModule } from '@rookery/nestjs/ttl-cache';\n${text}`);
    await run('cache', { name: 'room' }, tree);
    expect(tree.readContent(MODULE)).not.toContain('forFeature');
  });

  test.each(['breaker', 'pool'])('two of one name are too many: %s', async (kind) => {
    const tree = await withTree('esm', {
      '/src/games/games.module.ts': `import { Module } from '@nestjs/common';\n\n@Module({})\nexport class GamesModule {}\n`,
    });
    await run(kind, { name: 'room' }, tree);
    await expect(run(kind, { name: 'games/room' }, tree)).rejects.toMatchObject({
      code: 'ERR_SCHEMATICS_NAME_TAKEN',
      message: expect.stringContaining('src/app.module.ts has a "room"'),
    });
  });

  test('a list that is kept elsewhere is spread', async () => {
    const tree = await withTree('esm');
    const text = tree.readContent(MODULE).replace('imports: [', 'imports: [TtlCacheModule.forFeature(CACHES), ');
    put(
      tree,
      MODULE,
      `import { TtlCacheModule } from '@rookery/nestjs/ttl-cache';\nimport { CACHES } from './caches.js';\n${text}`,
    );
    await run('cache', { name: 'room' }, tree);
    expect(tree.readContent(MODULE)).toContain(`TtlCacheModule.forFeature([...CACHES, { name: 'room'`);
  });
});

describe('health', () => {
  test('brings the probes to the root module, once', async () => {
    const tree = await withTree('esm', {
      '/src/games/games.module.ts': `import { Module } from '@nestjs/common';\n\n@Module({})\nexport class GamesModule {}\n`,
    });
    await run('health', { name: 'games/room' }, tree);
    await run('health', { name: 'database' }, tree);
    expect(tree.readContent(MODULE).match(/HealthModule\.forRoot\(\)/g)).toHaveLength(1);
    expect(tree.readContent('/src/games/games.module.ts')).toContain('providers: [RoomHealth]');
    expect(tree.readContent('/src/games/games.module.ts')).not.toContain('HealthModule');
    expect(tree.readContent(MODULE)).toContain('providers: [AppService, DatabaseHealth]');
  });

  test('two indicators of one name are too many', async () => {
    const tree = await withTree('esm', {
      '/src/games/games.module.ts': `import { Module } from '@nestjs/common';\n\n@Module({})\nexport class GamesModule {}\n`,
    });
    await run('health', { name: 'database' }, tree);
    await expect(run('health', { name: 'games/database' }, tree)).rejects.toMatchObject({
      code: 'ERR_SCHEMATICS_NAME_TAKEN',
      message: expect.stringContaining('src/database/database.health.ts has a health indicator "database" already'),
    });
  });

  test('probes that another module has stay where they are', async () => {
    const tree = await withTree('esm', {
      '/src/ops/ops.module.ts': `import { Module } from '@nestjs/common';\nimport { HealthModule } from '@rookery/nestjs/health';\n\n@Module({ imports: [HealthModule.forRootAsync({ useFactory: () => ({}) })] })\nexport class OpsModule {}\n`,
    });
    await run('health', { name: 'database' }, tree);
    expect(tree.readContent(MODULE)).not.toContain('HealthModule');
  });
});
