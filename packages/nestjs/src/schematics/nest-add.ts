import { readFileSync } from 'node:fs';

/** The part of devkit's Tree that is used. */
interface ProjectTree {
  read(path: string): { toString(encoding: 'utf8'): string } | null;
  overwrite(path: string, content: string): void;
}

/** The part of devkit's SchematicContext that is used. */
interface TaskContext {
  addTask(task: { toConfiguration(): object }, after?: readonly unknown[]): unknown;
}

interface Packages {
  readonly dependencies?: Readonly<Record<string, string>>;
  readonly devDependencies?: Readonly<Record<string, string>>;
}

const COLLECTION = '@rookery/schematics';

/**
 * What `nest add @rookery/nestjs` runs: installs the schematics, in the version of this package, where they are missing, and hands
 * over to theirs. They are no dependency of this package, as they bring TypeScript along. Tasks are written out here, so that
 * nothing of the Nest CLI is needed either.
 */
export function nestAdd(options: object): (tree: ProjectTree, context: TaskContext) => void {
  return (tree, context) => {
    const text = tree.read('/package.json')?.toString('utf8');
    if (text === undefined) throw new Error('There is no package.json here: run this in the root of a Nest project.');
    const content = JSON.parse(text) as Packages;
    const isThere = [content.dependencies, content.devDependencies].some((group) => group?.[COLLECTION] !== undefined);
    const before = isThere ? [] : [install(tree, context, text, content)];
    const run = { collection: COLLECTION, name: 'nest-add', options };
    context.addTask({ toConfiguration: () => ({ name: 'run-schematic', options: run }) }, before);
  };
}

function install(tree: ProjectTree, context: TaskContext, text: string, content: Packages): unknown {
  const all = Object.entries({ ...content.devDependencies, [COLLECTION]: `^${ownVersion()}` });
  const devDependencies = Object.fromEntries(all.toSorted(([a], [b]) => (a < b ? -1 : 1)));
  const indent = /^[ \t]+/m.exec(text)?.[0] ?? '  ';
  const end = text.endsWith('\n') ? '\n' : '';
  tree.overwrite('/package.json', `${JSON.stringify({ ...content, devDependencies }, null, indent)}${end}`);
  const options = { command: 'install', quiet: true, hideOutput: true, allowScripts: false };
  return context.addTask({ toConfiguration: () => ({ name: 'node-package', options }) });
}

function ownVersion(): string {
  const text = readFileSync(new URL('../../package.json', import.meta.url), 'utf8');
  return (JSON.parse(text) as { readonly version: string }).version;
}
