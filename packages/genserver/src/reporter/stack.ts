import { fileURLToPath } from 'node:url';

/** Where a stack is cut, and how its paths are written. */
export interface StackOptions {
  /** At most so many lines of the user's code. */
  readonly frames: number;
  /** Paths below it are written relative to it. */
  readonly cwd: string;
  /** Frames in files below it are the runtime's own, and left out, as are Node's; undefined leaves out nothing. */
  readonly ownFolder: string | undefined;
}

/** The lines below the message of an error's stack: the user's own code, the nearest first; how much of it was left out comes last. */
export function trimStack(stack: string, { frames, cwd, ownFolder }: StackOptions): readonly string[] {
  const all = stack.split('\n').flatMap((line) => (/^\s+at /.test(line) ? [withPaths(line.trim())] : []));
  const isTheirs = (line: string): boolean =>
    ownFolder === undefined || !(line.includes(ownFolder) || line.includes('node:'));
  const theirs = all.filter(isTheirs);
  const shown = theirs.length > 0 ? theirs : all;
  const left = shown.length - Math.min(shown.length, frames);
  return [
    ...shown.slice(0, frames).map((line) => line.replaceAll(`${cwd}/`, '')),
    ...(left > 0 ? [`… ${left} more ${left === 1 ? 'line' : 'lines'}`] : []),
  ];
}

/** File URLs as paths, so that terminals and editors make links of them. */
function withPaths(line: string): string {
  return line.replace(/file:\/\/[^\s)]+?(?=:\d+:\d+)/, (url) => {
    try {
      return fileURLToPath(url);
    } catch {
      return url; // not one of this machine
    }
  });
}
