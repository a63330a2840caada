import type { Clock, Milliseconds } from '../runtime/clock.js';
import type { StopSignal } from './report.js';

/**
 * The same signal once more this soon is the first one again: a terminal gives Ctrl-C to all of its processes, and a wrapper
 * such as `npm run` passes it on a second time.
 */
const ECHO_MS: Milliseconds = 100;

/** What signals ask for. */
interface SignalListener {
  /** The first one: an orderly stop. */
  onStop(signal: StopSignal): void;
  /** A second one: the program is about to end by it. */
  onForce(): void;
}

interface Wanted {
  readonly listener: () => void;
  /** By how many applications. */
  count: number;
}

/** Listens to signals as long as an application wants them; not a moment longer, so that Node's own way of ending is back. */
export class StopSignals {
  readonly #wanted = new Map<StopSignal, Wanted>();
  #first: { readonly signal: StopSignal; readonly at: Milliseconds } | undefined;

  constructor(
    private readonly clock: Clock,
    private readonly listener: SignalListener,
  ) {}

  want(signals: readonly StopSignal[]): void {
    for (const signal of signals) {
      const wanted = this.#wanted.get(signal) ?? this.#listenTo(signal);
      wanted.count++;
    }
  }

  release(signals: readonly StopSignal[]): void {
    for (const signal of signals) {
      const wanted = this.#wanted.get(signal);
      if (wanted === undefined) continue; // a second signal has removed all
      wanted.count--;
      if (wanted.count === 0) this.#remove(signal, wanted);
    }
    if (this.#wanted.size === 0) this.#first = undefined;
  }

  #listenTo(signal: StopSignal): Wanted {
    const wanted = { listener: () => this.#hear(signal), count: 0 };
    this.#wanted.set(signal, wanted);
    process.on(signal, wanted.listener);
    return wanted;
  }

  #remove(signal: StopSignal, { listener }: Wanted): void {
    this.#wanted.delete(signal);
    process.off(signal, listener);
  }

  #hear(signal: StopSignal): void {
    const first = this.#first;
    const at = this.clock.now();
    if (first === undefined) {
      this.#first = { signal, at };
      this.listener.onStop(signal);
    } else if (first.signal !== signal || at - first.at > ECHO_MS) this.#force(signal);
  }

  /** The program ends as if nobody had listened: by the signal, unless others listen to it. */
  #force(signal: StopSignal): void {
    this.listener.onForce();
    for (const [name, wanted] of Array.from(this.#wanted)) this.#remove(name, wanted);
    this.#first = undefined;
    process.kill(process.pid, signal);
  }
}
