import { inspect } from 'node:util';
import type { CrashReport } from '../process/crash-report.js';

/** A value in one line, as deep as is useful in a log. */
function show(value: unknown): string {
  try {
    return inspect(value, { depth: 2, breakLength: Infinity, maxArrayLength: 10, maxStringLength: 200 });
  } catch {
    return 'something that cannot be shown'; // a getter that throws, a revoked proxy
  }
}

/** What the crashed server held and was given, in lines: what `formatStatus` and the runtime's `redact` have left of it. */
export function contentLines({
  message,
  sender,
  state,
  fields,
  label,
  redactionError,
}: CrashReport): readonly string[] {
  return [
    ...(message === undefined
      ? []
      : [`the message: ${message.kind} ${message.name}(${message.args.map(show).join(', ')})`]),
    ...(sender === undefined ? [] : [`sent by ${sender.process}${sender.isAlive ? '' : ', which has ended'}`]),
    ...(state === undefined ? [] : [`its state: ${show(state)}`]),
    ...(Object.keys(fields).length === 0 ? [] : [`its fields: ${show(fields)}`]),
    ...(label === undefined ? [] : [`its label: ${show(label)}`]),
    ...(redactionError === undefined ? [] : [`the rest is not shown, as redact failed: ${show(redactionError)}`]),
  ];
}
