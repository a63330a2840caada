import type { Ending } from '../scenario/scenario.js';
import type { ProcessOp } from '../scenario/processes.js';

/** A guess of who is alive and linked, so that most steps do something. What really happens, the recording says. */
export class ProcessModel {
  readonly #names: string[];
  readonly #alive: Set<string>;
  readonly #traps = new Set<string>();
  /** Each process with those it has ever had a link with, and those they have, and so on. */
  readonly #kin = new Map<string, Set<string>>();
  readonly #links = new Map<string, Set<string>>();
  /** Owners, in the order of the names of the monitors. */
  readonly #monitors: string[] = [];

  constructor(count: number) {
    this.#names = Array.from({ length: count }, (_, index) => `p${index + 1}`);
    this.#alive = new Set(this.#names);
  }

  get all(): readonly string[] {
    return this.#names;
  }

  get alive(): readonly string[] {
    return [...this.#alive];
  }

  /** Those that live and were never linked with it, not even by others in between. */
  strangersOf(name: string): readonly string[] {
    return this.alive.filter((other) => other !== name && !this.#kinOf(name).has(other));
  }

  /** The names of the monitors that it ever made. */
  monitorsOf(name: string): readonly string[] {
    return this.#monitors.flatMap((owner, index) => (owner === name ? [`m${index + 1}`] : []));
  }

  apply(from: string, ops: readonly ProcessOp[]): void {
    for (const op of ops) if (this.#alive.has(from)) this.#applyOne(from, op);
  }

  #applyOne(from: string, op: ProcessOp): void {
    if (op.op === 'spawn') this.#spawn(from, op.how);
    else if (op.op === 'link') this.#link(from, op.to);
    else if (op.op === 'unlink') this.#unlink(from, op.to);
    else if (op.op === 'monitor') this.#monitors.push(from);
    else if (op.op === 'trap') this.#traps[op.on ? 'add' : 'delete'](from);
    else if (op.op === 'exit') this.#end(from, op.reason);
    else if (op.op === 'signal') this.#signal(from, op.to, op.reason);
  }

  #spawn(from: string, how: string): void {
    const name = `p${this.#names.length + 1}`;
    this.#names.push(name);
    this.#alive.add(name);
    if (how === 'spawn_link') this.#link(from, name);
    if (how === 'spawn_monitor') this.#monitors.push(from);
  }

  #link(a: string, b: string): void {
    if (a === b || !this.#alive.has(b)) return;
    this.#peersOf(a).add(b);
    this.#peersOf(b).add(a);
    const all = new Set([...this.#kinOf(a), ...this.#kinOf(b)]);
    for (const name of all) this.#kin.set(name, all);
  }

  #unlink(a: string, b: string): void {
    this.#peersOf(a).delete(b);
    this.#peersOf(b).delete(a);
  }

  #signal(from: string, to: string, reason: Ending): void {
    const isHarmless = reason !== 'kill' && (this.#traps.has(to) || (reason === 'normal' && from !== to));
    if (!isHarmless) this.#end(to, reason);
  }

  #end(name: string, reason: Ending): void {
    if (!this.#alive.delete(name)) return;
    const peers = [...this.#peersOf(name)];
    for (const peer of peers) this.#unlink(name, peer);
    if (reason === 'normal') return;
    for (const peer of peers) if (!this.#traps.has(peer)) this.#end(peer, reason);
  }

  #peersOf(name: string): Set<string> {
    return remember(this.#links, name, () => new Set());
  }

  #kinOf(name: string): Set<string> {
    return remember(this.#kin, name, () => new Set([name]));
  }
}

function remember<T>(map: Map<string, T>, key: string, make: () => T): T {
  const known = map.get(key);
  if (known !== undefined) return known;
  const made = make();
  map.set(key, made);
  return made;
}
