/** What terminals, containers and balancers end a process with. */
const WATCHED: readonly (string | symbol)[] = ['SIGINT', 'SIGTERM'];

/** Marks the listeners of all watches: if they counted as somebody who handles a signal, two of them would keep each other. */
const IS_WATCH = Symbol.for('@rookery/nestjs: listens only beside others');

/**
 * Hears the signals that somebody else handles, and is gone with the last of them: what a signal does by default stays as it is.
 */
export class SignalWatch {
  readonly #hear: (signal: NodeJS.Signals) => void;

  constructor(onSignal: (signal: NodeJS.Signals) => void) {
    this.#hear = Object.assign((signal: NodeJS.Signals) => onSignal(signal), { [IS_WATCH]: true });
  }

  start(): void {
    process.on('newListener', this.#onAdded);
    process.on('removeListener', this.#onRemoved);
    for (const signal of WATCHED) if (isHandled(signal)) this.#listen(signal);
  }

  stop(): void {
    process.off('newListener', this.#onAdded);
    process.off('removeListener', this.#onRemoved);
    for (const signal of WATCHED) process.off(signal, this.#hear);
  }

  readonly #onAdded = (event: string | symbol, listener: object): void => {
    if (WATCHED.includes(event) && !(IS_WATCH in listener)) this.#listen(event);
  };

  readonly #onRemoved = (event: string | symbol): void => {
    if (WATCHED.includes(event) && !isHandled(event)) process.off(event, this.#hear);
  };

  #listen(signal: string | symbol): void {
    if (!process.listeners(signal as NodeJS.Signals).includes(this.#hear)) process.on(signal, this.#hear);
  }
}

function isHandled(signal: string | symbol): boolean {
  return process.listeners(signal as NodeJS.Signals).some((listener) => !(IS_WATCH in listener));
}
