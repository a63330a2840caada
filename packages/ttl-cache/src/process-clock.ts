import { type Clock, type ClockTimer, type Milliseconds, type Self, systemClock } from '@rookery/genserver';

/** A timer has fired, of what a process keeps the time for. */
export class Tick {
  constructor(readonly run: () => void) {}
}

/** The runtime's time, and timers that are messages to a process: it has to `run` each Tick. They end with the process. */
class ProcessClock implements Clock {
  readonly #self: Self;
  readonly source: Clock;

  constructor(self: Self) {
    this.#self = self;
    this.source = self.clock;
  }

  now(): Milliseconds {
    return this.source.now();
  }

  setTimer(delayMs: Milliseconds, callback: () => void): ClockTimer {
    const timer = this.#self.sendAfter(delayMs, new Tick(callback));
    return { cancel: () => void timer.cancel(), unref: () => void timer.unref(), ref: () => {} };
  }
}

export function clockOf(self: Self): Clock {
  return new ProcessClock(self);
}

/** Whether its time is the machine's, whoever sets its timers. Such a time does not go on because a test says so. */
export function isMachine(clock: Clock): boolean {
  return (clock instanceof ProcessClock ? clock.source : clock) === systemClock;
}

/** The same of a process that is only being started. A timer that is set before is late by no more than that takes, not by its delay. */
export function laterClock(now: () => Milliseconds, starting: Promise<Self>): Clock {
  return {
    now,
    setTimer: (delayMs, callback): ClockTimer => {
      const dueAt = now() + delayMs;
      let timer: ClockTimer | undefined;
      let isCancelled = false;
      const arm = async (): Promise<void> => {
        const self = await starting;
        if (!isCancelled) timer = clockOf(self).setTimer(Math.max(0, dueAt - now()), callback);
      };
      void arm();
      const cancel = (): void => {
        isCancelled = true;
        timer?.cancel();
      };
      return { cancel, unref: () => timer?.unref(), ref: () => timer?.ref() };
    },
  };
}
