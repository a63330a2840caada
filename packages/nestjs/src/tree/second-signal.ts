import { constants } from 'node:os';
import type { Clock, Milliseconds } from '@rookery/genserver';
import { SignalWatch } from './signal-watch.js';

/** A terminal gives Ctrl-C to all its processes, and npm passes it on once more: the same signal so soon is no second one. */
const ECHO_MS = 100;

/** A shutdown that begins so soon after a signal was begun by it; before its last hooks Nest does not say. */
const BEGAN_BY_MS = 1000;

interface HeardSignal {
  readonly signal: NodeJS.Signals;
  readonly at: Milliseconds;
}

/** Hears that somebody does not want to wait any longer, while the application stops because of a signal. */
export class SecondSignal {
  readonly #watch = new SignalWatch((signal) => this.#hear(signal));
  readonly #onSignal = (signal: NodeJS.Signals): void => this.#hear(signal);
  #phase: 'running' | 'stopping' | 'stopped' | 'forced' = 'running';
  /** While the application runs the latest, then the one that is being answered. */
  #first: HeardSignal | undefined;
  #listening: readonly NodeJS.Signals[] = [];

  constructor(
    private readonly clock: Clock,
    /** Called once, with the exit code that shells show for a death by that signal. */
    private readonly force: (signal: NodeJS.Signals, exitCode: number) => void,
  ) {}

  /** From boot on, as it must have heard the first to know the second. */
  watch(): void {
    this.#watch.start();
  }

  /** The application begins to stop, for whatever reason. */
  begin(): void {
    const latest = this.#first;
    this.#phase = 'stopping';
    this.#first = undefined;
    if (latest !== undefined && this.clock.now() - latest.at < BEGAN_BY_MS) this.#answer(latest);
  }

  /** Nest says what began the shutdown. Does nothing if that is no signal, or known. */
  listen(first: string): void {
    if (isSignal(first) && this.#listening.length === 0) this.#answer({ signal: first, at: this.clock.now() });
  }

  /** The tree is down. From now on only signals that others handle are heard, so that Nest can end the process by its own. */
  release(): void {
    this.#phase = 'stopped';
    this.#unlisten();
  }

  stop(): void {
    this.#unlisten();
    this.#watch.stop();
  }

  #unlisten(): void {
    for (const signal of this.#listening) process.off(signal, this.#onSignal);
    this.#listening = [];
  }

  #answer(first: HeardSignal): void {
    this.#first = first;
    if (this.#phase === 'stopped' || this.#listening.length > 0) return;
    this.#phase = 'stopping';
    this.#listening = [...new Set<NodeJS.Signals>([first.signal, 'SIGINT', 'SIGTERM'])];
    for (const signal of this.#listening) process.on(signal, this.#onSignal);
  }

  #hear(signal: NodeJS.Signals): void {
    const heard = { signal, at: this.clock.now() };
    const first = this.#first;
    if (this.#phase === 'running') this.#first = heard;
    else if (first === undefined) this.#answer(heard);
    else if (this.#phase !== 'forced' && !isEcho(first, heard)) this.#force(signal);
  }

  #force(signal: NodeJS.Signals): void {
    this.#phase = 'forced';
    this.stop();
    this.force(signal, 128 + constants.signals[signal]);
  }
}

function isEcho(first: HeardSignal, { signal, at }: HeardSignal): boolean {
  return signal === first.signal && at - first.at < ECHO_MS;
}

function isSignal(text: string): text is NodeJS.Signals {
  return Object.hasOwn(constants.signals, text);
}
