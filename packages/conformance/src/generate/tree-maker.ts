import type { Attempt, AutoShutdown, Cleanup, Restart, SupervisorNode, WorkerNode } from '../scenario/scenario.js';
import type { Random } from './random.js';
import type { Theme } from './themes.js';

type Mutable<T> = { -readonly [Key in keyof T]: T[Key] };
export type MutableWorker = Mutable<WorkerNode>;
export type MutableSupervisor = Mutable<Omit<SupervisorNode, 'children'>> & {
  readonly children: (MutableWorker | MutableSupervisor)[];
};

interface Made<Node> {
  readonly node: Node;
  /** Undefined for the root. */
  readonly parent: string | undefined;
}

/** Makes random trees, and remembers every node that it ever made. */
export class TreeMaker {
  readonly workers: Made<MutableWorker>[] = [];
  readonly supervisors: Made<MutableSupervisor>[] = [];
  readonly #random: Random;
  readonly #theme: Theme;
  #workerCount = 0;
  #supervisorCount = 0;

  constructor(random: Random, theme: Theme) {
    this.#random = random;
    this.#theme = theme;
  }

  childrenOf(id: string): readonly (MutableWorker | MutableSupervisor)[] {
    return [...this.workers, ...this.supervisors].filter(({ parent }) => parent === id).map(({ node }) => node);
  }

  /** Whether a worker somewhere below never ends by itself. */
  hangs(id: string): boolean {
    return this.workers.some(({ node, parent }) => node.cleanup === 'hang' && this.#isUnder(parent, id));
  }

  worker(parent: string, auto: AutoShutdown, id?: string): MutableWorker {
    const random = this.#random;
    const traps = random.chance(this.#theme === 'shutdown' ? 75 : 40);
    const cleanup = this.#cleanup(traps);
    const shutdown = this.#shutdown(cleanup, traps);
    let restart: Restart = random.weighted([
      [45, 'permanent'],
      [30, 'transient'],
      [25, 'temporary'],
    ]);
    const significant = auto !== 'never' && random.chance(60);
    if (significant) restart = random.pick(['transient', 'transient', 'temporary']);
    const node: MutableWorker = {
      kind: 'worker',
      id: id ?? `w${++this.#workerCount}`,
      restart,
      shutdown,
      significant,
      trap_exit: traps,
      cleanup,
      init: this.#attempts(),
    };
    this.workers.push({ node, parent });
    return node;
  }

  supervisor(parent: string | undefined, depth: number, parentAuto: AutoShutdown, id?: string): MutableSupervisor {
    const flags = this.#flags();
    let restart: Restart = this.#random.weighted([
      [60, 'permanent'],
      [25, 'transient'],
      [15, 'temporary'],
    ]);
    const significant = parentAuto !== 'never' && this.#random.chance(50);
    if (significant) restart = this.#random.pick(['transient', 'temporary']);
    const node: MutableSupervisor = {
      kind: 'supervisor',
      id: id ?? `s${++this.#supervisorCount}`,
      restart,
      shutdown: 'infinity',
      significant,
      ...flags,
      children: [],
    };
    this.supervisors.push({ node, parent });
    this.#fill(node, depth);
    return node;
  }

  #fill(node: MutableSupervisor, depth: number): void {
    const count = (depth === 0 ? 2 : 1) + this.#random.int(3);
    for (let i = 0; i < count; i++) {
      const child = this.#isNested(depth, i)
        ? this.supervisor(node.id, depth + 1, node.auto_shutdown)
        : this.worker(node.id, node.auto_shutdown);
      node.children.push(child);
    }
  }

  #isNested(depth: number, index: number): boolean {
    if (depth >= 2) return false;
    const deeper = this.#theme === 'deep' ? 55 : depth === 0 ? 30 : 15;
    const isSure = depth === 0 && index === 0 && (this.#theme === 'deep' || this.#theme === 'kill-supervisor');
    return this.#random.chance(deeper) || isSure;
  }

  #cleanup(traps: boolean): Cleanup {
    const isAboutShutdown = this.#theme === 'shutdown';
    const mayHang = traps && this.#theme !== 'kill-supervisor';
    return this.#random.weighted([
      [isAboutShutdown ? 30 : 75, 'quick'],
      [isAboutShutdown ? 25 : 10, 'slow'],
      [mayHang ? (isAboutShutdown ? 25 : 7) : 0, 'hang'],
      [isAboutShutdown ? 20 : 8, 'bad_exit'],
    ]);
  }

  #shutdown(cleanup: Cleanup, traps: boolean): WorkerNode['shutdown'] {
    if (cleanup === 'hang') return this.#random.pick([30, 30, 'brutal_kill']);
    if (traps) return this.#random.pick([500, 5000, 'infinity', 'brutal_kill']);
    return this.#random.pick([0, 500, 5000, 'infinity', 'brutal_kill']);
  }

  /** The outcome of each start attempt of one worker. */
  #attempts(): readonly Attempt[] {
    const random = this.#random;
    if (this.#theme === 'restart-fails' && random.chance(45)) return random.pick(FAILING_RESTARTS);
    if (this.#theme === 'start-fails' && random.chance(18)) return random.pick(FAILING_STARTS);
    return random.weighted([
      [84, []],
      [4, ['ignore']],
      [4, ['ok', 'ignore']],
      [6, ['ok', 'fail']],
      [2, ['ok', 'fail_forever']],
    ]);
  }

  #flags(): Pick<SupervisorNode, 'strategy' | 'max_restarts' | 'max_seconds' | 'auto_shutdown'> {
    const auto = this.#autoShutdown();
    const strategy = this.#random.pick(['one_for_one', 'one_for_all', 'rest_for_one']);
    const max_seconds = this.#theme === 'window' ? 1 : 3600;
    return { strategy, max_restarts: this.#maxRestarts(), max_seconds, auto_shutdown: auto };
  }

  #autoShutdown(): AutoShutdown {
    const wanted = { 'auto-any': 'any_significant', 'auto-all': 'all_significant' } as const;
    if (this.#theme === 'auto-any' || this.#theme === 'auto-all') {
      return this.#random.weighted([
        [75, wanted[this.#theme]],
        [25, 'never'],
      ]);
    }
    return this.#random.weighted([
      [88, 'never'],
      [6, 'any_significant'],
      [6, 'all_significant'],
    ]);
  }

  #maxRestarts(): number {
    if (this.#theme === 'intensity') return this.#random.int(3);
    return this.#theme === 'window' ? 1 + this.#random.int(2) : 2 + this.#random.int(5);
  }

  #isUnder(id: string | undefined, ancestor: string): boolean {
    if (id === undefined) return false;
    return id === ancestor || this.#isUnder(this.supervisors.find(({ node }) => node.id === id)?.parent, ancestor);
  }
}

const FAILING_RESTARTS: readonly (readonly Attempt[])[] = [
  ['ok', 'fail'],
  ['ok', 'fail', 'fail'],
  ['ok', 'ok', 'fail'],
  ['ok', 'fail', 'ok', 'fail'],
  ['ok', 'fail_forever'],
  ['ok', 'ignore'],
];

const FAILING_STARTS: readonly (readonly Attempt[])[] = [['fail'], ['fail_forever'], ['ignore'], ['ignore', 'fail']];
