import { describe, expect, test } from '@jest/globals';
import { put, run, withTree } from './support/projects.js';

describe('beside what is there a schematic', () => {
  test('refuses a name that another supervisor has a child of, as the tree would not boot', async () => {
    const tree = await withTree('esm', { ...area('red'), ...area('blue') });
    await run('server', { name: 'red/room' }, tree);
    await expect(run('server', { name: 'blue/room' }, tree)).rejects.toMatchObject({
      code: 'ERR_SCHEMATICS_NAME_TAKEN',
      message: expect.stringContaining('src/red/room/room.server.ts has a Room already'),
    });
    const named = tree
      .readContent('/src/red/room/room.server.ts')
      .replace('@Supervised()', `@Supervised({ name: 'red' })`);
    put(tree, '/src/red/room/room.server.ts', named);
    await run('server', { name: 'blue/room' }, tree);
    await run('supervisor', { name: 'red/desk' }, tree);
    await expect(run('supervisor', { name: 'blue/desk' }, tree)).rejects.toMatchObject({
      code: 'ERR_SCHEMATICS_NAME_TAKEN',
    });
  });

  test.each([
    ['@Module({ ...shared })', 'shows its providers'],
    [`@Module({ ['providers']: [] })`, 'shows its providers'],
    ['@Module({ get providers() { return []; } })', 'shows its providers'],
  ])('does not hide what a module has by other means: %s', async (decorator, message) => {
    const tree = await withTree('esm', {
      '/src/room/room.module.ts': `import { Module } from '@nestjs/common';\n\n${decorator}\nexport class RoomModule {}\n`,
    });
    await expect(run('server', { name: 'room' }, tree)).rejects.toMatchObject({
      code: 'ERR_SCHEMATICS_NOT_EDITABLE',
      message: expect.stringContaining(message),
    });
  });

  test('does not hide children that a supervisor has by what it spreads', async () => {
    const tree = await withTree('esm', {
      '/src/jobs/jobs.supervisor.ts': `import { Supervisor } from '@rookery/nestjs';\n\n@Supervisor({ ...options })\nexport class Jobs {}\n`,
    });
    await expect(run('server', { name: 'jobs/room' }, tree)).rejects.toMatchObject({
      code: 'ERR_SCHEMATICS_NOT_EDITABLE',
    });
  });
});

/** A folder with a module and a supervisor. */
function area(name: string): Record<string, string> {
  return {
    [`/src/${name}/${name}.module.ts`]: `import { Module } from '@nestjs/common';\n\n@Module({})\nexport class ${name}Module {}\n`,
    [`/src/${name}/${name}.supervisor.ts`]: `import { Supervisor } from '@rookery/nestjs';\n\n@Supervisor({ strategy: 'one_for_one', children: [] })\nexport class ${name}Supervisor {}\n`,
  };
}
