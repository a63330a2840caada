import type { Behaviour } from './host.js';
import type { Message } from './message.js';
import type { Process } from './process.js';

/** Hears of the messages of one process, synchronously. Must not throw. */
export interface TapListener {
  /** One is about to be handled. */
  received?(message: Message): void;
  /** One has been handled, and its caller answered. */
  handled(message: Message): void;
}

/**
 * Listens to single processes. It puts methods of its own over those of the one behaviour, and puts those back after the last
 * listener: so a process that nobody listens to pays nothing, not even a look whether somebody does.
 */
export class Taps {
  readonly #taps = new WeakMap<Process, Tap>();

  /** Returns how to stop listening. */
  add(process: Process, listener: TapListener): () => void {
    let tap = this.#taps.get(process);
    if (tap === undefined) this.#taps.set(process, (tap = new Tap(process.behaviour)));
    return tap.add(listener);
  }
}

/** What is covered, as functions that are told whose they are. */
interface Covered {
  readonly handle: (this: Behaviour, message: Message) => unknown;
  readonly complete: (this: Behaviour, message: Message, result: unknown) => void;
}

class Tap {
  readonly #behaviour: Behaviour;
  /** What it does when nobody listens. */
  readonly #own: Covered;
  readonly #listeners = new Set<TapListener>();

  constructor(behaviour: Behaviour) {
    this.#behaviour = behaviour;
    const own: Covered = behaviour;
    this.#own = { handle: own.handle, complete: own.complete };
  }

  add(listener: TapListener): () => void {
    if (this.#listeners.size === 0) this.#cover();
    this.#listeners.add(listener);
    return () => {
      if (this.#listeners.delete(listener) && this.#listeners.size === 0) this.#uncover();
    };
  }

  #cover(): void {
    const behaviour = this.#behaviour;
    const { handle, complete } = this.#own;
    behaviour.handle = (message) => {
      for (const listener of this.#listeners) listener.received?.(message);
      return handle.call(behaviour, message);
    };
    behaviour.complete = (message, result) => {
      complete.call(behaviour, message, result);
      for (const listener of this.#listeners) listener.handled(message);
    };
  }

  /** Put back, not deleted: an object that something was deleted from is slow from then on. */
  #uncover(): void {
    Object.assign(this.#behaviour, this.#own);
  }
}
