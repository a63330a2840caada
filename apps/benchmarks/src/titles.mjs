import { existsSync, readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { suites } from './suites/index.mjs';

const require = createRequire(import.meta.url);

/** Subjects that are no package of a peer. @type {Readonly<Record<string, string>>} */
const titles = {
  rookery: 'rookery',
  'rookery-off': 'rookery, asyncContext: false',
  'rookery-limited': 'rookery, maxEntries',
  'rookery-details': "rookery, details: 'always'",
  'rookery-per-turn': 'rookery, timePerTurn',
  'rookery-shed': 'rookery, shed',
  'rookery-direct': "rookery, tasks: 'direct'",
  'rookery-supervised': 'rookery, supervised',
  worker: `node ${process.versions.node}, bare threads`,
  'rookery-crashing': 'rookery, crashing',
  'rookery-timed': 'rookery, callTimeoutMs',
  'bare-named': 'a bare ref by name',
  bare: 'a bare ref',
  service: 'a plain service',
  'service-store': 'a plain service, AsyncLocalStorage',
  promise: `node ${process.versions.node}`,
  map: 'Map (no expiry)',
};

/** Subjects that are a peer's package with an option set. @type {Readonly<Record<string, readonly [name: string, option: string]>>} */
const variants = {
  'p-queue-timed': ['p-queue', 'timeout'],
  'lru-cache-exact': ['lru-cache', 'ttlResolution: 0'],
  'piscina-async': ['piscina', 'atomics: disabled'],
  'opossum-timed': ['opossum', 'timeout'],
  'cockatiel-timed': ['cockatiel', 'timeout'],
  'terminus-cached': ['@nestjs/terminus', 'cacheFor'],
  nest: ['@nestjs/core', 'a bare route'],
};

/**
 * What results call a subject: a peer by its package or program and version, Node itself when no package is at work.
 * @param {string} subject
 */
export function titleOf(subject) {
  const program = suites.map(({ programs }) => programs?.[subject]).find((found) => found !== undefined);
  if (program !== undefined) return program.title();
  const [name, option] = variants[subject] ?? [subject];
  return titles[subject] ?? [`${name} ${versionOf(name)}`, ...(option === undefined ? [] : [option])].join(', ');
}

/** Read from the file, as not every package exports its manifest. @param {string} name */
function versionOf(name) {
  const files = (require.resolve.paths(name) ?? []).map((folder) => join(folder, name, 'package.json'));
  const file = files.find((one) => existsSync(one));
  if (file === undefined) throw new Error(`${name} is not installed.`);
  return JSON.parse(readFileSync(file, 'utf8')).version;
}
