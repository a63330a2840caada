import { inside } from '../gen-server/inside.js';
import type { Pid } from '../process/pid.js';
import type { RuntimeEvent } from '../runtime/events.js';
import type { Runtime } from '../runtime.js';
import { callSite } from './call-site.js';

/** Notes who starts the processes of a runtime that nobody supervises. */
export class Starts {
  readonly #runtime: Runtime;
  readonly #starters = new Map<Pid, string>();
  readonly #stopListening: () => void;

  constructor(runtime: Runtime) {
    this.#runtime = runtime;
    this.#stopListening = runtime.subscribe((event) => this.#hear(event));
  }

  /** Undefined for those who were started before, or have a parent. */
  starterOf(pid: Pid): string | undefined {
    return this.#starters.get(pid);
  }

  stop(): void {
    this.#stopListening();
  }

  #hear(event: RuntimeEvent): void {
    if (event.kind === 'process_exited') this.#starters.delete(event.pid);
    if (event.kind !== 'process_started' || event.parent !== undefined) return;
    const by = this.#runtime[inside].kernel.currentProcess;
    const where = callSite();
    const who = [by === undefined ? [] : [`by ${by.label}`], where === undefined ? [] : [`at ${where}`]].flat();
    if (who.length > 0) this.#starters.set(event.pid, who.join(' '));
  }
}
