import { describe, expect, test } from '@jest/globals';
import { nestProject, newFiles, put, run, type Told, withTree } from './support/projects.js';

describe('tree', () => {
  test.each([
    ['esm', '.js'],
    ['cjs', ''],
  ] as const)('brings a root, forRoot and shutdown hooks to a new project, %s', async (kind, end) => {
    const tree = await run('tree', { name: 'app' }, nestProject(kind));
    expect(newFiles(tree)).toEqual(['/src/app.supervisor.spec.ts', '/src/app.supervisor.ts']);
    expect(tree.readContent('/src/app.module.ts')).toBe(`import { Module } from '@nestjs/common';
import { SupervisionModule } from '@rookery/nestjs';
import { AppController } from './app.controller${end}';
import { AppService } from './app.service${end}';
import { AppSupervisor } from './app.supervisor${end}';

@Module({
  imports: [SupervisionModule.forRoot({ root: AppSupervisor })],
  controllers: [AppController],
  providers: [AppService],
})
export class AppModule {}
`);
    expect(tree.readContent('/src/main.ts')).toContain(`  const app = await NestFactory.create(AppModule);
  app.enableShutdownHooks();
  await app.listen`);
  });

  test('is called app if nothing is said, and stands beside the root module', async () => {
    const tree = nestProject('esm');
    const module = tree.readContent('/src/app.module.ts');
    tree.delete('/src/app.module.ts');
    put(tree, '/src/root/root.module.ts', module.replaceAll('AppModule', 'RootModule'));
    put(
      tree,
      '/src/main.ts',
      tree
        .readContent('/src/main.ts')
        .replaceAll('AppModule', 'RootModule')
        .replace('./app.module.js', './root/root.module.js'),
    );
    await run('tree', {}, tree);
    expect(newFiles(tree)).toContain('/src/root/app.supervisor.ts');
    expect(tree.readContent('/src/root/root.module.ts')).toContain('forRoot({ root: AppSupervisor })');
  });

  test('a tree that is there stays, and only what is missing is added', async () => {
    const tree = await withTree('esm');
    put(tree, '/src/main.ts', nestProject('esm').readContent('/src/main.ts'));
    const module = tree.readContent('/src/app.module.ts');
    const told: Told = { notes: [], tasks: [] };
    await run('tree', { name: 'app' }, tree, told);
    expect(tree.readContent('/src/app.module.ts')).toBe(module);
    expect(told.notes).toContain('src/app.module.ts has the tree of AppSupervisor already, and stays as it is.');
    expect(tree.readContent('/src/main.ts')).toContain('enableShutdownHooks');
  });

  test('a second root is refused, as an application has one', async () => {
    await expect(run('tree', { name: 'other' }, await withTree('esm'))).rejects.toMatchObject({
      code: 'ERR_SCHEMATICS_OTHER_ROOT',
      message: expect.stringContaining('that of AppSupervisor'),
    });
  });

  test('hooks that are there are not called twice, whatever their arguments', async () => {
    const tree = nestProject('esm');
    const main = tree
      .readContent('/src/main.ts')
      .replace('  await app', `  app.enableShutdownHooks(['SIGTERM']);\n  await app`);
    put(tree, '/src/main.ts', main);
    await run('tree', {}, tree);
    expect(tree.readContent('/src/main.ts')).toBe(main);
  });

  test.each([
    ['closeOnGiveUp', 'const app = closeOnGiveUp(await NestFactory.create(AppModule));'],
    ['a type and options', 'const app = await NestFactory.create<NestExpressApplication>(AppModule, { cors: true });'],
    ['a microservice', 'const app = await NestFactory.createMicroservice(AppModule);'],
    ['an assignment', 'app = await NestFactory.create(AppModule.register());'],
    ['without semicolons', 'const app = await NestFactory.create(AppModule)'],
  ])('the application is found behind %s', async (_, statement) => {
    const tree = nestProject('esm');
    const isBare = !statement.endsWith(';');
    const text = `import { NestFactory } from '@nestjs/core';\nimport { AppModule } from './app.module.js';\n\nlet app;\n${statement}\n`;
    put(tree, '/src/main.ts', isBare ? text.replaceAll(';', '') : text);
    await run('tree', {}, tree);
    expect(tree.readContent('/src/main.ts')).toContain(`${statement}\napp.enableShutdownHooks()${isBare ? '' : ';'}\n`);
  });

  test.each([
    ['is missing', undefined],
    ['makes the application in some other way', `import './app.module.js';\n`],
    ...[
      'NestFactory.create(AppModule).then((app) => app.listen(3000));',
      'const app = NestFactory.create(AppModule);',
      'const server = (await NestFactory.create(AppModule)).getHttpServer();',
      'const [app] = await Promise.all([NestFactory.create(AppModule)]);',
      'let app;\nif (isProd) app = await NestFactory.create(AppModule);\nelse app = await NestFactory.create(AppModule, {});',
    ].map((statement): [string, string] => [
      `says ${statement}`,
      `import { NestFactory } from '@nestjs/core';\nimport { AppModule } from './app.module.js';\n\n${statement}\n`,
    ]),
  ])('where main.ts %s, it says what to call', async (_, main) => {
    const tree = nestProject('esm');
    if (main === undefined) tree.delete('/src/main.ts');
    else put(tree, '/src/main.ts', main);
    const told: Told = { notes: [], tasks: [] };
    await run('tree', {}, tree, told);
    expect(told.notes.join('\n')).toContain('Call app.enableShutdownHooks()');
    expect(tree.read('/src/main.ts')?.toString()).toBe(main);
    expect(tree.readContent('/src/app.module.ts')).toContain('forRoot');
  });

  test('without a root module it is refused', async () => {
    const tree = nestProject('esm');
    tree.delete('/src/app.module.ts');
    await expect(run('tree', {}, tree)).rejects.toMatchObject({ code: 'ERR_SCHEMATICS_NO_ENTRY' });
  });
});
