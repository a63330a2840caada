import { Inject, Injectable } from '@nestjs/common';
import { InvalidOptionError, Runtime, type RuntimeEvent } from '@rookery/genserver';
import { filter, map, Observable, take, takeUntil } from 'rxjs';
import { type ApplicationPhase, ShutdownState } from '../tree/shutdown-state.js';

/** What happens in a runtime, from the moment of subscribing on, synchronously and in order. It does not end by itself. */
export function fromRuntime(runtime: Pick<Runtime, 'subscribe'>): Observable<RuntimeEvent> {
  if (typeof runtime?.subscribe !== 'function') throw new InvalidOptionError('runtime', 'a Runtime', runtime);
  return new Observable((subscriber) => runtime.subscribe((event) => subscriber.next(event)));
}

/**
 * What happens in the tree and to the application, as streams: inject it anywhere. They complete when the application has stopped. Events come from the middle
 * of what they tell of: consumers must be quick, and what they throw becomes an uncaught exception.
 */
@Injectable()
export class SupervisionEvents {
  /** Where the application is: now, and at each change. */
  readonly phase: Observable<ApplicationPhase>;
  /** Once, when the application begins to close, at once if it does already: for `takeUntil`, so that streams of clients end before it waits for them. */
  readonly stopping: Observable<void>;
  /** All that the runtime tells. */
  readonly all: Observable<RuntimeEvent>;

  constructor(@Inject(Runtime) runtime: Runtime, @Inject(ShutdownState) state: ShutdownState) {
    this.phase = phasesOf(state);
    const when = (...phases: readonly ApplicationPhase[]): Observable<void> =>
      this.phase.pipe(
        filter((phase) => phases.includes(phase)),
        take(1),
        map(() => undefined),
      );
    this.stopping = when('stopping', 'stopped');
    this.all = fromRuntime(runtime).pipe(takeUntil(when('stopped')));
  }

  /** Those of these kinds: `events.of('process_crashed', 'child_restarted')`. */
  of<Kind extends RuntimeEvent['kind']>(
    ...kinds: readonly [Kind, ...Kind[]]
  ): Observable<Extract<RuntimeEvent, { readonly kind: Kind }>> {
    const wanted = new Set<string>(kinds);
    return this.all.pipe(
      filter((event): event is Extract<RuntimeEvent, { readonly kind: Kind }> => wanted.has(event.kind)),
    );
  }
}

function phasesOf(state: ShutdownState): Observable<ApplicationPhase> {
  return new Observable((subscriber) => {
    const tell = (phase: ApplicationPhase): void => {
      subscriber.next(phase);
      if (phase === 'stopped') subscriber.complete();
    };
    const stop = state.subscribe(tell);
    tell(state.phase);
    return stop;
  });
}
