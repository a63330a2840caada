import { exit, ExitReason, GenServer, ignore, type Ignored, stop, type Stopped } from '@rookery/genserver';
import type { ManualClock } from '@rookery/genserver/testing';
import type { Attempt, Ending, WorkerNode } from '../scenario/scenario.js';
import type { Instance, Ledger } from './ledger.js';
import { toJson, toReason } from './reasons.js';

/** What all processes of one scenario share. */
export interface World {
  readonly ledger: Ledger;
  readonly clock: ManualClock;
}

/** Tells a worker to end. */
export class EndYourself {
  constructor(
    readonly reason: Ending,
    readonly via: 'exit' | 'stop' = 'exit',
  ) {}
}

const SLOW_MS = 15;
const CLEANUP_FAILED = ExitReason.error('cleanup_failed');

/** The worker of every scenario: its starts and its clean-up go as the scenario says. */
export class Worker extends GenServer {
  #node: WorkerNode | undefined;
  #world: World | undefined;
  #instance: Instance | undefined;

  override init(node: WorkerNode, world: World): void | Ignored | Stopped {
    const instance = world.ledger.begin(node, this.self.pid);
    [this.#node, this.#world, this.#instance] = [node, world, instance];
    this.self.trapExit(node.trap_exit);
    const outcome = outcomeOf(node.init, instance.n);
    world.ledger.started(instance, outcome === 'fail' ? { error: 'init_fail' } : outcome);
    if (outcome === 'ignore') return ignore();
    if (outcome === 'fail') return stop(ExitReason.error('init_fail'));
  }

  /** Everything else is ignored, also an exit signal that became a message. */
  override handleInfo(message: unknown): void {
    if (!(message instanceof EndYourself)) return;
    const { reason, via } = message;
    if (typeof reason === 'object' && 'error' in reason) throw new Error(reason.error);
    if (via === 'exit') exit(toReason(reason));
    this.self.stop(toReason(reason));
  }

  override terminate(reason: ExitReason): void | Promise<void> {
    if (this.#instance !== undefined) this.#world?.ledger.terminating(this.#instance, toJson(reason));
    const cleanup = this.#node?.cleanup;
    if (cleanup === 'bad_exit') exit(CLEANUP_FAILED);
    if (cleanup === 'hang') return new Promise(() => {});
    if (cleanup === 'slow') return new Promise((resolve) => void this.#world?.clock.setTimer(SLOW_MS, resolve));
  }
}

/** After the end of the list every attempt succeeds, unless its last entry is `fail_forever`. */
function outcomeOf(attempts: readonly Attempt[], n: number): 'ok' | 'fail' | 'ignore' {
  const forever = attempts.indexOf('fail_forever');
  if (forever >= 0 && n > forever) return 'fail';
  const outcome = attempts[n - 1] ?? 'ok';
  return outcome === 'fail_forever' ? 'fail' : outcome;
}
