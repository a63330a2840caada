import { CallMessage } from '../process/call-message.js';
import type { Message } from '../process/message.js';
import type { Pid } from '../process/pid.js';
import type { Process } from '../process/process.js';
import { showMessage } from '../process/shown-message.js';
import type { ShownMessage } from '../process/status.js';
import type { TapListener, Taps } from '../process/taps.js';
import { ServerBehaviour } from './dispatch.js';

/** What a traced server does: a message comes in, a reply goes out, the message has been handled and this is the state. */
export type TraceEvent<State = unknown> =
  | { readonly kind: 'in'; readonly pid: Pid; readonly process: string; readonly message: ShownMessage }
  | {
      readonly kind: 'out';
      readonly pid: Pid;
      readonly process: string;
      /** What is answered. */
      readonly message: ShownMessage;
      readonly reply: TracedReply;
    }
  | {
      readonly kind: 'state';
      readonly pid: Pid;
      readonly process: string;
      /** What was handled. */
      readonly message: ShownMessage;
      /** The object itself, not a copy. */
      readonly state: State;
    };

/** An answer: a value, or the error it refused with. */
export type TracedReply =
  { readonly kind: 'value'; readonly value: unknown } | { readonly kind: 'refusal'; readonly error: unknown };

/** Gets each event, synchronously, while the server waits for it. */
export type TraceListener<State = unknown> = (event: TraceEvent<State>) => void;

/** What the listeners of one process are told. It puts methods of its own over those of the requests. */
export class ProcessTrace implements TapListener {
  readonly #taps: Taps;
  readonly #process: Process;
  readonly #listeners = new Set<TraceListener>();
  #untap: (() => void) | undefined;

  constructor(taps: Taps, process: Process) {
    this.#taps = taps;
    this.#process = process;
  }

  /** Returns how to stop listening. */
  add(listener: TraceListener): () => void {
    const own: TraceListener = (event) => listener(event); // so that one function may listen twice
    this.#untap ??= this.#taps.add(this.#process, this);
    this.#listeners.add(own);
    return () => {
      if (!this.#listeners.delete(own) || this.#listeners.size > 0) return;
      this.#untap?.();
      this.#untap = undefined;
    };
  }

  received(message: Message): void {
    if (message.kind === 'sys') return;
    const shown = showMessage(message);
    if (message instanceof CallMessage) this.#watchReply(message, shown);
    this.#tell({ kind: 'in', ...this.#whose, message: shown });
  }

  /** Also of an answer that is put off. */
  #watchReply(request: CallMessage, message: ShownMessage): void {
    const resolve = request.resolve.bind(request);
    const reject = request.reject.bind(request);
    const told = (isFirst: boolean, reply: TracedReply): boolean => {
      if (isFirst) this.#tell({ kind: 'out', ...this.#whose, message, reply });
      return isFirst;
    };
    request.resolve = (value) => told(resolve(value), { kind: 'value', value });
    request.reject = (error) => told(reject(error), { kind: 'refusal', error });
  }

  handled(message: Message): void {
    if (message.kind === 'sys') return;
    const { behaviour } = this.#process;
    const state = behaviour instanceof ServerBehaviour ? behaviour.instance?.state : undefined;
    this.#tell({ kind: 'state', ...this.#whose, message: showMessage(message), state });
  }

  get #whose(): { readonly pid: Pid; readonly process: string } {
    return { pid: this.#process.pid, process: this.#process.label };
  }

  #tell(event: TraceEvent): void {
    for (const listener of Array.from(this.#listeners)) {
      try {
        listener(event);
      } catch (error) {
        // It must not disturb the server; but its failure must be seen, so it becomes an uncaught exception.
        queueMicrotask(() => {
          throw error;
        });
      }
    }
  }
}
