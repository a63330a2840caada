import { type Deferred, ExitReason, GenStateMachine, type MachineTimeout, postpone } from '../../src/index.js';
import type { TestRuntime } from '../support/test-runtime.js';

type StateName = 'a' | 'b' | 'c';
type TimeoutName = 'state' | 'event' | 'x' | 'y';

interface Actions {
  readonly insert: readonly string[];
  readonly timeouts: readonly (readonly [TimeoutName, number | 'cancel' | 'update', string])[];
}

/** What the n-th callback does, whatever it is called with. An enter call does only what one may. */
export interface Entry extends Actions {
  readonly to: StateName | null;
  readonly repeat: boolean;
  readonly reply: boolean;
  readonly postpone: boolean;
  readonly stop: 'normal' | 'shutdown' | 'boom' | null;
}

export type Step =
  { readonly sleep: number } | { readonly send: readonly (readonly ['call' | 'cast' | 'info', string])[] };

/** As packages/conformance/statem/README.md says. */
export interface Scenario {
  readonly enter: boolean;
  readonly init: Actions & { readonly state: StateName };
  readonly plan: readonly Entry[];
  readonly steps: readonly Step[];
}

/** What happened: each callback in order, and what each caller got. */
export interface Outcome {
  readonly trace: readonly string[];
  readonly replies: Readonly<Record<string, number | 'exit'>>;
}

const QUIET: Entry = { to: null, repeat: false, reply: true, postpone: false, insert: [], timeouts: [], stop: null };

const REASONS = { normal: ExitReason.normal, shutdown: ExitReason.shutdown, boom: ExitReason.error('boom') };

class Scripted extends GenStateMachine<{ readonly kind: StateName }, 'x' | 'y'> {
  #plan: readonly Entry[] = [];
  #trace: string[] = [];
  #count = 0;

  override init({ init, plan }: Scenario, trace: string[]): { readonly kind: StateName } {
    this.#plan = plan;
    this.#trace = trace;
    this.#act(init);
    return { kind: init.state };
  }

  run(name: string): number | Deferred<number> {
    return this.#event(this.self.request?.kind ?? '', name);
  }

  override handleInfo(name: unknown): void {
    return this.#event('info', String(name)) as never; // nobody hears what it is, but it may be postpone()
  }

  override terminate(reason: ExitReason): void {
    this.#trace.push(`${this.state.kind} terminate ${reason.kind === 'error' ? String(reason.error) : reason.kind}`);
  }

  protected enter(previous: string): void {
    const { entry } = this.#next('enter', previous);
    if (entry.stop !== null) return this.self.stop(REASONS[entry.stop]);
    this.#act({ ...entry, insert: [] });
    if (entry.repeat) this.self.repeatState();
  }

  #event(type: string, name: string): number | Deferred<number> {
    const { entry, index } = this.#next(type, name);
    if (entry.stop === null) this.#act(entry);
    else this.self.stop(REASONS[entry.stop]);
    if (entry.to === null && entry.repeat) this.self.repeatState();
    else if (entry.to !== null && entry.stop === null) this.state = { kind: entry.to };
    if (entry.postpone) return postpone();
    return type === 'call' && !entry.reply ? this.self.defer<number>() : index;
  }

  #next(type: string, name: string): { readonly entry: Entry; readonly index: number } {
    this.#trace.push(`${this.state.kind} ${type} ${name}`);
    const index = this.#count++;
    return { entry: this.#plan[index] ?? QUIET, index };
  }

  #act({ insert, timeouts }: Actions): void {
    for (const name of insert) this.self.insert(() => this.#event('internal', name));
    for (const [name, delayMs, content] of timeouts) {
      const timeout = this.#timeout(name);
      const event = (): unknown => this.#event(name, content);
      if (delayMs === 'cancel') timeout.cancel();
      else if (delayMs === 'update') timeout.update(event);
      else timeout.set(delayMs, event);
    }
  }

  #timeout(name: TimeoutName): MachineTimeout {
    if (name === 'state') return this.self.stateTimeout;
    return name === 'event' ? this.self.eventTimeout : this.self.timeout(name);
  }
}

class Entering extends Scripted {
  override handleEnter(previous: { readonly kind: string }): void {
    this.enter(previous.kind);
  }
}

/** Plays a scenario on a machine of ours, under the manual clock. */
export async function play({ runtime, clock }: TestRuntime, scenario: Scenario): Promise<Outcome> {
  const trace: string[] = [];
  const machine = await runtime.start(scenario.enter ? Entering : Scripted, { args: [scenario, trace] });
  const replies: Record<string, number | 'exit'> = {};
  const { call } = machine.with({ timeoutMs: Infinity });
  const sendOne = (kind: string, name: string): void => {
    if (kind === 'cast') machine.cast.run(name);
    else if (kind === 'info') machine.send(name);
    else {
      call.run(name).then(
        (index) => (replies[name] = index),
        () => (replies[name] = 'exit'),
      );
    }
  };
  await clock.advance(0);
  for (const step of scenario.steps) {
    if ('send' in step) for (const [kind, name] of step.send) sendOne(kind, name);
    await clock.advance('sleep' in step ? step.sleep : 0);
  }
  if (machine.isAlive) await runtime.stop(machine).catch(() => undefined);
  await clock.advance(0);
  return { trace, replies };
}
