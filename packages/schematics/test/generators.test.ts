import { describe, expect, test } from '@jest/globals';
import ts from 'typescript';
import { nestProject, newFiles, put, run, type Told, treeOf, withTree } from './support/projects.js';

const KINDS = ['server', 'supervisor', 'cache', 'breaker', 'pool', 'health'];

function told(): Told {
  return { notes: [], tasks: [] };
}

describe('every schematic', () => {
  test.each(KINDS.flatMap((kind) => [[kind, 'esm'] as const, [kind, 'cjs'] as const]))(
    '%s writes a class and its test, in the %s manner of imports',
    async (kind, modules) => {
      const tree = await run(kind, { name: 'games/red-room' }, await withTree(modules));
      const file = `/src/games/red-room/red-room.${kind}.ts`;
      const spec = file.replace(/ts$/, 'spec.ts');
      expect(newFiles(tree)).toEqual(['/src/app.supervisor.ts', spec, file].toSorted());
      expect(tree.readContent(spec)).toContain(`from './red-room.${kind}${modules === 'esm' ? '.js' : ''}';`);
      for (const each of [file, spec]) {
        const { diagnostics } = ts.transpileModule(tree.readContent(each), { reportDiagnostics: true });
        expect(diagnostics).toEqual([]);
      }
    },
  );

  test.each(KINDS)('%s changes nothing when it runs again, and says what is there', async (kind) => {
    const once = await run(kind, { name: 'room' }, await withTree('esm'));
    const before = Object.fromEntries(once.files.map((file) => [file, once.readContent(file)]));
    const said = told();
    const twice = await run(kind, { name: 'room' }, once, said);
    expect(Object.fromEntries(twice.files.map((file) => [file, twice.readContent(file)]))).toEqual(before);
    expect(said.notes.filter((note) => note.includes('is there already'))).toHaveLength(2);
  });

  test.each(KINDS)('%s leaves a file of the user that has its name', async (kind) => {
    const tree = await withTree('esm', { [`/src/room/room.${kind}.ts`]: `export class Mine {}\n` });
    await run(kind, { name: 'room' }, tree);
    expect(tree.readContent(`/src/room/room.${kind}.ts`)).toBe('export class Mine {}\n');
  });

  test.each(KINDS)('%s takes --flat, --no-spec, --path and --spec-file-suffix', async (kind) => {
    const flat = await run(kind, { name: 'room', flat: true, spec: false, path: 'play' }, await withTree('esm'));
    expect(newFiles(flat)).toEqual(['/src/app.supervisor.ts', `/src/play/room.${kind}.ts`]);
    const suffix = await run(kind, { name: 'room', specFileSuffix: 'test' }, await withTree('esm'));
    expect(newFiles(suffix)).toContain(`/src/room/room.${kind}.test.ts`);
  });

  test.each(KINDS)('%s with --skip-import touches no other source', async (kind) => {
    const tree = await run(kind, { name: 'room', skipImport: true }, nestProject('esm'));
    const fresh = nestProject('esm');
    for (const file of ['/src/main.ts', '/src/app.module.ts']) {
      expect(tree.readContent(file)).toBe(fresh.readContent(file));
    }
    expect(tree.files).toContain(`/src/room/room.${kind}.ts`);
  });

  test.each(KINDS)('%s adds the packages it needs, once, and has them installed', async (kind) => {
    const said = told();
    const tree = await run(kind, { name: 'room' }, await withoutRookery(), said);
    const { dependencies } = JSON.parse(tree.readContent('/package.json')) as { dependencies: Record<string, string> };
    expect(Object.keys(dependencies)).toEqual(Object.keys(dependencies).toSorted());
    expect(dependencies['@rookery/nestjs']).toMatch(/^\^\d+\.\d+\.\d+/);
    expect(said.tasks).toEqual(['node-package']);
    const again = told();
    await run(kind, { name: 'other' }, tree, again);
    expect(again.tasks).toEqual([]);
  });

  test.each(KINDS)('%s refuses JavaScript, a bad name and a folder without a project', async (kind) => {
    const refused = (options: object, tree = nestProject('esm')): Promise<unknown> => run(kind, { ...options }, tree);
    await expect(refused({ name: 'room', language: 'js' })).rejects.toThrow('Only TypeScript');
    await expect(refused({ name: '9room' })).rejects.toThrow('begins with a letter');
    await expect(refused({})).rejects.toThrow(/required property 'name'/);
    await expect(refused({ name: 'room' }, treeOf({}))).rejects.toMatchObject({ code: 'ERR_SCHEMATICS_NO_PROJECT' });
  });
});

