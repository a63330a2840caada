import {
  type Clock,
  type ClockTimer,
  Down,
  type ExitReason,
  GenServer,
  type Milliseconds,
  type MonitorRef,
  type ProcessRef,
  type Self,
  shared,
} from '@rookery/genserver';

/** A timer has fired. */
class Tick {
  constructor(readonly run: () => void) {}
}

/** What a watch does for the pool it belongs to. */
export interface Watch {
  readonly clock: Clock;
  /** Tells how this process ended, unless `forget` is called before. */
  monitor(process: ProcessRef, onDown: (reason: ExitReason) => void): MonitorRef;
  forget(monitor: MonitorRef): void;
}

/**
 * The timers of a supervised pool, and who hears of its tasks: a process of its own, linked with the pool's, as that does not look
 * into its mailbox while it drains. All it does ends with it.
 */
export class PoolWatch extends GenServer {
  declare readonly [shared]: Watch;
  readonly #watched = new Map<MonitorRef, (reason: ExitReason) => void>();

  override init(): void {
    this.self.trapExit(true); // a pool that stops for no bad reason takes it along
    const { self } = this;
    const watched = this.#watched;
    const watch: Watch = {
      clock: clockOf(self),
      monitor: (process, onDown) => {
        const ref = self.monitor(process);
        watched.set(ref, onDown);
        return ref;
      },
      forget: (ref) => {
        watched.delete(ref);
        self.demonitor(ref);
      },
    };
    Object.defineProperty(this, shared, { value: watch });
  }

  override handleInfo(message: unknown): void {
    if (message instanceof Tick) message.run();
    else if (message instanceof Down) this.#down(message);
  }

  #down({ ref, reason }: Down): void {
    const onDown = this.#watched.get(ref);
    this.#watched.delete(ref);
    onDown?.(reason);
  }
}

function clockOf(self: Self): Clock {
  return {
    now: () => self.now(),
    setTimer: (delayMs, callback) => new ProcessTimer(self, delayMs, callback),
  };
}

/** The timers of a process can be unref-ed, not ref-ed again: then another one takes over. */
class ProcessTimer implements ClockTimer {
  readonly #self: Self;
  readonly #tick: Tick;
  #timer: ReturnType<Self['sendAfter']>;
  #isUnreffed = false;

  constructor(self: Self, delayMs: Milliseconds, callback: () => void) {
    this.#self = self;
    this.#tick = new Tick(callback);
    this.#timer = self.sendAfter(delayMs, this.#tick);
  }

  cancel(): void {
    this.#timer.cancel();
  }

  unref(): void {
    this.#isUnreffed = true;
    this.#timer.unref();
  }

  ref(): void {
    if (!this.#isUnreffed) return;
    this.#isUnreffed = false;
    const leftMs = this.#timer.cancel();
    if (leftMs !== false) this.#timer = this.#self.sendAfter(leftMs, this.#tick);
  }
}
