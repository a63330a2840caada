import {
  GenServer,
  refuse,
  Runtime,
  type Self,
  StartError,
  SupervisorOptionError,
  type SupervisorRef,
} from '@rookery/genserver';
import { LeakDetector, ManualClock } from '@rookery/genserver/testing';
import type { Json, Order, Scenario, Step, StepTrace, Trace, TreeNode } from '../scenario/scenario.js';
import { Ledger } from './ledger.js';
import { refusalToJson, toJson } from './reasons.js';
import { toSpec } from './specs.js';
import { Steps } from './steps.js';

/** Time that a step may take on the manual clock; nothing in a scenario takes so long. */
const QUIET_LIMIT_MS = 20_000;
const SHUTDOWN_MS = 60_000;
/** A step that has no result once all is quiet: its caller would wait for ever. */
const NO_ANSWER = 'no answer';

/** Who performs the steps. It starts the root, so it is the root's parent, and it traps exits. */
class Driver extends GenServer {
  override init(): void {
    this.self.trapExit(true);
  }

  override handleInfo(): void {}

  async perform(action: (self: Self) => Promise<Json>): Promise<Json> {
    try {
      return await action(this.self);
    } catch (error) {
      return refuse(error); // a fault of the replay, not of what is replayed: its caller must see it
    }
  }
}

/** Runs a scenario on `@rookery/genserver`; resolves with what happened. Rejects when something of it is left behind. */
export async function replay(scenario: Scenario): Promise<Trace> {
  return new Replay(scenario).run();
}

class Replay {
  readonly #scenario: Scenario;
  readonly #clock = new ManualClock();
  readonly #runtime = new Runtime({ clock: this.#clock });
  readonly #ledger = new Ledger();
  readonly #world = { ledger: this.#ledger, clock: this.#clock };
  readonly #steps = new Steps(this.#runtime, this.#world);

  constructor(scenario: Scenario) {
    this.#scenario = scenario;
  }

  async run(): Promise<Trace> {
    const leaks = new LeakDetector();
    const unsubscribe = this.#runtime.subscribe((event) => this.#ledger.hear(event));
    try {
      return await this.#trace();
    } finally {
      await this.#shutDown();
      unsubscribe();
      await leaks.assertNone({ runtime: this.#runtime, clock: this.#clock });
    }
  }

  async #trace(): Promise<Trace> {
    const driver = await this.#runtime.start(Driver);
    const { call } = driver.with({ timeoutMs: Infinity });
    const order = hasDynamic(this.#scenario.root) ? 'none' : 'total';
    const result = await this.#untilQuiet(call.perform((self) => this.#startRoot(self)));
    const start = { result, order, events: this.#ledger.take(order) } as const;
    const steps: StepTrace[] = [];
    for (const step of this.#scenario.steps) {
      steps.push(await this.#step(step, (action) => call.perform(action)));
    }
    return { start, steps, final: await this.#untilQuiet(this.#final(this.#scenario.root.id)) };
  }

  async #startRoot(self: Self): Promise<Json> {
    const { root } = this.#scenario;
    try {
      const { pid } = (await self.startLink(toSpec(root, this.#world))) as SupervisorRef;
      if (pid !== undefined) this.#ledger.supervisorStarted(root.id, pid);
      return 'ok';
    } catch (error) {
      const reason = this.#startFailure(error);
      this.#ledger.supervisorFailed(root.id, reason);
      return { error: reason };
    }
  }

  #startFailure(error: unknown): Json {
    if (error instanceof StartError) return toJson(error.reason);
    if (!(error instanceof SupervisorOptionError)) throw error;
    this.#ledger.begin(this.#scenario.root); // on the BEAM it is the running supervisor that refuses
    return { start_spec: refusalToJson(error) };
  }

  async #step(step: Step, inDriver: (action: () => Promise<Json>) => Promise<Json>): Promise<StepTrace> {
    const order = this.#orderOf(step);
    if (step.op === 'sleep') await this.#clock.advance(step.ms);
    const result = await this.#untilQuiet(inDriver(() => this.#steps.perform(step)));
    const root = this.#steps.liveOne(this.#scenario.root.id) === undefined ? 'down' : 'alive';
    return { result, order, events: this.#ledger.take(order), root };
  }

  /** Killing a supervisor lets its children end side by side, and a dynamic supervisor stops all at once. */
  #orderOf(step: Step): Order {
    if (hasDynamic(this.#scenario.root)) return 'none';
    if (step.op !== 'signal' || step.reason !== 'kill') return 'total';
    const isSupervisor = this.#ledger.newest(step.target)?.kind !== 'worker';
    return isSupervisor && this.#steps.liveOne(step.target) !== undefined ? 'none' : 'total';
  }

  /** Until no process has a message to handle and none waits for time. */
  async #untilQuiet(answer: Promise<Json>): Promise<Json> {
    let result: Json = NO_ANSWER;
    let failure: unknown;
    const settled = answer.then((value) => (result = value)).catch((error: unknown) => (failure = error));
    await this.#clock.advance(0);
    for (let ms = 0; this.#clock.pendingTimers > 0; ms++) {
      if (ms === QUIET_LIMIT_MS) throw new Error(`Not quiet after ${QUIET_LIMIT_MS} ms.`);
      await this.#clock.advance(1);
    }
    if (failure !== undefined) await settled;
    if (failure !== undefined) throw failure as Error;
    return result;
  }

  async #final(id: string): Promise<Json> {
    return this.#steps.liveOne(id) === undefined ? null : this.#tree(id);
  }

  async #tree(id: string): Promise<Json> {
    const instance = this.#ledger.newest(id);
    const isDynamic = instance?.kind === 'dynamic';
    const children = await (isDynamic ? this.#steps.dynamicSupervisor(id) : this.#steps.supervisor(id)).whichChildren();
    const known = children.map(({ id: childId, pid, state }) => {
      const child = pid === undefined ? undefined : this.#ledger.of(pid);
      const name = child?.id ?? String(childId);
      return { id: name, n: child?.n ?? this.#ledger.attemptsOf(name), kind: child?.kind, state };
    });
    const sorted = isDynamic ? known.filter(({ kind }) => kind !== undefined).toSorted(byName) : known;
    const trees: Json[] = [];
    for (const { id: name, n, kind, state } of sorted) {
      if (kind === 'supervisor' || kind === 'dynamic') trees.push(await this.#tree(name));
      else trees.push({ id: name, n, state: STATES[state] });
    }
    return { id, n: instance?.n ?? 0, state: 'alive', children: trees };
  }

  async #shutDown(): Promise<void> {
    const stopped = this.#runtime.shutdown({ timeoutMs: SHUTDOWN_MS });
    await this.#clock.advance(SHUTDOWN_MS);
    await stopped;
  }
}

/** OTP's words for the states of a child. */
const STATES = { running: 'alive', restarting: 'restarting', stopped: 'undefined' } as const;

interface Named {
  readonly id: string;
  readonly n: number;
}

function byName(a: Named, b: Named): number {
  if (a.id !== b.id) return a.id < b.id ? -1 : 1;
  return a.n - b.n;
}

function hasDynamic(node: TreeNode): boolean {
  return node.kind === 'dynamic' || (node.kind === 'supervisor' && node.children.some(hasDynamic));
}
