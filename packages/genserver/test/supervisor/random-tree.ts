import {
  child,
  type ChildSpec,
  dynamicSupervisor,
  ExitReason,
  GenServer,
  type Runtime,
  supervisor,
  type SupervisorOptions,
  type SupervisorRef,
  type TreeNode,
} from '../../src/index.js';
import type { ManualClock } from '../../src/testing.js';

/** Numbers from a seed (mulberry32): the same each time. */
export class Dice {
  constructor(private seed: number) {}

  /** From 0 up to `below`, exclusive. */
  roll(below: number): number {
    this.seed = (this.seed + 0x6d2b79f5) | 0;
    let t = Math.imul(this.seed ^ (this.seed >>> 15), 1 | this.seed);
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
    return ((((t ^ (t >>> 14)) >>> 0) * below) / 2 ** 32) | 0;
  }

  chance(percent: number): boolean {
    return this.roll(100) < percent;
  }

  pick<T>(from: readonly T[]): T | undefined {
    return from[this.roll(from.length)];
  }
}

const RESTARTS = ['permanent', 'transient', 'temporary'] as const;
const STRATEGIES = ['one_for_one', 'one_for_all', 'rest_for_one'] as const;
const REASONS = [ExitReason.normal, ExitReason.shutdown, ExitReason.error(new Error('bad day'))];

interface Chaos {
  readonly dice: Dice;
  readonly clock: ManualClock;
}

/** Starts and stops slowly, fails to start, fails to stop: as the dice say. */
class Moody extends GenServer {
  #chaos!: Chaos;

  override async init(chaos: Chaos): Promise<void> {
    this.#chaos = chaos;
    const { dice } = chaos;
    this.self.trapExit(dice.chance(40));
    if (dice.chance(30)) await this.#wait(1 + dice.roll(20));
    if (dice.chance(2)) throw new Error('no start today');
  }

  override async terminate(): Promise<void> {
    const { dice } = this.#chaos;
    if (dice.chance(40)) await this.#wait(dice.roll(80));
    if (dice.chance(10)) throw new Error('no clean end today');
  }

  end(reason: ExitReason): void {
    this.self.stop(reason);
  }

