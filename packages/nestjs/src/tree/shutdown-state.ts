import { Injectable, Logger } from '@nestjs/common';

/**
 * Where the application is: `starting` until the tree is up, `ready`, `stopping` from the moment Nest begins to close (or the root
 * has given up), `stopped` when the tree is down.
 */
export type ApplicationPhase = 'starting' | 'ready' | 'stopping' | 'stopped';

/** Whether this application should get new work: inject it where readiness is told to a load balancer, or where loops take work. */
@Injectable()
export class ShutdownState {
  readonly #logger = new Logger('Supervision');
  readonly #listeners = new Set<(phase: ApplicationPhase) => void>();
  #phase: ApplicationPhase = 'starting';

  get phase(): ApplicationPhase {
    return this.#phase;
  }

  /** Between the start of the tree and the begin of the shutdown. */
  get isReady(): boolean {
    return this.#phase === 'ready';
  }

  /** Calls `listener` at each change from now on, on the spot; what it throws is logged. Returns how to stop listening. */
  subscribe(listener: (phase: ApplicationPhase) => void): () => void {
    this.#listeners.add(listener);
    return () => void this.#listeners.delete(listener);
  }

  /** For the module only; it does not go back. */
  protected enter(phase: ApplicationPhase): void {
    if (PHASES.indexOf(phase) <= PHASES.indexOf(this.#phase)) return;
    this.#phase = phase;
    for (const listener of this.#listeners) this.#tell(listener, phase);
  }

  #tell(listener: (phase: ApplicationPhase) => void, phase: ApplicationPhase): void {
    try {
      listener(phase);
    } catch (error) {
      this.#logger.error(
        `A listener of ShutdownState failed at "${phase}"`,
        error instanceof Error ? error.stack : error,
      );
    }
  }
}

const PHASES: readonly ApplicationPhase[] = ['starting', 'ready', 'stopping', 'stopped'];

/** The same as its writer sees it. */
@Injectable()
export class ApplicationPhases extends ShutdownState {
  override enter(phase: ApplicationPhase): void {
    super.enter(phase);
  }
}
