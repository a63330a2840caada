import { createRequire } from 'node:module';

const require = createRequire(import.meta.url);

/**
 * What results call a subject: a peer by its package and version, Node itself when no package is at work.
 * @param {string} subject
 */
export function titleOf(subject) {
  if (subject === 'rookery') return subject;
  if (subject === 'promise') return `node ${process.versions.node}`;
  return `${subject} ${require(`${subject}/package.json`).version}`;
}
