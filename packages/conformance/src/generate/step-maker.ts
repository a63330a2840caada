import type { Ending, Step, WorkerNode } from '../scenario/scenario.js';
import type { Random } from './random.js';
import { ENDINGS, type Move, MOVES, type Theme } from './themes.js';
import type { MutableSupervisor, MutableWorker, TreeMaker } from './tree-maker.js';

/** Makes random steps for a tree; guesses which children are gone, so that most steps hit a live one. */
export class StepMaker {
  readonly #random: Random;
  readonly #theme: Theme;
  readonly #tree: TreeMaker;
  readonly #gone = new Set<string>();
  #extra = 0;

  constructor(random: Random, theme: Theme, tree: TreeMaker) {
    this.#random = random;
    this.#theme = theme;
    this.#tree = tree;
  }

  make(): readonly Step[] {
    const steps: Step[] = [];
    const isAboutWindow = this.#theme === 'window';
    const wanted = isAboutWindow ? 4 + this.#random.int(3) : 4 + this.#random.int(6);
    let sleeps = 0;
    while (steps.length < wanted) {
      const sleep = isAboutWindow && sleeps < 2 && steps.length > 0 && this.#random.chance(40);
      if (sleep) sleeps++;
      const step: Step | undefined = sleep ? { op: 'sleep', ms: 2200 } : this.#step();
      if (step === undefined) continue;
      this.#guess(step);
      steps.push(step, ...this.#followUp(step));
    }
    return steps;
  }

  #step(): Step | undefined {
    return this.#moves[this.#random.weighted(MOVES[this.#theme])]();
  }

