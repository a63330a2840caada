import { readdirSync, readFileSync } from 'node:fs';
import { dirname, join, posix, relative, sep } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, test } from '@jest/globals';

const SRC = join(dirname(fileURLToPath(import.meta.url)), '../src');

interface Import {
  readonly from: string;
  /** A file of ours, as a path below src, or the module as it was written. */
  readonly to: string;
  /** Gone at run time. */
  readonly isTypeOnly: boolean;
}

/** `import` and `export … from` statements; group 2 holds what is named, to tell types from values. */
const STATEMENT = /^(?:import|export)\s+(type\s)?([^;]*?)from\s+'([^']+)';/gm;

function importsOf(file: string): readonly Import[] {
  const text = readFileSync(join(SRC, file), 'utf8');
  return Array.from(text.matchAll(STATEMENT), ([, type, names = '', to = '']) => ({
    from: file,
    to: to.startsWith('.') ? posix.join(posix.dirname(file), to).replace(/\.js$/, '.ts') : to,
    isTypeOnly: type !== undefined || isAllTypes(names),
  }));
}

function isAllTypes(names: string): boolean {
  const listed = /^\{([^}]*)\}/.exec(names.trim())?.[1]?.split(',') ?? [];
  const named = listed.map((name) => name.trim()).filter((name) => name !== '');
  return named.length > 0 && named.every((name) => name.startsWith('type '));
}

const files = readdirSync(SRC, { recursive: true, encoding: 'utf8' })
  .map((file) => relative('.', file).split(sep).join('/'))
  .filter((file) => file.endsWith('.ts'));
const imports = files.flatMap(importsOf);
const own = imports.filter(({ to }) => files.includes(to));

/**
 * Who may import whom: each layer those below it. `runtime/clock` is below everything; `supervisor` and `registry` do not
 * know each other; `task`, `agent` and `state-machine` stand on them (a task supervisor is a dynamic supervisor); the files right in src that make up the public face are on top.
 */
const LAYERS: readonly (readonly string[])[] = [
  ['runtime/clock.ts'],
  ['errors.ts', 'checks.ts', 'process'],
  ['runtime'],
  ['gen-server'],
  ['supervisor', 'registry'],
  ['task', 'agent', 'state-machine'],
  ['tree.ts', 'registry-spec.ts', 'runtime-options.ts', 'runtime-refs.ts', 'runtime-shutdown.ts'],
  ['runtime.ts'],
  ['application', 'reporter'],
  ['index.ts', 'testing', 'testing.ts'],
];

/** The most precise name in LAYERS for a file: itself, or its folder. */
function placeOf(file: string): string {
  return LAYERS.flat().includes(file) ? file : (file.split('/')[0] ?? file);
}

const levelOf = (file: string): number => LAYERS.findIndex((layer) => layer.includes(placeOf(file)));

/** What is imported as a type by what it imports itself: a thing and what it is made of know each other. */
const IN_CIRCLES_OF_TYPES: readonly string[] = [
  'gen-server/gen-server.ts',
  'gen-server/self.ts',
  'gen-server/start-server.ts',
  'process/activity.ts',
  'process/alias.ts',
  'process/call-message.ts',
  'process/context.ts',
  'process/exit-signals.ts',
  'process/host.ts',
  'process/idle-timer.ts',
  'process/info-timer.ts',
  'process/message-queue.ts',
  'process/message.ts',
  'process/monitors.ts',
  'process/process.ts',
  'process/status.ts',
  'process/trail.ts',
  'runtime/kernel.ts',
];

/** Whether a file leads to another, by imports of any kind. */
function reaches(file: string, target: string, seen = new Set<string>()): boolean {
  if (file === target) return true;
  seen.add(file);
  return own.some(({ from, to }) => from === file && !seen.has(to) && reaches(to, target, seen));
}

/** Every circle of imports, as the paths that close it. */
function circles(edges: readonly Import[]): readonly string[] {
  const found: string[] = [];
  const done = new Set<string>();
  const visit = (file: string, path: readonly string[]): void => {
    if (path.includes(file)) found.push([...path.slice(path.indexOf(file)), file].join(' → '));
    if (done.has(file) || path.includes(file)) return;
    for (const { to } of edges.filter(({ from }) => from === file)) visit(to, [...path, file]);
    done.add(file);
  };
  for (const file of files) visit(file, []);
  return found;
}

describe('the files of the core', () => {
  test('are all seen here, with their imports', () => {
    expect(files.length).toBeGreaterThan(40);
    expect(files.filter((file) => levelOf(file) === -1)).toEqual([]);
    const statements = files.map((file) =>
      readFileSync(join(SRC, file), 'utf8').match(/^(?:import|export)[^;]*? from '/gm),
    );
    expect(imports).toHaveLength(statements.flat().filter((statement) => statement !== null).length);
  });

  test('import nothing but Node and each other', () => {
    const others = imports.filter(({ to }) => !files.includes(to) && !to.startsWith('node:'));
    expect(others).toEqual([]);
  });

  test('do not import in circles at run time', () => {
    expect(circles(own.filter(({ isTypeOnly }) => !isTypeOnly))).toEqual([]);
  });

  test('close circles only by types, which are gone at run time, within a folder, and only to these files', () => {
    const inCircles = own.filter(({ isTypeOnly, from, to }) => isTypeOnly && reaches(to, from));
    expect(inCircles.filter(({ from, to }) => posix.dirname(from) !== posix.dirname(to))).toEqual([]);
    expect(Array.from(new Set(inCircles.map(({ to }) => to))).toSorted()).toEqual(IN_CIRCLES_OF_TYPES);
  });

  test('import downwards only: clock ← process ← runtime ← gen-server ← supervisor | registry ← the public face', () => {
    expect(own.filter(({ from, to }) => levelOf(from) < levelOf(to))).toEqual([]);
  });

  test('reach another folder of the same layer never: supervisor and registry do not know each other', () => {
    const between = own.filter(({ from, to }) => from.startsWith('supervisor/') && to.startsWith('registry/'));
    const back = own.filter(({ from, to }) => from.startsWith('registry/') && to.startsWith('supervisor/'));
    expect([...between, ...back]).toEqual([]);
  });
});
