import { ExitReason } from './exit-reason.js';
import { Message } from './message.js';
import type { Pid } from './pid.js';
import type { Process } from './process.js';

/** A process that was linked to this one, or that sent it an exit signal, has ended. In `handleInfo` of who traps exits. */
export class Exit {
  constructor(
    /** Who ended or sent the signal; undefined when it came from outside any process. */
    readonly from: Pid | undefined,
    /** Of its end, or as the signal says; `noproc` when it was gone before the link was made. */
    readonly reason: ExitReason,
  ) {}
}

interface ExitSignal {
  readonly target: Process;
  readonly from: Process | undefined;
  readonly reason: ExitReason;
}

/** Delivers exit signals one after another, so that a long chain of links ends in a loop, not in a deep recursion. */
export class ExitSignals {
  readonly #waiting: ExitSignal[] = [];
  #isDelivering = false;

  send(target: Process, from: Process | undefined, reason: ExitReason): void {
    this.#waiting.push({ target, from, reason });
    if (this.#isDelivering) return;
    this.#isDelivering = true;
    try {
      // The array grows while it is walked: an ended process passes the signal on.
      for (const signal of this.#waiting) deliver(signal);
    } finally {
      this.#waiting.length = 0;
      this.#isDelivering = false;
    }
  }
}

/** What an exit signal does to its receiver (PROC-007 to PROC-012). A kill is no exit signal: see Process.kill. */
function deliver({ target, from, reason }: ExitSignal): void {
  // Not in the context of who happened to kill it: what a supervisor starts because of it outlives that by far.
  const tell = (): void => void target.deliver(new Message('exit', 'exit', new Exit(from?.pid, reason)));
  if (target.trapExit) {
    target.host.atHome(tell);
    target.behaviour.askToEnd?.(reason, from);
  } else if (reason.kind !== 'normal' || from === target) target.end(reason);
}
