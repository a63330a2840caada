import type { DynamicNode, Scenario, Step, SupervisorNode, WorkerNode } from '../scenario/scenario.js';
import { Random } from './random.js';
import { ENDINGS } from './themes.js';

/** So that the seeds of the two kinds have nothing in common. */
const SEED_OFFSET = 1_000_003;

type Owner = 'root' | 'd1' | 'd2';

/** A random tree with one or two dynamic supervisors, and what is done to it. */
export function dynamicScenario(seed: number): Scenario {
  const maker = new DynamicMaker(new Random(seed + SEED_OFFSET));
  const root = maker.root();
  return { id: `dynamic-${seed}`, seed, theme: 'dynamic', root, steps: maker.steps() };
}

class DynamicMaker {
  readonly #random: Random;
  readonly #made: Record<Owner, WorkerNode[]> = { root: [], d1: [], d2: [] };
  #workers = 0;
  readonly #hasTwo: boolean;

  constructor(random: Random) {
    this.#random = random;
    this.#hasTwo = random.chance(30);
  }

  root(): SupervisorNode {
    const random = this.#random;
    const children = [this.#worker('root'), this.#dynamic('d1')];
    if (this.#hasTwo) children.push(this.#dynamic('d2'));
    if (random.chance(50)) children.push(this.#worker('root'));
    return {
      kind: 'supervisor',
      id: 'root',
      restart: 'permanent',
      shutdown: 'infinity',
      significant: false,
      strategy: random.pick(['one_for_one', 'one_for_all', 'rest_for_one']),
      max_restarts: 1 + random.int(4),
      max_seconds: 3600,
      auto_shutdown: 'never',
      children: random.shuffle(children),
    };
  }

  steps(): readonly Step[] {
    const random = this.#random;
    const steps: Step[] = [];
    for (let left = 2 + random.int(3); left > 0; left--) steps.push(this.#start());
    for (let left = 4 + random.int(5); left > 0; left--) steps.push(...this.#step());
    if (random.chance(70)) steps.push({ op: 'stop', target: 'root', reason: random.pick(['normal', 'shutdown']) });
    return steps;
  }

  #step(): readonly Step[] {
    const move = this.#random.weighted([
      [40, 'exit'],
      [16, 'signal'],
      [14, 'start'],
      [12, 'terminate'],
      [9, 'which'],
      [9, 'count'],
      [4, 'stop'],
    ]);
    if (move === 'start') return [this.#start()];
    if (move === 'exit' || move === 'signal') return [this.#end(move)];
    const sup = this.#supervisor();
    if (move === 'terminate') return this.#terminate(sup);
    if (move === 'stop') {
      return [{ op: 'stop', target: sup, reason: this.#random.pick(['normal', 'shutdown', 'boom']) }];
    }
    return [{ op: move === 'which' ? 'which_children' : 'count_children', dynamic: true, sup }];
  }

  #start(): Step {
    const sup = this.#supervisor();
    const made = this.#made[sup];
    const isAgain = made.length > 0 && this.#random.chance(15); // the same id twice is fine here
    const child = isAgain ? { ...this.#random.pick(made) } : this.#worker(sup);
    return { op: 'start_child', dynamic: true, sup, child };
  }

  #end(op: 'exit' | 'signal'): Step {
    const { d1, d2, root } = this.#made;
    const { id: target, cleanup } = this.#random.pick([...d1, ...d2, ...(this.#random.chance(20) ? root : [])]);
    if (op === 'exit' && cleanup !== 'hang') return { op, target, reason: this.#random.pick(ENDINGS) };
    return { op: 'signal', target, reason: this.#random.pick(['kill', 'kill', 'shutdown', 'boom']) };
  }

  #terminate(sup: Owner): readonly Step[] {
    const made = this.#made[sup];
    if (made.length === 0) return [];
    return [{ op: 'terminate_child', dynamic: true, sup, id: this.#random.pick(made).id }];
  }

  #supervisor(): Owner {
    return this.#hasTwo && this.#random.chance(40) ? 'd2' : 'd1';
  }

  #worker(owner: Owner): WorkerNode {
    const random = this.#random;
    const traps = random.chance(45);
    const cleanup = this.#cleanup(traps);
    const node: WorkerNode = {
      kind: 'worker',
      id: `w${++this.#workers}`,
      restart: random.weighted([
        [40, 'permanent'],
        [30, 'transient'],
        [30, 'temporary'],
      ]),
      shutdown:
        cleanup === 'hang' ? random.pick([30, 'brutal_kill']) : random.pick([500, 5000, 'infinity', 'brutal_kill']),
      significant: false,
      trap_exit: traps,
      cleanup,
      init: this.#attempts(),
    };
    this.#made[owner].push(node);
    return node;
  }

  #cleanup(traps: boolean): WorkerNode['cleanup'] {
    return this.#random.weighted([
      [70, 'quick'],
      [12, 'slow'],
      [traps ? 8 : 0, 'hang'],
      [10, 'bad_exit'],
    ]);
  }

  #attempts(): WorkerNode['init'] {
    return this.#random.weighted([
      [76, []],
      [5, ['ignore']],
      [4, ['fail']],
      [5, ['ok', 'ignore']],
      [6, ['ok', 'fail']],
      [4, ['ok', 'fail_forever']],
    ]);
  }

  #dynamic(id: string): DynamicNode | WorkerNode {
    const random = this.#random;
    return {
      kind: 'dynamic',
      id,
      restart: random.weighted([
        [70, 'permanent'],
        [20, 'transient'],
        [10, 'temporary'],
      ]),
      shutdown: 'infinity',
      significant: false,
      max_restarts: random.int(5),
      max_seconds: 3600,
      max_children: random.chance(25) ? 1 + random.int(3) : 'infinity',
    };
  }
}
