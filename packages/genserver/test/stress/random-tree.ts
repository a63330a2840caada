import {
  child,
  type ChildSpec,
  dynamicSupervisor,
  supervisor,
  type Pid,
  type ServerRef,
  type SupervisorOptions,
  type SupervisorRef,
  type TreeNode,
} from '../../src/index.js';
import { anyReason, Moody, wait, type World } from './moody.js';
import type { Ask } from './witness.js';

const RESTARTS = ['permanent', 'transient', 'temporary'] as const;
const STRATEGIES = ['one_for_one', 'one_for_all', 'rest_for_one'] as const;

/** Trees that the dice made, and everything that may happen to them. */
export class RandomTrees {
  readonly #world: World;
  /** Listed children that their supervisors must keep for ever: by supervisor, all but the temporary ones. */
  readonly #listed = new Map<string, string[]>();
  readonly #byHand = new Set<unknown>();
  readonly #held = new Set<Pid>();
  readonly #roots = ['root 1', 'root 2'];
  #ids = 0;

  constructor(world: World) {
    this.#world = world;
  }

  start(): void {
    const { runtime } = this.#world;
    for (const root of this.#roots) this.#ask('start', runtime.startSupervisor(this.#plan(0, root)));
  }

  /** Does one thing, or a few, to some of the processes. */
  act(): void {
    const { dice, runtime } = this.#world;
    const nodes = runtime.tree().flatMap(flatten);
    const victim = this.#pickOf(nodes, dice.chance(85) ? 'worker' : 'supervisor');
    if (victim !== undefined && (!this.#roots.includes(victim.name) || dice.chance(3))) this.#harm(victim.name);
    const [one, other] = [this.#pickOf(nodes, 'worker'), this.#pickOf(nodes, 'worker')];
    if (one !== undefined && other !== undefined) runtime.ref(Moody, one.name).cast.meet(other.name);
    if (one !== undefined && dice.chance(50)) this.#callOften(one.name);
    if (one?.pid !== undefined && dice.chance(15)) this.#hold(one.pid);
    const chief = this.#pickOf(nodes, 'supervisor');
    if (chief?.pid !== undefined && dice.chance(5)) this.#hold(chief.pid);
    if (chief !== undefined && dice.chance(40)) this.#administer(runtime.supervisor(chief.name));
    const pool = this.#pickOf(nodes, 'dynamic_supervisor');
    if (pool !== undefined) this.#ask('start', runtime.dynamicSupervisor<Moody>(pool.name).startChild(this.#worker()));
  }

  /** Lets all go on that are suspended: until then nothing comes to rest. */
  release(): void {
    const { runtime } = this.#world;
    for (const pid of this.#held) this.#ask('hold', runtime.sys.resume(pid, { timeoutMs: Infinity }));
    this.#held.clear();
  }

  /** What is not as it should be, once everything has come to rest. */
  async problems(): Promise<readonly string[]> {
    const { runtime, witness } = this.#world;
    const roots = runtime.tree();
    const nodes = roots.flatMap(flatten);
    const running = nodes.filter(({ pid }) => pid !== undefined).length;
    return [
      roots.filter(({ name }) => !this.#roots.includes(name)).map(({ name }) => `${name} has no supervisor`),
      nodes.filter(({ state }) => state === 'restarting').map(({ name }) => `${name} is restarting`),
      nodes.flatMap((node) => this.#missing(node)).map((id) => `${id} is not known`),
      running === runtime.stats().processes ? [] : ['there are processes that are in no tree'],
      witness.pending === 0 ? [] : [`${witness.pending} requests have no answer`],
      witness.problems(),
      await this.#notRunning(nodes.filter(({ kind }) => kind === 'supervisor')),
    ].flat();
  }

  #missing({ name, pid, children }: TreeNode): readonly string[] {
    const known = new Set(children.map((one) => one.name));
    const lost = (this.#listed.get(name) ?? []).filter((id) => !known.has(id) && !this.#byHand.has(id));
    return pid === undefined ? [] : lost;
  }

  async #notRunning(supervisors: readonly TreeNode[]): Promise<readonly string[]> {
    const running = supervisors.filter(({ pid }) => pid !== undefined);
    const views = running.map(({ name }) => this.#world.runtime.supervisor(name).whichChildren());
    const answers = await Promise.allSettled(views);
    if (answers.some(({ status }) => status === 'rejected')) return ['a supervisor has just ended'];
    const all = answers.flatMap((answer) => (answer.status === 'fulfilled' ? answer.value : []));
    const lost = all.filter(
      ({ id, restart, state }) => restart === 'permanent' && state !== 'running' && !this.#byHand.has(id),
    );
    return lost.map(({ id }) => `${String(id)} does not run`);
  }

  /** A supervisor of which nothing has run yet looks like a worker: the names tell. */
  #pickOf(nodes: readonly TreeNode[], kind: TreeNode['kind']): TreeNode | undefined {
    const isRight = (node: TreeNode): boolean =>
      node.kind === kind && node.name.startsWith('w') === (kind === 'worker');
    return this.#world.dice.pick(nodes.filter((node) => isRight(node) && node.pid !== undefined));
  }

  #harm(name: string): void {
    const { dice, runtime } = this.#world;
    const reason = anyReason(dice);
    const how = dice.roll(5);
    if (how === 0) runtime.kill(name);
    else if (how === 1) runtime.exit(name, reason);
    else if (how === 2) this.#ask('stop', runtime.stop(name, reason));
    else if (how === 3) runtime.ref(Moody, name).cast.end(reason);
    else runtime.ref(Moody, name).cast.work();
  }

  #hold(pid: Pid): void {
    this.#held.add(pid);
    this.#ask('hold', this.#world.runtime.sys.suspend(pid, { timeoutMs: Infinity }));
  }

  /** Calls in flight: with and without a limit, and some that are given up by their callers. */
  #callOften(name: string): void {
    const { dice, runtime, witness, pace } = this.#world;
    for (let calls = 1 + dice.roll(4); calls > 0; calls--) {
      const timeoutMs = dice.pick([0, 20 * pace, 5_000 * pace, Infinity]) ?? Infinity;
      const aborts = new AbortController();
      if (dice.chance(20)) void wait(this.#world, dice.roll(40)).then(() => aborts.abort());
      const facts = { timeoutMs, signal: aborts.signal };
      witness.asks('work', runtime.ref(Moody, name).with(facts).call.work(), facts);
    }
  }

  #administer(chief: SupervisorRef): void {
    const { dice } = this.#world;
    if (dice.chance(30)) return this.#ask('start', chief.startChild(this.#worker()));
    void this.#changeOne(chief, dice.pick(['terminate', 'restart', 'delete'] as const) ?? 'terminate');
  }

  async #changeOne(chief: SupervisorRef, ask: 'terminate' | 'restart' | 'delete'): Promise<void> {
    const looking = chief.whichChildren();
    this.#ask('look', looking);
    const children = await looking.catch(() => []);
    const id = this.#world.dice.pick(children)?.id ?? 'nobody';
    if (ask !== 'restart') this.#byHand.add(id);
    const changed = chief[`${ask}Child`](id);
    this.#ask(ask, changed);
    if (ask === 'terminate') await this.#noteGroup(chief, changed);
  }

  /** Who waited for its restart, for a group that is down with it, is waited for no more: the whole group stays down (SUP-056). */
  async #noteGroup(chief: SupervisorRef, terminated: Promise<unknown>): Promise<void> {
    const children = await terminated.then(() => chief.whichChildren()).catch(() => []);
    for (const { id, state } of children) if (state === 'stopped') this.#byHand.add(id);
  }

  #ask(ask: Ask, answer: Promise<unknown>): void {
    this.#world.witness.asks(ask, answer);
  }

