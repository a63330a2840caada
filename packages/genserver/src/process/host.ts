import type { Clock } from '../runtime/clock.js';
import type { Activities } from './activity.js';
import type { Context } from './context.js';
import type { ExitReason } from './exit-reason.js';
import type { ExitSignals } from './exit-signals.js';
import type { Message } from './message.js';
import type { Pid } from './pid.js';
import type { Process } from './process.js';
import type { RestartRecord } from './restart-record.js';
import type { ServerStatus } from './status.js';
import type { HandlingEnd } from './trail.js';

/**
 * What is dropped on purpose, one word for each case. `dead_letter`: sent to nobody, or still waiting when its receiver
 * ended. `late_reply`: the caller had stopped waiting. `expired_request`: skipped, as its caller had stopped waiting before
 * it began. `late_failure`: an async handler failed after its process had been ended. `unhandled_info`: a message for which
 * the class has no handleInfo. `lost_refusal`: a cast was refused, and nobody can be told. `overflow`: the mailbox was full.
 */
export type DropKind =
  'dead_letter' | 'late_reply' | 'expired_request' | 'late_failure' | 'unhandled_info' | 'lost_refusal' | 'overflow';

/** What a process needs from the runtime it lives in. */
export interface Host {
  readonly clock: Clock;
  readonly activities: Activities;
  readonly exitSignals: ExitSignals;
  /** In which async context handlers run. */
  readonly context: Context;
  /** Runs it in the async context of who made the runtime. */
  atHome(action: () => void): void;
  /** Gives the process a turn to handle its messages. */
  enqueue(process: Process): void;
  /** Takes an ended process out of the process table and frees its names. Comes before anyone is told (PROC-029). */
  forget(process: Process): void;
  /** Tells subscribers how it ended, and which message it was at work on. Its own doing: not by a signal. */
  reportExit(process: Process, reason: ExitReason, last: Message | undefined, isOwnDoing: boolean): void;
  /** Counts and reports what was dropped; with the message, if there is one, also who sent it. */
  drop(kind: DropKind, process: string, what: string, detail?: unknown, message?: Message): void;
}

/** What a process runs: a GenServer, seen from below. */
export interface Behaviour {
  /** Runs the handler. What it returns, or the promise it returns settles to, is passed to `complete`. */
  handle(message: Message): unknown;
  /** False when the handler of this message will not go on after it has returned. Asked only without sender contexts. */
  mayWait?(message: Message): boolean;
  /** It did, though `mayWait` said no. */
  noteWait?(): void;
  /** The handler has ended well: answers the caller and notes what follows. Throws when the result makes no sense. */
  complete(message: Message, result: unknown): void;
  /**
   * Only of what does not look into its mailbox while it runs, a task: it is told at once that it should end. `from` sent
   * the exit signal that it has trapped; undefined when somebody asked it to stop.
   */
  askToEnd?(reason: ExitReason, from?: Process): void;
  /** Only of a supervisor: the earlier failures of this child of its, for the report of a crash. */
  restartHistory?(child: Pid): readonly RestartRecord[];
  /** Only of a supervisor: whether a child of its that has ended so is, or may be, started again. */
  mayRestart?(child: Pid, reason: ExitReason): boolean;
  /** Last words. May return a promise, which is awaited. */
  terminate(reason: ExitReason): unknown;
  /** What may be shown of it, at work on `message` and ended with `reason` if it was; undefined before it began. Never throws (GS-084). */
  status?(message: Message | undefined, reason: ExitReason | undefined): ServerStatus | undefined;
  /** What a result of `handle` means. Asked only where messages are followed; without it, that the handler is done. */
  meaningOf?(result: unknown): HandlingEnd;
  /** The process has ended: lets go of what only it needed, as a ref may keep the process for long. */
  ended(): void;
}