describe('server', () => {
  test('is a provider of the nearest module and a child of the nearest supervisor', async () => {
    const tree = await withTree('esm', {
      '/src/games/games.module.ts': `import { Module } from '@nestjs/common';\n\n@Module({})\nexport class GamesModule {}\n`,
    });
    await run('supervisor', { name: 'games' }, tree);
    await run('server', { name: 'games/room' }, tree);
    expect(tree.readContent('/src/games/games.module.ts')).toBe(`import { Module } from '@nestjs/common';
import { Room } from './room/room.server.js';

@Module({
  providers: [Room],
})
export class GamesModule {}
`);
    expect(tree.readContent('/src/games/games.supervisor.ts')).toContain('children: [Room]');
    expect(tree.readContent('/src/app.supervisor.ts')).toContain('children: [GamesSupervisor]');
    expect(tree.readContent('/src/app.module.ts')).not.toContain('Room');
  });

  test('is a child of what the module of its feature contributes', async () => {
    const tree = await withTree('cjs', {
      '/src/rooms/rooms.module.ts': `import { Module } from '@nestjs/common';
import { SupervisionModule } from '@rookery/nestjs';

@Module({
  imports: [SupervisionModule.forFeature({ at: 'rooms', children: [] })],
})
export class RoomsModule {}
`,
    });
    const said = told();
    await run('server', { name: 'rooms/room', flat: true }, tree, said);
    expect(tree.readContent('/src/rooms/rooms.module.ts')).toBe(`import { Module } from '@nestjs/common';
import { SupervisionModule } from '@rookery/nestjs';
import { Room } from './room.server';

@Module({
  imports: [SupervisionModule.forFeature({ at: 'rooms', children: [Room] })],
  providers: [Room],
})
export class RoomsModule {}
`);
    expect(said.notes).toContain(`Room is a child of feature('rooms'): inject it with @InjectServer(Room).`);
  });

  test('goes to the root of the tree, wherever that stands, when no supervisor is near', async () => {
    const tree = nestProject('esm', {
      '/src/tree/root.supervisor.ts': `import { Supervisor } from '@rookery/nestjs';\n\n@Supervisor({ strategy: 'one_for_one' })\nexport class Root {}\n`,
    });
    put(tree, '/src/app.module.ts', MODULE_WITH_ROOT);
    await run('server', { name: 'room' }, tree);
    expect(tree.readContent('/src/tree/root.supervisor.ts')).toContain(`strategy: 'one_for_one', children: [Room] `);
    expect(tree.readContent('/src/tree/root.supervisor.ts')).toContain(`from '../room/room.server.js'`);
  });

  test('goes to the supervisor or the feature that is named, by --supervisor or by the --type of the Nest CLI', async () => {
    for (const option of ['supervisor', 'type']) {
      const tree = await withTree('esm');
      await run('supervisor', { name: 'jobs' }, tree);
      await run('server', { name: 'room', [option]: 'JobsSupervisor' }, tree);
      expect(tree.readContent('/src/jobs/jobs.supervisor.ts')).toContain('children: [Room]');
    }
  });

  test('of several supervisors in one folder one must be named', async () => {
    const tree = await withTree('esm');
    await run('supervisor', { name: 'jobs', flat: true, type: 'AppSupervisor' }, tree);
    await expect(run('server', { name: 'room' }, tree)).rejects.toMatchObject({
      code: 'ERR_SCHEMATICS_SEVERAL_SUPERVISORS',
      message: expect.stringMatching(
        /src has several supervisors: AppSupervisor, JobsSupervisor. Say which: "--type AppSupervisor"/,
      ),
    });
    await run('server', { name: 'room', type: 'JobsSupervisor' }, tree);
    expect(tree.readContent('/src/jobs.supervisor.ts')).toContain('children: [Room]');
  });

  test('a child that has a place keeps it, and gets no second one', async () => {
    const tree = await withTree('esm');
    await run('server', { name: 'room' }, tree);
    await run('supervisor', { name: 'jobs', flat: true, type: 'AppSupervisor' }, tree);
    const before = tree.readContent('/src/jobs.supervisor.ts');
    await run('server', { name: 'room' }, tree);
    expect(tree.readContent('/src/jobs.supervisor.ts')).toBe(before);
    await expect(run('server', { name: 'room', type: 'JobsSupervisor' }, tree)).rejects.toThrow(
      'Room is a child of AppSupervisor already',
    );
  });

  test('refuses a supervisor that is not there, and names those that are', async () => {
    const tree = await withTree('esm');
    await expect(run('server', { name: 'room', supervisor: 'NoSuch' }, tree)).rejects.toThrow(
      'No supervisor or feature is called "NoSuch". There are: AppSupervisor.',
    );
  });

  test('refuses without a tree, and writes nothing', async () => {
    const tree = nestProject('esm');
    await expect(run('server', { name: 'room' }, tree)).rejects.toMatchObject({
      code: 'ERR_SCHEMATICS_NO_SUPERVISOR',
      message: expect.stringContaining('schematics tree app'),
    });
    expect(tree.readContent('/src/app.module.ts')).toBe(nestProject('esm').readContent('/src/app.module.ts'));
  });

  test('refuses without a module', async () => {
    const tree = await withTree('esm');
    tree.delete('/src/app.module.ts');
    await expect(run('server', { name: 'room' }, tree)).rejects.toMatchObject({ code: 'ERR_SCHEMATICS_NO_MODULE' });
  });

  test('refuses where the module means another class by its name', async () => {
    const tree = await withTree('esm');
    await run('server', { name: 'red/room' }, tree);
    await expect(run('server', { name: 'blue/room' }, tree)).rejects.toMatchObject({
      code: 'ERR_SCHEMATICS_NAME_TAKEN',
      message: expect.stringContaining('src/app.module.ts imports from "./red/room/room.server.js" a Room of its own'),
    });
  });

  test('refuses options that are no object, and says what to put there', async () => {
    const tree = await withTree('esm', {
      '/src/jobs/jobs.supervisor.ts': `import { Supervisor } from '@rookery/nestjs';\nconst options = { strategy: 'one_for_one' } as const;\n\n@Supervisor(options)\nexport class Jobs {}\n`,
    });
    await expect(run('server', { name: 'jobs/room' }, tree)).rejects.toMatchObject({
      code: 'ERR_SCHEMATICS_NOT_EDITABLE',
      message: expect.stringContaining('Put Room into its children'),
    });
  });
});

