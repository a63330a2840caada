import type { Entry, Outcome, Scenario } from './scripted.js';

type TimeoutAction = Entry['timeouts'][number];

interface Event {
  readonly type: string;
  readonly name: string;
}

interface Timer {
  readonly due: number;
  readonly content: string;
}

const QUIET: Entry = { to: null, repeat: false, reply: true, postpone: false, insert: [], timeouts: [], stop: null };

/** What gen_statem's documentation says, as naively as it can be written: lists that are copied, times that are searched. */
export class Model {
  readonly #trace: string[] = [];
  readonly #replies: Record<string, number | 'exit'> = {};
  readonly #plan: readonly Entry[];
  readonly #enters: boolean;
  #state: string;
  #count = 0;
  #now = 0;
  #isAlive = true;
  #queue: Event[] = [];
  #postponed: Event[] = [];
  #timers = new Map<string, Timer>();
  #zero: Event[] = [];

  constructor({ enter, init, plan }: Scenario) {
    this.#plan = plan;
    this.#enters = enter;
    this.#state = init.state;
    this.#queue = init.insert.map((name) => ({ type: 'internal', name }));
    const timeouts = [...init.timeouts];
    this.#enter(init.state, timeouts);
    this.#apply(timeouts);
    this.#drain();
  }

  play({ steps }: Scenario): Outcome {
    for (const step of steps) {
      if ('sleep' in step) this.#sleep(this.#now + step.sleep);
      else for (const [type, name] of step.send) this.#receive({ type, name });
    }
    this.#stop('normal');
    return { trace: this.#trace, replies: this.#replies };
  }

  #receive(event: Event): void {
    if (event.type === 'call') this.#replies[event.name] = 'exit'; // unless it is answered
    this.#handle(event);
    this.#drain();
  }

  #sleep(until: number): void {
    for (;;) {
      const [name, next] = [...this.#timers].toSorted(([, a], [, b]) => a.due - b.due)[0] ?? [];
      if (name === undefined || next === undefined || next.due > until) break;
      this.#now = next.due;
      this.#timers.delete(name);
      this.#receive({ type: name, name: next.content });
    }
    this.#now = until;
  }

  #drain(): void {
    while (this.#isAlive && this.#queue.length + this.#zero.length > 0) {
      const event = this.#queue.shift() ?? this.#zero.shift();
      if (event !== undefined) this.#handle(event);
    }
  }

  #handle(event: Event): void {
    if (!this.#isAlive) return;
    const { entry, index } = this.#next(event.type, event.name);
    if (event.type === 'call' && entry.reply && !entry.postpone) this.#replies[event.name] = index;
    if (entry.stop !== null) return this.#stop(entry.stop);
    const previous = this.#state;
    this.#state = entry.to ?? previous;
    const timeouts = [...entry.timeouts];
    const hasChanged = this.#state !== previous;
    if (hasChanged || (entry.to === null && entry.repeat)) this.#enter(previous, timeouts);
    if (entry.postpone) this.#postponed.push(event);
    if (hasChanged) this.#queue = [...this.#postponed.splice(0), ...this.#queue];
    this.#queue = [...entry.insert.map((name) => ({ type: 'internal', name })), ...this.#queue];
    this.#cancel('event');
    if (hasChanged) this.#cancel('state');
    this.#apply(timeouts);
  }

  #enter(previous: string, timeouts: TimeoutAction[]): void {
    if (!this.#enters || !this.#isAlive) return;
    const { entry } = this.#next('enter', previous);
    if (entry.stop !== null) return this.#stop(entry.stop);
    timeouts.push(...entry.timeouts);
    if (entry.repeat) this.#enter(previous, timeouts);
  }

  #apply(timeouts: readonly TimeoutAction[]): void {
    const isLast = ([name]: TimeoutAction, at: number): boolean =>
      !timeouts.slice(at + 1).some(([other]) => other === name);
    for (const [name, time, content] of timeouts.filter(isLast)) {
      const running = this.#timers.get(name) ?? this.#zero.find(({ type }) => type === name);
      if (time === 'update' && running !== undefined) this.#update(name, content);
      else this.#cancel(name);
      if (time === 0 || (time === 'update' && running === undefined)) this.#zero.push({ type: name, name: content });
      else if (typeof time === 'number') this.#timers.set(name, { due: this.#now + time, content });
    }
  }

  #update(name: string, content: string): void {
    const timer = this.#timers.get(name);
    if (timer !== undefined) this.#timers.set(name, { ...timer, content });
    this.#zero = this.#zero.map((event) => (event.type === name ? { type: name, name: content } : event));
  }

  #cancel(name: string): void {
    this.#timers.delete(name);
    this.#zero = this.#zero.filter(({ type }) => type !== name);
  }

  #stop(reason: string): void {
    if (this.#isAlive) this.#trace.push(`${this.#state} terminate ${reason}`);
    this.#isAlive = false;
    this.#timers.clear();
  }

  #next(type: string, name: string): { readonly entry: Entry; readonly index: number } {
    this.#trace.push(`${this.#state} ${type} ${name}`);
    const index = this.#count++;
    return { entry: this.#plan[index] ?? QUIET, index };
  }
}
