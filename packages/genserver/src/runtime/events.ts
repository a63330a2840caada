import type { CrashReport } from '../process/crash-report.js';
import type { ExitReason } from '../process/exit-reason.js';
import type { DropKind } from '../process/host.js';
import type { Pid } from '../process/pid.js';

/** What happens inside a runtime, for logs, metrics and tools. Every one says which process by `pid` and `process` (its name). */
export type RuntimeEvent =
  | { readonly kind: 'process_started'; readonly pid: Pid; readonly process: string; readonly parent: Pid | undefined }
  | { readonly kind: 'process_exited'; readonly pid: Pid; readonly process: string; readonly reason: ExitReason }
  | CrashReport
  | { readonly kind: 'child_started'; readonly supervisor: string; readonly child: string; readonly pid: Pid }
  | {
      readonly kind: 'child_exited';
      readonly supervisor: string;
      readonly child: string;
      readonly pid: Pid;
      readonly reason: ExitReason;
    }
  | {
      /** A restart that its supervisor decided on; `restarts` counts those of this child. */
      readonly kind: 'child_restarted';
      readonly supervisor: string;
      readonly child: string;
      readonly pid: Pid;
      readonly restarts: number;
    }
  | {
      readonly kind: 'child_start_failed';
      readonly supervisor: string;
      readonly child: string;
      readonly reason: ExitReason;
    }
  | {
      /** A back-off puts the restart off; the supervisor goes on with other things meanwhile. */
      readonly kind: 'child_restart_scheduled';
      readonly supervisor: string;
      readonly child: string;
      /** Jitter included. */
      readonly delayMs: number;
      /** What it died of, or why it did not start. */
      readonly reason: ExitReason;
    }
  | {
      /** It was told to stop and ended otherwise: killed after its time, or by an error in terminate (SUP-068). */
      readonly kind: 'child_shutdown_failed';
      readonly supervisor: string;
      readonly child: string;
      readonly pid: Pid;
      readonly reason: ExitReason;
    }
  | {
      /** More restarts than allowed: it stops its children and ends (SUP-044). */
      readonly kind: 'supervisor_gave_up';
      readonly supervisor: string;
      readonly child: string;
      readonly reason: ExitReason;
    }
  | {
      /** It ends because its significant children have (SUP-097, SUP-099); `child` was the last of them. */
      readonly kind: 'supervisor_auto_shutdown';
      readonly supervisor: string;
      readonly child: string;
    }
  | {
      /** Its tree is up. */
      readonly kind: 'application_started';
      readonly application: string;
    }
  | {
      /** A `prepStop` or `stop` that threw; the application stops all the same (APP-010). */
      readonly kind: 'application_callback_failed';
      readonly application: string;
      readonly callback: 'prepStop' | 'stop';
      readonly error: unknown;
    }
  | {
      /** All of it is down. `cause` as text; the other facts are those of its report. */
      readonly kind: 'application_stopped';
      readonly application: string;
      readonly cause: string;
      readonly killed: readonly string[];
      readonly leftOver: readonly string[];
    }
  | {
      /** Something was dropped on purpose; nothing else ever is. */
      readonly kind: 'message_dropped';
      readonly drop: DropKind;
      readonly process: string;
      readonly message: string;
      readonly detail: unknown;
      /**
       * Of a dead letter and an overflow: whose handler had sent it. Undefined when it came from outside any process, and, but
       * for calls, when the runtime keeps no async contexts.
       */
      readonly sender: string | undefined;
    };

/** Gets each event, synchronously, in the order in which things happen. */
export type RuntimeListener = (event: RuntimeEvent) => void;

/** Who listens to a runtime. */
export class RuntimeEvents {
  readonly #listeners = new Set<RuntimeListener>();

  get count(): number {
    return this.#listeners.size;
  }

  subscribe(listener: RuntimeListener): () => void {
    const own: RuntimeListener = (event) => listener(event); // so that one function may be subscribed twice
    this.#listeners.add(own);
    return () => void this.#listeners.delete(own);
  }

  emit(event: RuntimeEvent): void {
    for (const listener of Array.from(this.#listeners)) {
      if (!this.#listeners.has(listener)) continue; // an earlier listener has unsubscribed it
      try {
        listener(event);
      } catch (error) {
        // A listener must not disturb the processes; but its failure must be seen, so it becomes an uncaught exception.
        queueMicrotask(() => {
          throw error;
        });
      }
    }
  }
}