  #plan(depth: number, name: string): SupervisorOptions {
    const { dice, pace } = this.#world;
    const children = Array.from({ length: 1 + dice.roll(4) }, () => this.#child(depth + 1));
    const kept = children.filter(({ restart }) => restart !== 'temporary').map(({ id }) => String(id));
    this.#listed.set(name, kept);
    return {
      name,
      strategy: dice.pick(STRATEGIES) ?? 'one_for_one',
      children,
      maxRestarts: depth === 0 ? 1_000 : dice.roll(8),
      restart: this.#restart(),
      ...(dice.chance(20) && { backoff: { initialMs: 10 * pace, maxMs: 200 * pace, jitter: 'full' as const } }),
    };
  }

  #child(depth: number): ChildSpec {
    const { dice } = this.#world;
    if (depth < 4 && dice.chance(30)) return supervisor(this.#plan(depth, `s${++this.#ids}`));
    if (!dice.chance(10)) return this.#worker();
    return dynamicSupervisor({ name: `d${++this.#ids}`, maxRestarts: 5, maxChildren: 6 });
  }

  #worker(): ChildSpec<ServerRef<Moody>> {
    const { dice, pace } = this.#world;
    const limit = dice.pick([0, 20, 5_000, 'brutal_kill', 'infinity'] as const) ?? 0;
    const shutdownMs = typeof limit === 'number' ? limit * pace : limit;
    return child(Moody, { name: `w${++this.#ids}`, args: [this.#world], restart: this.#restart(), shutdownMs });
  }

  #restart(): 'permanent' | 'transient' | 'temporary' {
    const { dice } = this.#world;
    return dice.chance(60) ? 'permanent' : (dice.pick(RESTARTS) ?? 'permanent');
  }
}

/** A node and all below it. */
function flatten(node: TreeNode): readonly TreeNode[] {
  return [node, ...node.children.flatMap(flatten)];
}