  async work(): Promise<string> {
    if (this.#chaos.dice.chance(50)) await this.#wait(this.#chaos.dice.roll(30));
    if (this.#chaos.dice.chance(20)) throw new Error('overworked');
    return 'done';
  }

  #wait(ms: number): Promise<void> {
    return new Promise((resolve) => this.#chaos.clock.setTimer(ms, resolve));
  }
}

/** A tree that the dice made, and everything that may happen to it. */
export class RandomTree {
  /** Listed children that their supervisors must keep for ever: by supervisor, all but the temporary ones. */
  readonly listed = new Map<string, string[]>();
  readonly stoppedByHand = new Set<unknown>();
  /** One for each request that was made, settled. */
  readonly outcomes: Promise<PromiseSettledResult<unknown>>[] = [];
  readonly #dice: Dice;
  #ids = 0;

  constructor(
    seed: number,
    private readonly runtime: Runtime,
    private readonly clock: ManualClock,
  ) {
    this.#dice = new Dice(seed);
  }

  /** Resolves with whether it started. */
  async start(): Promise<boolean> {
    this.#note(this.runtime.startSupervisor(this.#plan(0, 'root')));
    await this.clock.advance(1_000);
    return this.runtime.whereis('root') !== undefined;
  }

  /** Does one thing, or a few, to some of its processes. */
  act(): void {
    const nodes = this.runtime.tree().flatMap(flatten);
    const victim = this.#pickOf(nodes, this.#dice.chance(85) ? 'worker' : 'supervisor');
    if (victim !== undefined && (victim.name !== 'root' || this.#dice.chance(3))) this.#harm(victim.name);
    const chief = this.#pickOf(nodes, 'supervisor');
    if (chief !== undefined && this.#dice.chance(40)) this.#administer(this.runtime.supervisor(chief.name));
    const pool = this.#pickOf(nodes, 'dynamic_supervisor');
    if (pool !== undefined) this.#note(this.runtime.dynamicSupervisor<Moody>(pool.name).startChild(this.#worker()));
  }

  /** What is not as it should be, once everything has come to rest. */
  async problems(): Promise<readonly string[]> {
    const roots = this.runtime.tree();
    const nodes = roots.flatMap(flatten);
    const running = nodes.filter(({ pid }) => pid !== undefined).length;
    return [
      roots.filter(({ name }) => name !== 'root').map(({ name }) => `${name} has no supervisor`),
      nodes.filter(({ state }) => state === 'restarting').map(({ name }) => `${name} is restarting`),
      nodes.flatMap((node) => this.#missing(node)).map((id) => `${id} is not known`),
      running === this.runtime.stats().processes ? [] : ['there are processes that are in no tree'],
      await this.#notRunning(nodes.filter(({ kind }) => kind === 'supervisor')),
    ].flat();
  }

  #missing({ name, pid, children }: TreeNode): readonly string[] {
    const known = new Set(children.map((one) => one.name));
    return pid === undefined ? [] : (this.listed.get(name) ?? []).filter((id) => !known.has(id));
  }

  async #notRunning(supervisors: readonly TreeNode[]): Promise<readonly string[]> {
    const running = supervisors.filter(({ pid }) => pid !== undefined);
    const views = running.map(({ name }) => this.runtime.supervisor(name).whichChildren());
    const all = (await Promise.all(views)).flat();
    const lost = all.filter(
      ({ id, restart, state }) => restart === 'permanent' && state !== 'running' && !this.stoppedByHand.has(id),
    );
    return lost.map(({ id }) => `${String(id)} does not run`);
  }

  #pickOf(nodes: readonly TreeNode[], kind: TreeNode['kind']): TreeNode | undefined {
    return this.#dice.pick(nodes.filter((node) => node.kind === kind && node.pid !== undefined));
  }

  #harm(name: string): void {
    const reason = this.#dice.pick(REASONS) ?? ExitReason.normal;
    const how = this.#dice.roll(5);
    if (how === 0) this.runtime.kill(name);
    else if (how === 1) this.runtime.exit(name, reason);
    else if (how === 2) this.#note(this.runtime.stop(name, reason));
    else if (how === 3) this.runtime.ref(Moody, name).cast.end(reason);
    else this.#note(this.runtime.ref(Moody, name).call.work());
  }

  #administer(chief: SupervisorRef): void {
    if (this.#dice.chance(30)) return this.#note(chief.startChild(this.#worker('temporary')));
    this.#note(this.#stopOrStartOne(chief, this.#dice.chance(50)));
  }

  async #stopOrStartOne(chief: SupervisorRef, isStop: boolean): Promise<void> {
    const id = this.#dice.pick(await chief.whichChildren())?.id ?? 'nobody';
    if (isStop) this.stoppedByHand.add(id);
    await (isStop ? chief.terminateChild(id) : chief.restartChild(id));
  }

  #note(request: Promise<unknown>): void {
    this.outcomes.push(Promise.allSettled([request]).then(([outcome]) => outcome));
  }

  #plan(depth: number, name: string): SupervisorOptions {
    const children = Array.from({ length: 1 + this.#dice.roll(4) }, () => this.#child(depth + 1));
    const kept = children.filter(({ restart }) => restart !== 'temporary');
    this.listed.set(
      name,
      kept.map(({ id }) => String(id)),
    );
    const strategy = this.#dice.pick(STRATEGIES) ?? 'one_for_one';
    return {
      name,
      strategy,
      children,
      maxRestarts: depth === 0 ? 1_000 : this.#dice.roll(8),
      restart: this.#restart(),
    };
  }

  #child(depth: number): ChildSpec {
    if (depth < 4 && this.#dice.chance(30)) return supervisor(this.#plan(depth, `s${++this.#ids}`));
    if (!this.#dice.chance(10)) return this.#worker();
    return dynamicSupervisor({ name: `d${++this.#ids}`, maxRestarts: 5 });
  }

  #worker(restart = this.#restart()) {
    const shutdownMs = this.#dice.pick([0, 20, 5_000, 'brutal_kill', 'infinity'] as const) ?? 0;
    const args = [{ dice: this.#dice, clock: this.clock }] as const;
    return child(Moody, { name: `w${++this.#ids}`, args, restart, shutdownMs });
  }

  #restart() {
    return this.#dice.chance(60) ? 'permanent' : (this.#dice.pick(RESTARTS) ?? 'permanent');
  }
}

/** A node and all below it. */
function flatten(node: TreeNode): readonly TreeNode[] {
  return [node, ...node.children.flatMap(flatten)];
}
