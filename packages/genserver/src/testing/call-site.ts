import { fileURLToPath } from 'node:url';

/** Where this package's own code is. */
const OWN_CODE = fileURLToPath(new URL('../', import.meta.url));
/** Enough to get out of it. */
const DEPTH = 30;

/** The place outside of this package from which the running code was called; undefined if there is none. */
export function callSite(): string | undefined {
  const { stackTraceLimit } = Error;
  Error.stackTraceLimit = DEPTH;
  const { stack = '' } = new Error('where');
  Error.stackTraceLimit = stackTraceLimit;
  const frames = stack.split('\n').flatMap((line) => /^\s+at (.*)$/.exec(line)?.[1] ?? []);
  return frames.find((frame) => /[\\/]/.test(frame) && !frame.includes(OWN_CODE) && !frame.includes('node:'));
}