describe('a monorepo', () => {
  const files = {
    '/nest-cli.json': JSON.stringify({
      monorepo: true,
      sourceRoot: 'apps/shop/src',
      projects: {
        shop: { type: 'application', sourceRoot: 'apps/shop/src' },
        office: { type: 'application', sourceRoot: 'apps/office/src', entryFile: 'start' },
      },
    }),
    '/package.json': JSON.stringify({ dependencies: { '@nestjs/core': '^11.0.0' } }),
    '/apps/office/src/start.ts': `import { NestFactory } from '@nestjs/core';
import { OfficeModule } from './office.module';
async function bootstrap() {
  const app = await NestFactory.create(OfficeModule);
}
void bootstrap();
`,
    '/apps/office/src/office.module.ts': `import { Module } from '@nestjs/common';\n\n@Module({})\nexport class OfficeModule {}\n`,
  };

  test.each([{ project: 'office' }, { sourceRoot: 'apps/office/src', project: 'office' }])(
    'its project is worked on, with its own entry file: %p',
    async (options) => {
      const tree = await run('tree', { name: 'office', ...options }, treeOf(files));
      expect(tree.readContent('/apps/office/src/office.module.ts')).toContain('root: OfficeSupervisor');
      expect(tree.readContent('/apps/office/src/start.ts')).toContain('app.enableShutdownHooks();');
      await run('server', { name: 'desk', ...options }, tree);
      expect(tree.exists('/apps/office/src/desk/desk.server.ts')).toBe(true);
    },
  );

  test('a project that is not there is refused', async () => {
    await expect(run('server', { name: 'desk', project: 'attic' }, treeOf(files))).rejects.toThrow(
      'no project "attic": it has shop, office',
    );
  });
});

const MODULE_WITH_ROOT = `import { Module } from '@nestjs/common';
import { SupervisionModule } from '@rookery/nestjs';
import { Root } from './tree/root.supervisor.js';

@Module({ imports: [SupervisionModule.forRootAsync({ root: Root, useFactory: () => ({}) })] })
export class AppModule {}
`;

async function withoutRookery(): Promise<Awaited<ReturnType<typeof withTree>>> {
  const tree = await withTree('esm');
  put(tree, '/package.json', nestProject('esm').readContent('/package.json'));
  return tree;
}
