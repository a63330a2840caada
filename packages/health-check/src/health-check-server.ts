import { type Clock, type ClockTimer, GenServer, type Self, shared } from '@rookery/genserver';
import type { HealthCheckOptions } from './options.js';
import { SupervisedHealth } from './supervised-health.js';

/** A timer of the health check has fired. It may be cancelled while this waits in the mailbox. */
class Tick {
  isCancelled = false;

  constructor(readonly run: () => void) {}
}

/**
 * The process that owns a health check: it has its timers, and the health check ends with it. What it is asked goes to the
 * snapshot directly, see HealthCheckRef; checks run beside the mailbox, so none of them holds up another.
 */
export class HealthCheckServer extends GenServer {
  declare readonly [shared]: SupervisedHealth;

  override init(options: HealthCheckOptions): void {
    const health = new SupervisedHealth({ label: this.self.name, ...options, clock: clockOf(this.self) });
    this.#share(health);
    this.self.signal.addEventListener('abort', () => health.close(), { once: true });
  }

  override handleInfo(message: unknown): void {
    if (message instanceof Tick && !message.isCancelled) message.run();
  }

  /** The health check goes on, with all that it knows. */
  override codeChange(_state: unknown, _extra: unknown, old: GenServer<unknown>): void {
    if (old instanceof HealthCheckServer) this.#share(old[shared]);
  }

  #share(health: SupervisedHealth): void {
    Object.defineProperty(this, shared, { value: health });
  }
}

/** The runtime's time, and timers that are messages to this process. */
function clockOf(self: Self): Clock {
  return {
    now: () => self.now(),
    setTimer: (delayMs, callback): ClockTimer => {
      const tick = new Tick(callback);
      const timer = self.sendAfter(delayMs, tick);
      const cancel = (): void => {
        tick.isCancelled = true;
        timer.cancel();
      };
      return { cancel, unref: () => void timer.unref(), ref: () => {} };
    },
  };
}
