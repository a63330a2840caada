import { readFileSync } from 'node:fs';
import { describe, expect, test } from '@jest/globals';
import { nestAdd } from '../../src/schematics/nest-add.js';

interface Task {
  readonly name: string;
  readonly options: object;
  readonly after: readonly unknown[];
}

function add(packageJson: string | undefined, options: object): { readonly text: string; readonly tasks: Task[] } {
  const tasks: Task[] = [];
  let text = packageJson ?? '';
  const tree = {
    read: () => (packageJson === undefined ? null : { toString: () => text }),
    overwrite: (_: string, content: string) => (text = content),
  };
  const addTask = (task: { toConfiguration(): object }, after: readonly unknown[] = []): number =>
    tasks.push({ ...(task.toConfiguration() as Task), after });
  nestAdd(options)(tree, { addTask });
  return { text, tasks };
}

const { version } = JSON.parse(readFileSync(new URL('../../package.json', import.meta.url), 'utf8')) as {
  version: string;
};
const handOver = { collection: '@rookery/schematics', name: 'nest-add', options: { sourceRoot: 'src' } };

describe('nest add', () => {
  test('installs the schematics in the version of this package, then hands over to them', () => {
    const before = `{\n    "name": "demo",\n    "devDependencies": {\n        "zod": "4"\n    }\n}\n`;
    const { text, tasks } = add(before, { sourceRoot: 'src' });
    expect(text).toBe(
      `{\n    "name": "demo",\n    "devDependencies": {\n        "@rookery/schematics": "^${version}",\n        "zod": "4"\n    }\n}\n`,
    );
    expect(tasks).toEqual([
      { name: 'node-package', options: expect.objectContaining({ command: 'install' }), after: [] },
      { name: 'run-schematic', options: handOver, after: [1] },
    ]);
  });

  test.each(['dependencies', 'devDependencies'])('hands over at once where they are in %s', (group) => {
    const before = JSON.stringify({ [group]: { '@rookery/schematics': 'file:x.tgz' } });
    const { text, tasks } = add(before, { sourceRoot: 'src' });
    expect(text).toBe(before);
    expect(tasks).toEqual([{ name: 'run-schematic', options: handOver, after: [] }]);
  });

  test('is refused outside a project', () => {
    expect(() => add(undefined, {})).toThrow('run this in the root of a Nest project');
  });

  test('stands where the Nest CLI looks for it', () => {
    const file = (path: string): string => readFileSync(new URL(`../../${path}`, import.meta.url), 'utf8');
    const { schematics, files } = JSON.parse(file('package.json')) as { schematics: string; files: string[] };
    expect(schematics).toBe('./collection.json');
    expect(files).toContain('collection.json');
    expect(JSON.parse(file('collection.json'))).toMatchObject({
      schematics: { 'nest-add': { factory: './dist/schematics/nest-add.js#nestAdd' } },
    });
  });
});