  readonly #moves: Record<Move, () => Step | undefined> = {
    exit: () => this.#exit(),
    signal: () => this.#signal(),
    killSupervisor: () => this.#killSupervisor(),
    signalSupervisor: () => this.#toNested('signal', ['shutdown', 'boom']),
    stopNested: () => this.#toNested('stop', ['normal', 'shutdown', 'boom']),
    stopWorker: () => this.#stopWorker(),
    batch: () => this.#batch(),
    terminateChild: () => ({ op: 'terminate_child', ...this.#someChild() }),
    restartChild: () => ({ op: 'restart_child', ...this.#someChild() }),
    deleteChild: () => ({ op: 'delete_child', ...this.#someChild() }),
    startChild: () => this.#startChild(),
    which: () => ({ op: 'which_children', sup: this.#someSupervisor().id }),
    count: () => ({ op: 'count_children', sup: this.#someSupervisor().id }),
  };

  #exit(): Step | undefined {
    if (this.#tree.workers.length === 0) return undefined;
    const target = this.#someWorker();
    // A worker whose clean-up hangs would never end by itself.
    if (target.cleanup === 'hang') return { op: 'signal', target: target.id, reason: 'kill' };
    const wantsCrashes = this.#theme === 'intensity' || this.#theme === 'window';
    const reason = wantsCrashes ? this.#random.pick(['boom', 'boom', 'other']) : this.#random.pick(ENDINGS);
    const stops = typeof reason === 'string' && this.#random.chance(30);
    return { op: 'exit', target: target.id, reason, ...(stops && { via: 'stop' }) };
  }

  #signal(): Step | undefined {
    if (this.#tree.workers.length === 0) return undefined;
    const target = this.#someWorker().id;
    return { op: 'signal', target, reason: this.#random.pick(['kill', 'kill', 'shutdown', 'boom', 'normal']) };
  }

  #killSupervisor(): Step | undefined {
    const target = this.#someSupervisor().id;
    return this.#tree.hangs(target) ? undefined : { op: 'signal', target, reason: 'kill' };
  }

  #toNested(op: 'signal' | 'stop', reasons: readonly string[]): Step | undefined {
    const target = this.#someSupervisor().id;
    return target === 'root' ? undefined : { op, target, reason: this.#random.pick(reasons) };
  }

  #stopWorker(): Step | undefined {
    const { id: target, cleanup } = this.#someWorker();
    if (cleanup === 'hang' || (cleanup === 'bad_exit' && this.#random.chance(50))) return undefined;
    return { op: 'stop', target, reason: this.#random.pick(['normal', 'shutdown', 'boom']) };
  }

  #batch(): Step | undefined {
    const sup = this.#someSupervisor().id;
    const able = this.#tree.childrenOf(sup).filter((node) => node.kind === 'worker' && node.cleanup !== 'hang');
    if (able.length < 2) return undefined;
    const some = this.#random.shuffle(able).slice(0, 2 + this.#random.int(2));
    const reason = (): Ending => this.#random.pick(['boom', 'other', 'normal', 'shutdown']);
    return { op: 'batch', sup, exits: some.map(({ id }) => [id, reason()]) };
  }

  #startChild(): Step {
    const sup = this.#someSupervisor();
    const own = this.#tree.childrenOf(sup.id);
    if (own.length > 0 && this.#random.chance(35)) {
      return { op: 'start_child', sup: sup.id, child: { ...this.#random.pick(own) } }; // the same id again
    }
    const child = this.#random.chance(15)
      ? this.#tree.supervisor(sup.id, 2, sup.auto_shutdown, `y${++this.#extra}`)
      : this.#extraWorker(sup);
    return { op: 'start_child', sup: sup.id, child };
  }

  #extraWorker(sup: MutableSupervisor): MutableWorker {
    const worker = this.#tree.worker(sup.id, sup.auto_shutdown, `x${++this.#extra}`);
    if (this.#random.chance(8)) worker.significant = true;
    if (this.#random.chance(12)) worker.init = this.#random.pick([['fail'], ['ignore']]);
    return worker;
  }

  /** What becomes of a terminated child. */
  #followUp(step: Step): readonly Step[] {
    if (step.op !== 'terminate_child' || !this.#random.chance(65)) return [];
    const { sup, id } = step;
    const child = this.#tree.childrenOf(sup).find((node) => node.id === id);
    const again: readonly Step[] = child === undefined ? [] : [{ op: 'start_child', sup, child: { ...child } }];
    const op = this.#random.weighted([
      [40, 'restart_child'],
      [25, 'delete_child'],
      [20, 'start_child'],
      [15, 'terminate_child'],
    ]);
    if (op === 'start_child') return again;
    if (op === 'restart_child') this.#gone.delete(id);
    if (op !== 'delete_child' || child === undefined || !this.#random.chance(50)) return [{ op, sup, id }];
    this.#gone.delete(id);
    return [{ op, sup, id }, ...again];
  }

  #someWorker(): WorkerNode {
    const all = this.#tree.workers;
    const live = all.filter(({ node }) => !this.#gone.has(node.id));
    return this.#random.pick(live.length > 0 && this.#random.chance(90) ? live : all).node;
  }

  #someSupervisor(): MutableSupervisor {
    return this.#random.pick(this.#tree.supervisors).node;
  }

  #someChild(): { readonly sup: string; readonly id: string } {
    const sup = this.#someSupervisor().id;
    const own = this.#tree.childrenOf(sup);
    const isNobody = own.length === 0 || this.#random.chance(8);
    return { sup, id: isNobody ? 'nobody' : this.#random.pick(own).id };
  }

  #guess(step: Step): void {
    if (step.op === 'exit' || step.op === 'stop') this.#guessEnded(step.target, step.reason);
    else if (step.op === 'signal') this.#guessSignalled(step.target, step.reason);
    else if (step.op === 'batch') for (const [id, reason] of step.exits) this.#guessEnded(id, reason);
    else if (step.op === 'terminate_child') this.#gone.add(step.id);
    else if (step.op === 'restart_child') this.#gone.delete(step.id);
  }

  #guessSignalled(id: string, reason: Ending): void {
    const traps = this.#find(id)?.trap_exit ?? true;
    if (reason === 'kill' || (!traps && reason !== 'normal')) this.#guessEnded(id, reason);
  }

  #guessEnded(id: string, reason: Ending): void {
    const worker = this.#find(id);
    if (worker === undefined) return;
    const stays = worker.restart === 'transient' && isQuiet(reason) && worker.cleanup !== 'bad_exit';
    if (worker.restart === 'temporary' || stays) this.#gone.add(id);
  }

  #find(id: string): WorkerNode | undefined {
    return this.#tree.workers.find(({ node }) => node.id === id)?.node;
  }
}

function isQuiet(reason: Ending): boolean {
  return reason === 'normal' || reason === 'shutdown' || (typeof reason === 'object' && 'shutdown' in reason);
}
