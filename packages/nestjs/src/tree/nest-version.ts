import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';

/** The first release of each major version that makes transient dependencies anew for each start of a server, and lets go of them. */
const FLOORS: Readonly<Record<number, string>> = { 11: '11.2.10', 12: '12.2.0' };

/** Of these on, transient dependencies are at least constructed, those of others that are transient too. */
const CONSTRUCTS = '11.1.20';

/** What is wrong with this version of Nest, and what to do; undefined for one that is supported or not known. */
export function problemOfNest(version: string): string | undefined {
  const floor = FLOORS[Number.parseInt(version, 10)];
  if (floor === undefined || !isBefore(version, floor)) return undefined;
  const problem = isBefore(version, CONSTRUCTS)
    ? 'does not construct all transient providers that a server injects: their fields are undefined'
    : 'keeps the transient providers that a server injects after each restart: memory grows';
  return `Nest ${version} ${problem}. Update @nestjs/core and @nestjs/common to ${floor} or newer.`;
}

/**
 * That which is found from a file, by its path or URL: this one. Undefined where packages are bundled and there is nothing to read it from. Beside its
 * entry, as before 12.2.0 Nest 12 does not export its package.json.
 */
export function nestVersion(from: string = import.meta.url): string | undefined {
  try {
    const manifest = join(dirname(createRequire(from).resolve('@nestjs/core')), 'package.json');
    const { version } = JSON.parse(readFileSync(manifest, 'utf8')) as { readonly version?: unknown };
    return typeof version === 'string' ? version : undefined;
  } catch {
    return undefined; // it is for a warning only
  }
}

/** Pre-releases count as the release that they come before. */
function isBefore(version: string, other: string): boolean {
  const [one, two] = [version, other].map((each) => each.split(/[.+-]/, 3).map(Number));
  for (const [index, part] of (one ?? []).entries()) {
    const difference = part - (two?.[index] ?? 0);
    if (difference !== 0) return difference < 0;
  }
  return false;
}
