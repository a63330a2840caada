import type { Pid, RuntimeEvent } from '@rookery/genserver';
import type { Json, Order, TraceEvent, TreeNode } from '../scenario/scenario.js';
import { toJson } from './reasons.js';

/** One start attempt of an id, and the process that came out of it. */
export interface Instance {
  readonly id: string;
  /** Which attempt, from 1, failed ones too. */
  readonly n: number;
  readonly kind: TreeNode['kind'];
  /** Of a supervisor it is known only once it runs. */
  pid: Pid | undefined;
  isStarted: boolean;
}

/** What happens in one scenario: who was started how often, who is who, and all events so far. */
export class Ledger {
  readonly #attempts = new Map<string, number>();
  readonly #newest = new Map<string, Instance>();
  readonly #byPid = new Map<Pid, Instance>();
  readonly #events: TraceEvent[] = [];

  /** A start attempt begins. */
  begin({ id, kind }: Pick<TreeNode, 'id' | 'kind'>, pid?: Pid): Instance {
    const instance: Instance = { id, n: this.attemptsOf(id) + 1, kind, pid: undefined, isStarted: false };
    this.#attempts.set(id, instance.n);
    this.#newest.set(id, instance);
    if (pid !== undefined) this.#bind(instance, pid);
    if (kind !== 'worker') this.#events.push(['init', id, instance.n]);
    return instance;
  }

  /** The start attempt has ended. */
  started(instance: Instance, result: Json): void {
    instance.isStarted = result === 'ok';
    this.#events.push(['start', instance.id, instance.n, result]);
  }

  supervisorStarted(id: string, pid: Pid): void {
    const instance = this.#newest.get(id);
    if (instance === undefined || instance.kind === 'worker') return; // workers tell it themselves
    this.#bind(instance, pid);
    this.started(instance, 'ok');
  }

  supervisorFailed(id: string, reason: Json): void {
    const instance = this.#newest.get(id);
    if (instance !== undefined && instance.kind !== 'worker') this.started(instance, { error: reason });
  }

  terminating({ id, n }: Instance, reason: Json): void {
    this.#events.push(['terminate', id, n, reason]);
  }

  /** For the events of the runtime. */
  hear(event: RuntimeEvent): void {
    if (event.kind === 'child_started') this.supervisorStarted(event.child, event.pid);
    else if (event.kind === 'child_start_failed') this.supervisorFailed(event.child, toJson(event.reason));
    else if (event.kind === 'process_exited') {
      const instance = this.#byPid.get(event.pid);
      // A process whose start did not succeed has no exit event.
      if (instance?.isStarted === true) this.#events.push(['exit', instance.id, instance.n, toJson(event.reason)]);
    }
  }

  attemptsOf(id: string): number {
    return this.#attempts.get(id) ?? 0;
  }

  newest(id: string): Instance | undefined {
    return this.#newest.get(id);
  }

  of(pid: Pid): Instance | undefined {
    return this.#byPid.get(pid);
  }

  /** `w1#3`: the process that came out of the third attempt of w1. */
  nameOf(pid: Pid): string {
    const instance = this.#byPid.get(pid);
    return instance === undefined ? '?' : `${instance.id}#${instance.n}`;
  }

  /** The events since the last time. */
  take(order: Order): readonly TraceEvent[] {
    const taken = this.#events.splice(0);
    return order === 'total' ? taken : taken.toSorted(inFixedOrder);
  }

  #bind(instance: Instance, pid: Pid): void {
    instance.pid = pid;
    this.#byPid.set(pid, instance);
  }
}

const PHASES: Record<TraceEvent[0], number> = { init: 1, start: 2, terminate: 3, exit: 4 };

/** Where processes end side by side: by id, then by attempt, then by phase. */
function inFixedOrder(a: TraceEvent, b: TraceEvent): number {
  if (a[1] !== b[1]) return a[1] < b[1] ? -1 : 1;
  return a[2] - b[2] || PHASES[a[0]] - PHASES[b[0]];
}
