import type { Ending } from '../scenario/scenario.js';
import type { ProcessOp, ProcessScenario, ProcessStep } from '../scenario/processes.js';
import { ProcessModel } from './process-model.js';
import { Random } from './random.js';

/** So that the seeds of the kinds have nothing in common. */
const SEED_OFFSET = 2_000_003;

const ENDINGS: readonly Ending[] = [
  'normal',
  'shutdown',
  { shutdown: 'bye' },
  { error: 'bad' },
  'boom',
  'kill',
  'killed',
];
const SIGNALS: readonly Ending[] = ['normal', 'shutdown', { shutdown: 'bye' }, 'boom', 'kill', 'killed', 'noproc'];

/** A few processes that link, monitor, trap, signal and end. */
export function processScenario(seed: number): ProcessScenario {
  const random = new Random(seed + SEED_OFFSET);
  const processes = 3 + random.int(3);
  const maker = new ProcessMaker(random, new ProcessModel(processes));
  const steps = Array.from({ length: 10 + random.int(10) }, () => maker.step());
  return { id: `processes-${seed}`, seed, theme: 'processes', processes, steps };
}

class ProcessMaker {
  readonly #random: Random;
  readonly #model: ProcessModel;

  constructor(random: Random, model: ProcessModel) {
    this.#random = random;
    this.#model = model;
  }

  step(): ProcessStep {
    const from = this.#somebody(4);
    const ops = this.#ops(from);
    this.#model.apply(from, ops);
    return { from, do: ops };
  }

  #ops(from: string): readonly ProcessOp[] {
    const random = this.#random;
    const move = random.weighted([
      [22, 'link'],
      [5, 'unlink'],
      [16, 'monitor'],
      [5, 'demonitor'],
      [14, 'trap'],
      [12, 'signal'],
      [8, 'exit'],
      [9, 'spawn'],
      [2, 'alive'],
      [9, 'burst'],
    ]);
    if (move === 'trap') return [{ op: 'trap', on: random.chance(75) }];
    if (move === 'exit') return [{ op: 'exit', reason: random.pick(ENDINGS) }];
    if (move === 'signal') return [this.#signal(random.chance(12) ? from : this.#somebody(8))];
    if (move === 'spawn') return [{ op: 'spawn', how: random.pick(['spawn', 'spawn_link', 'spawn_monitor']) }];
    if (move === 'demonitor') return this.#demonitor(from);
    if (move === 'burst') return this.#burst(from);
    return [{ op: move, to: this.#somebody(12) }];
  }

  /** Several things in a row, to one process that no link can lead to: so it is determined who gets what in which order. */
  #burst(from: string): readonly ProcessOp[] {
    const random = this.#random;
    const strangers = this.#model.strangersOf(from);
    if (strangers.length === 0) return [{ op: 'send', to: from, text: 'to myself' }];
    const to = random.pick(strangers);
    const ops = Array.from({ length: 2 + random.int(3) }, (_, index): ProcessOp => {
      return random.chance(50) ? { op: 'send', to, text: `text ${index}` } : this.#signal(to);
    });
    return random.chance(35) ? [...ops, { op: 'exit', reason: random.pick(ENDINGS) }] : ops;
  }

  #signal(to: string): ProcessOp {
    return { op: 'signal', to, reason: this.#random.pick(SIGNALS) };
  }

  #demonitor(from: string): readonly ProcessOp[] {
    const own = this.#model.monitorsOf(from);
    if (own.length === 0) return [{ op: 'monitor', to: this.#somebody(12) }];
    return [{ op: 'demonitor', monitor: this.#random.pick(own) }];
  }

  /** Mostly one that is alive. */
  #somebody(percentDead: number): string {
    const { alive, all } = this.#model;
    return this.#random.pick(alive.length === 0 || this.#random.chance(percentDead) ? all : alive);
  }
}
