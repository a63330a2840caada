import { checkDuration, checkFunction } from '../checks.js';
import { ExitReason } from '../process/exit-reason.js';
import type { Watcher } from '../process/monitors.js';
import type { Process } from '../process/process.js';
import type { TapListener } from '../process/taps.js';
import { locate, named, type ProcessRef } from '../runtime/address.js';
import type { Awaiting } from '../runtime/arrivals.js';
import type { ClockTimer, Milliseconds } from '../runtime/clock.js';
import { formatName, type Kernel } from '../runtime/kernel.js';
import { ServerBehaviour } from './dispatch.js';

/** Hears of the state of a server. What it throws becomes an uncaught exception; the server does not notice. */
export interface StateWatcher<State = unknown> {
  /**
   * The state as it is between two messages, the object itself: at once, if no handler is at work, and after each message that was
   * handled, whether it has changed or not; after a restart that of the new process. Called while the server waits, so be quick.
   */
  readonly state: (state: State) => void;
  /**
   * Nothing more comes. With the reason of the process's end; `noproc` if there has been none. Not called when the watching was stopped.
   */
  readonly ended?: (reason: ExitReason) => void;
}

/** How to watch. */
export interface WatchOptions {
  /** How long nobody may hold the name until the watching ends. Infinity: for ever. Default 5000. */
  readonly downMs?: Milliseconds;
}

const DOWN_MS: Milliseconds = 5_000;

/** Watches the state behind a ref, see ServerRef.watch. Returns how to stop. */
export function watchState<State>(
  kernel: Kernel,
  ref: ProcessRef,
  watcher: StateWatcher<State>,
  { downMs = DOWN_MS }: WatchOptions = {},
): () => void {
  checkFunction('watcher.state', watcher?.state, 'a function of the state');
  if (watcher.ended !== undefined) checkFunction('watcher.ended', watcher.ended, 'a function of the exit reason');
  checkDuration('downMs', downMs);
  const watch = new StateWatch(kernel, ref, watcher as StateWatcher, downMs);
  watch.begin();
  return () => watch.stop();
}

/** Follows one process after the other, as long as they come. */
class StateWatch implements TapListener, Watcher, Awaiting {
  #process: Process | undefined;
  #untap: (() => void) | undefined;
  #stopAwaiting: (() => void) | undefined;
  #timer: ClockTimer | undefined;
  /** Of the last process. */
  #reason: ExitReason = ExitReason.noproc;
  #isOver = false;

  constructor(
    private readonly kernel: Kernel,
    private readonly ref: ProcessRef,
    private readonly watcher: StateWatcher,
    private readonly downMs: Milliseconds,
  ) {}

  begin(): void {
    const process = this.ref[locate]();
    if (process !== undefined && process.status !== 'ended') this.#follow(process);
    else this.#await(process?.exitReason ?? ExitReason.noproc);
  }

  stop(): void {
    this.#isOver = true;
    this.#let();
    this.#stopWaiting();
  }

  handled(): void {
    const process = this.#process;
    if (process?.status !== 'ended') this.#tell();
  }

  exited(process: Process, reason: ExitReason): void {
    this.#let();
    const comesBack = process.parent?.behaviour.mayRestart?.(process.pid, reason) === true;
    this.kernel.atHome(() => (comesBack ? this.#await(reason) : this.#end(reason)));
  }

  arrived(): void {
    const process = this.ref[locate]();
    if (process === undefined || process.status === 'ended') return; // another name of the same text
    this.#stopWaiting();
    this.#follow(process);
  }

  closed(): void {
    this.#end(this.#reason);
  }

  #follow(process: Process): void {
    this.#process = process;
    (process.watchers ??= new Set()).add(this);
    this.#untap = this.kernel.taps.add(process, this);
    if (process.handling === undefined) this.#tell();
  }

  #let(): void {
    this.#untap?.();
    this.#process?.watchers?.delete(this);
    this.#untap = this.#process = undefined;
  }

  /** Only a name can be held by another one; while the runtime shuts down nobody comes. */
  #await(reason: ExitReason): void {
    const name = this.ref[named];
    if (name === undefined || this.kernel.shutdowns > 0) return this.#end(reason);
    this.#reason = reason;
    this.#stopAwaiting = this.kernel.arrivals.add(formatName(name), this);
    if (this.downMs === Infinity) return;
    this.#timer = this.kernel.clock.setTimer(this.downMs, () => this.#end(this.#reason));
    this.#timer.unref();
  }

  #stopWaiting(): void {
    this.#stopAwaiting?.();
    this.#timer?.cancel();
    this.#stopAwaiting = this.#timer = undefined;
  }

  #tell(): void {
    const behaviour = this.#process?.behaviour;
    const server = behaviour instanceof ServerBehaviour ? behaviour.instance : undefined;
    if (server !== undefined) this.#call(() => this.watcher.state(server.state)); // else its init has not begun
  }

  #end(reason: ExitReason): void {
    if (this.#isOver) return;
    this.stop();
    this.#call(() => this.watcher.ended?.(reason));
  }

  #call(tell: () => void): void {
    try {
      tell();
    } catch (error) {
      queueMicrotask(() => {
        throw error;
      });
    }
  }
}
