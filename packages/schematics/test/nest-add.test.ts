import { describe, expect, test } from '@jest/globals';
import { nestProject, newFiles, put, run, type Told, treeOf, withTree } from './support/projects.js';

interface Manifest {
  readonly dependencies: Readonly<Record<string, string>>;
  readonly devDependencies: Readonly<Record<string, string>>;
  readonly jest?: { readonly transform: object; readonly transformIgnorePatterns?: readonly string[] };
}

const OURS = { 'node_modules/@rookery/.+\\.js$': '@rookery/schematics/jest-transform' };
const IGNORED = '/node_modules/(?!(\\.pnpm|@rookery)/)';

describe('nest add', () => {
  test.each(['esm', 'cjs'] as const)('brings packages, a tree and hooks to a new project, %s', async (kind) => {
    const told: Told = { notes: [], tasks: [] };
    const tree = await run('nest-add', {}, nestProject(kind), told);
    const { dependencies, devDependencies } = manifest(tree.readContent('/package.json'));
    expect(Object.keys(dependencies)).toEqual(
      expect.arrayContaining(['@rookery/genserver', '@rookery/nestjs', 'rxjs']),
    );
    expect(devDependencies['@nestjs/testing']).toBe(dependencies['@nestjs/core']);
    expect(devDependencies['@rookery/schematics']).toBe(dependencies['@rookery/nestjs']);
    expect(dependencies['rxjs']).toBe('^7.8.1');
    expect(newFiles(tree)).toEqual(['/src/app.supervisor.spec.ts', '/src/app.supervisor.ts']);
    expect(tree.readContent('/src/main.ts')).toContain('enableShutdownHooks');
    expect(told.tasks).toEqual(['node-package']);
  });

  test('a second time it changes nothing, installs nothing and says what is there', async () => {
    const tree = await run('nest-add', {}, nestProject('cjs'));
    const before = tree.files.map((file) => tree.readContent(file));
    const told: Told = { notes: [], tasks: [] };
    const again = await run('nest-add', {}, tree, told);
    expect(again.files.map((file) => again.readContent(file))).toEqual(before);
    expect(told).toEqual({ notes: ['src/app.module.ts has a tree already, and stays as it is.'], tasks: [] });
  });

  test('a tree of another name is no reason to fail', async () => {
    const tree = await run('tree', { name: 'shop' }, nestProject('esm'));
    await run('nest-add', {}, tree);
    expect(newFiles(tree)).not.toContain('/src/app.supervisor.ts');
  });

  test('without an installation it says so', async () => {
    const told: Told = { notes: [], tasks: [] };
    await run('nest-add', { skipInstall: true }, nestProject('esm'), told);
    expect(told.tasks).toEqual([]);
    expect(told.notes.join('\n')).toContain('Install');
  });

  test('without tests it writes none', async () => {
    expect(newFiles(await run('nest-add', { spec: false }, nestProject('esm')))).toEqual(['/src/app.supervisor.ts']);
  });

  test.each([
    ['^10.4.0', 'ERR_SCHEMATICS_NOT_SUPPORTED', 'Expected Nest 11 or 12, got @nestjs/core "^10.4.0"'],
    ['~9.0.0', 'ERR_SCHEMATICS_NOT_SUPPORTED', 'Update Nest first'],
    [undefined, 'ERR_SCHEMATICS_NO_PROJECT', 'this is no Nest project'],
  ])('Nest %p is refused', async (version, code, message) => {
    const tree = nestProject('esm', {});
    const content = manifest(tree.readContent('/package.json'));
    put(
      tree,
      '/package.json',
      JSON.stringify({ ...content, dependencies: { ...content.dependencies, '@nestjs/core': version } }),
    );
    await expect(run('nest-add', {}, tree)).rejects.toMatchObject({ code, message: expect.stringContaining(message) });
  });

  test.each(['latest', 'workspace:*', '>=11.0.0', '12.x'])('Nest "%s" is taken', async (version) => {
    const tree = nestProject('esm');
    put(tree, '/package.json', JSON.stringify({ dependencies: { '@nestjs/core': version } }));
    await run('nest-add', {}, tree);
    expect(newFiles(tree)).toContain('/src/app.supervisor.ts');
  });

  test('package.json keeps its indentation and its line ends', async () => {
    const tree = treeOf({ '/package.json': '{\r\n\t"dependencies": {\r\n\t\t"@nestjs/core": "12.0.0"\r\n\t}\r\n}' });
    put(tree, '/src/app.module.ts', nestProject('esm').readContent('/src/app.module.ts'));
    await run('nest-add', {}, tree);
    expect(tree.readContent('/package.json')).toMatch(
      /^\{\r\n\t"dependencies": \{\r\n\t\t"@nestjs\/core": "12.0.0",\r\n\t\t"@rookery/,
    );
    expect(tree.readContent('/package.json')).not.toMatch(/[^\r]\n|\n$/);
  });
});

describe('Jest', () => {
  test('of a CommonJS project with Nest 11 is told to transform our packages', async () => {
    const e2e = `{\n  "moduleFileExtensions": ["js", "ts"],\n  "transform": {\n    "^.+\\\\.(t|j)s$": "ts-jest"\n  }\n}\n`;
    const tree = await run('nest-add', {}, nestProject('cjs', { '/test/jest-e2e.json': e2e }));
    const { jest } = manifest(tree.readContent('/package.json'));
    expect(Object.entries(jest?.transform ?? {})).toEqual([...Object.entries(OURS), ['^.+\\.(t|j)s$', 'ts-jest']]);
    expect(jest?.transformIgnorePatterns).toEqual([IGNORED]);
    const text = tree.readContent('/test/jest-e2e.json');
    expect(JSON.parse(text)).toMatchObject({ transform: OURS, transformIgnorePatterns: [IGNORED] });
    expect(text).toContain('"moduleFileExtensions": ["js", "ts"],\n');
  });

  test.each([
    ['jest.config.ts', 'const config: Config = {\n  transform: {\n    a: "b",\n  },\n};\nexport default config;\n'],
    ['jest.config.js', 'module.exports = { preset: "x", transform: { a: "b" } };\n'],
    ['jest.config.mjs', 'export default { transform: {} };\n'],
  ])('configured by %s, too', async (file, text) => {
    const tree = await run('nest-add', {}, nestProject('cjs', { [`/${file}`]: text }));
    const changed = tree.readContent(`/${file}`);
    expect(changed).toContain(`'node_modules/@rookery/.+\\\\.js$': '@rookery/schematics/jest-transform'`);
    expect(changed).toContain(`transformIgnorePatterns: ['/node_modules/(?!(\\\\.pnpm|@rookery)/)']`);
  });

  test('a pattern that leaves all packages alone gives way, others stay', async () => {
    const text = `{ "transform": { "a": "b" }, "transformIgnorePatterns": ["/dist/", "/node_modules/"] }\n`;
    const tree = await run('nest-add', {}, nestProject('cjs', { '/jest.config.json': text }));
    expect(JSON.parse(tree.readContent('/jest.config.json'))).toMatchObject({
      transformIgnorePatterns: ['/dist/', IGNORED],
    });
  });

  test('without a transform to put it into it says what to do', async () => {
    const told: Told = { notes: [], tasks: [] };
    const text = `module.exports = { preset: 'ts-jest' };\n`;
    const tree = await run('nest-add', {}, nestProject('cjs', { '/jest.config.js': text }), told);
    expect(tree.readContent('/jest.config.js')).toBe(text);
    expect(told.notes.join('\n')).toContain('jest.config.js has no "transform"');
  });

  test('of ES modules, or of Nest 12, is left alone', async () => {
    const esm = nestProject('cjs');
    const content = manifest(esm.readContent('/package.json'));
    put(esm, '/package.json', JSON.stringify({ ...content, type: 'module' }));
    const twelve = nestProject('cjs');
    put(twelve, '/package.json', twelve.readContent('/package.json').replaceAll('^11.0.1', '^12.0.1'));
    for (const tree of [esm, twelve]) {
      await run('nest-add', {}, tree);
      expect(tree.readContent('/package.json')).not.toContain('jest-transform');
    }
  });

  test('a server that is generated later needs nothing more', async () => {
    const tree = await run('nest-add', {}, nestProject('cjs'));
    const before = tree.readContent('/package.json');
    await run('server', { name: 'room' }, tree);
    expect(tree.readContent('/package.json')).toBe(before);
    expect(newFiles(await withTree('cjs'))).toEqual(['/src/app.supervisor.ts']);
  });
});

function manifest(text: string): Manifest {
  return JSON.parse(text) as Manifest;
}
