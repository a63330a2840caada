import { causeOf, type ExitReason, formatReason } from '../process/exit-reason.js';
import type { Paint } from './paint.js';
import { type StackOptions, trimStack } from './stack.js';

/** More causes than this say nothing new. */
const MOST_CAUSES = 5;

/** Why, in lines: the first is the reason itself, the others its stack and what caused it. */
export function reasonLines(reason: ExitReason, paint: Paint, stack: StackOptions): readonly string[] {
  const [error, ...causes] = chainOf(causeOf(reason));
  const isOwn = reason.kind === 'error';
  return [
    paint('red', formatReason(reason)),
    ...(isOwn ? stackOf(error, paint, stack) : []),
    ...causes.flatMap((cause) => [
      `${paint('dim', 'caused by')} ${formatReason({ kind: 'error', error: cause })}`,
      ...stackOf(cause, paint, { ...stack, frames: Math.min(stack.frames, 2) }),
    ]),
  ];
}

function stackOf(error: unknown, paint: Paint, options: StackOptions): readonly string[] {
  if (options.frames === 0 || !(error instanceof Error) || typeof error.stack !== 'string') return [];
  return trimStack(error.stack, options).map((line) => paint('dim', `    ${line}`));
}

/** The error and its causes. */
function chainOf(error: unknown): readonly unknown[] {
  const chain: unknown[] = [];
  for (
    let one = error;
    one !== undefined && chain.length < MOST_CAUSES;
    one = one instanceof Error ? one.cause : undefined
  ) {
    if (chain.includes(one)) break;
    chain.push(one);
  }
  return chain;
}
