import type { ExitReason, ServerRef } from '../../src/index.js';
import type { TestRuntime } from '../support/test-runtime.js';
import { Probe } from './probe.js';

/** Its last words are what the test says. */
export class LastWord extends Probe {
  last: (reason: ExitReason) => void | Promise<void> = () => undefined;
  override terminate(reason: ExitReason): void | Promise<void> {
    return this.last(reason);
  }
  arrange(last: (reason: ExitReason) => unknown): void {
    this.last = last as typeof this.last;
  }
}

export async function startLastWord(
  made: TestRuntime,
  last: (reason: ExitReason) => unknown,
): Promise<ServerRef<LastWord>> {
  const server = await made.runtime.start(LastWord);
  await server.call.arrange(last);
  return server;
}
