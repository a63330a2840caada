import { createRequire } from 'node:module';
import { suites } from './suites/index.mjs';

const require = createRequire(import.meta.url);

/**
 * What results call a subject: a peer by its package or program and version, Node itself when no package is at work.
 * @param {string} subject
 */
export function titleOf(subject) {
  const program = suites.map(({ programs }) => programs?.[subject]).find((found) => found !== undefined);
  if (program !== undefined) return program.title();
  if (subject === 'rookery') return subject;
  if (subject === 'rookery-off') return 'rookery, asyncContext: false';
  if (subject === 'promise') return `node ${process.versions.node}`;
  return `${subject} ${require(`${subject}/package.json`).version}`;
}
