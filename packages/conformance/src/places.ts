import { readdirSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';

/** A file or folder of this package; works from `src` and from `dist`. */
export function inPackage(path: string): string {
  return fileURLToPath(new URL(`../${path}`, import.meta.url));
}

/** As the user means it: npm runs the scripts of the root in the root, and says where it was called. */
export function asGiven(path: string): string {
  return resolve(process.env['INIT_CWD'] ?? process.cwd(), path);
}

/** All recordings that belong to the package. */
export function goldenFiles(): readonly string[] {
  const folder = inPackage('oracle/golden');
  const names = readdirSync(folder).filter((name) => name.endsWith('.jsonl'));
  return names.toSorted().map((name) => join(folder, name));
}
