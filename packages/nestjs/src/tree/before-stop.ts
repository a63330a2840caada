import { Inject, Injectable, Logger, Optional } from '@nestjs/common';
import { type Clock, type Milliseconds, systemClock } from '@rookery/genserver';
import { SUPERVISION_OPTIONS, type SupervisionOptions } from '../supervision-options.js';
import { ShutdownDeadline } from './shutdown-deadline.js';

/** Ends something within so many milliseconds. */
export type EndStep = (withinMs: Milliseconds) => Promise<void>;

/** What must end after the last answer and before the tree stops, as it may need the tree: pools whose tasks call servers. */
@Injectable()
export class BeforeStop {
  readonly #logger = new Logger('Supervision');
  readonly #steps: EndStep[] = [];
  readonly #clock: Clock;
  #done: Promise<void> | undefined;

  constructor(
    @Inject(ShutdownDeadline) private readonly deadline: ShutdownDeadline,
    @Optional() @Inject(SUPERVISION_OPTIONS) options?: SupervisionOptions,
  ) {
    this.#clock = options?.clock ?? systemClock;
  }

  add(step: EndStep): void {
    this.#steps.push(step);
  }

  /** All at the same time, in half of what is left of the deadline, so that the tree has the other half. Does not reject. Once: the next call gets the same. */
  run(): Promise<void> {
    this.#done ??= this.#run(this.deadline.remainingMs / 2);
    return this.#done;
  }

  async #run(withinMs: Milliseconds): Promise<void> {
    if (this.#steps.length === 0) return;
    const ends = Promise.allSettled(this.#steps.map((step) => step(withinMs)));
    const { promise: late, resolve } = deferred();
    // A step may take longer than it was told: the teardown of a thread, say. The tree does not wait for that.
    const timer = this.#clock.setTimer(this.deadline.remainingMs * LATEST, resolve);
    const results = await Promise.race([ends, late]);
    timer.cancel();
    for (const result of results ?? []) {
      if (result.status === 'rejected') this.#logger.error('What ends before the tree failed', result.reason);
    }
  }
}

/** The part of the deadline after which nothing is waited for. */
const LATEST = 0.75;

function deferred(): { promise: Promise<undefined>; resolve: () => void } {
  let resolve!: () => void;
  const promise = new Promise<undefined>((settle) => (resolve = () => settle(undefined)));
  return { promise, resolve };
}
