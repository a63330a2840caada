import { constants } from 'node:os';
import type { Clock, Milliseconds } from '@rookery/genserver';

/** A terminal gives Ctrl-C to all its processes, and npm passes it on once more: the same signal so soon is no second one. */
const ECHO_MS = 100;

/** Hears that somebody does not want to wait any longer, while the application stops because of a signal. */
export class SecondSignal {
  #listening:
    { readonly signals: readonly NodeJS.Signals[]; readonly onSignal: (signal: NodeJS.Signals) => void } | undefined;

  constructor(
    private readonly clock: Clock,
    /** Called once, with the exit code that shells show for a death by that signal. */
    private readonly force: (signal: NodeJS.Signals, exitCode: number) => void,
  ) {}

  /** Does nothing if what began the shutdown is no signal. */
  listen(first: string): void {
    if (!isSignal(first) || this.#listening !== undefined) return;
    const startedAt: Milliseconds = this.clock.now();
    const onSignal = (signal: NodeJS.Signals): void => {
      if (signal === first && this.clock.now() - startedAt < ECHO_MS) return;
      this.stop();
      this.force(signal, 128 + constants.signals[signal]);
    };
    const signals = [...new Set<NodeJS.Signals>([first, 'SIGINT', 'SIGTERM'])];
    this.#listening = { signals, onSignal };
    for (const signal of signals) process.on(signal, onSignal);
  }

  stop(): void {
    const { signals = [], onSignal = () => {} } = this.#listening ?? {};
    for (const signal of signals) process.off(signal, onSignal);
    this.#listening = undefined;
  }
}

function isSignal(text: string): text is NodeJS.Signals {
  return Object.hasOwn(constants.signals, text);
}
