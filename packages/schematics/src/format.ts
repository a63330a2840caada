import { createRequire } from 'node:module';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import type { Project } from './project/project.js';

/** The part of Prettier that is used. */
interface Prettier {
  resolveConfig(file: string): Promise<object | null>;
  format(text: string, options: object): Promise<string>;
}

/**
 * Has the project's own Prettier format the sources that were written: new ones always, changed ones if they were formatted
 * before, or if `all` is set. So nothing changes that nobody asked for. Without Prettier all stays as it is.
 */
export async function formatWritten(project: Project, root: string, all: boolean): Promise<void> {
  const prettier = await prettierOf(root);
  if (prettier === undefined) return;
  for (const [path, before] of project.written) {
    if (!path.endsWith('.ts')) continue;
    const file = join(root, path);
    try {
      const options = { ...(await prettier.resolveConfig(file)), filepath: file };
      const wasClean = before === undefined || (await prettier.format(before, options)) === before;
      if (all || wasClean) project.write(path, await prettier.format(project.read(path) ?? '', options));
    } catch (error) {
      project.note(`Prettier did not format ${path.slice(1)}: ${String(error)}`);
    }
  }
}

async function prettierOf(root: string): Promise<Prettier | undefined> {
  const require = createRequire(join(root, 'package.json'));
  let file: string;
  try {
    file = require.resolve('prettier');
  } catch {
    return undefined; // the project has none
  }
  const loaded = (await import(pathToFileURL(file).href)) as Prettier & { readonly default?: Prettier };
  return loaded.default ?? loaded;
}
