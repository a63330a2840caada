import { type Pid, ProcessExitedError, Runtime } from '@rookery/genserver';
import { LeakDetector, ManualClock } from '@rookery/genserver/testing';
import type { ProcessScenario, ProcessStep, ProcessStepTrace, ProcessTrace } from '../scenario/processes.js';
import type { Json } from '../scenario/scenario.js';
import { Actor, Crowd } from './actor.js';
import { toJson } from './reasons.js';

/** Runs a scenario of plain processes on `@rookery/genserver`. Rejects when something of it is left behind. */
export async function replayProcesses(scenario: ProcessScenario): Promise<ProcessTrace> {
  return new ProcessReplay().run(scenario);
}

class ProcessReplay {
  readonly #clock = new ManualClock();
  readonly #runtime = new Runtime({ clock: this.#clock });
  readonly #crowd = new Crowd(this.#runtime);
  readonly #exits: (readonly [string, Json])[] = [];

  async run({ processes, steps }: ProcessScenario): Promise<ProcessTrace> {
    const leaks = new LeakDetector();
    const unsubscribe = this.#runtime.subscribe((event) => {
      if (event.kind === 'process_exited') this.#exits.push([this.#crowd.nameOf(event.pid), toJson(event.reason)]);
    });
    try {
      for (let left = processes; left > 0; left--) await this.#spawn();
      const traces: ProcessStepTrace[] = [];
      for (const step of steps) traces.push(await this.#step(step));
      return { steps: traces, final: this.#final() };
    } finally {
      for (const name of this.#crowd.names) this.#runtime.kill(this.#crowd.find(name));
      await this.#clock.advance(0);
      unsubscribe();
      await leaks.assertNone({ runtime: this.#runtime, clock: this.#clock });
    }
  }

  async #spawn(): Promise<void> {
    const ref = await this.#runtime.start(Actor, { args: [this.#crowd] });
    this.#crowd.join(ref, ref.pid as Pid);
  }

  async #step({ from, do: ops }: ProcessStep): Promise<ProcessStepTrace> {
    const { results, messages } = this.#crowd;
    const actor = this.#crowd.find(from);
    const wasAlive = actor.isAlive;
    if (wasAlive) await actor.call.perform(ops).catch(ignoreDeath);
    await this.#clock.advance(0);
    // Whoever ended by its own doing gives no result; a signal to a peer may come back as the end, after its result.
    if (results.length < ops.length && wasAlive) results.push('died');
    const exits = this.#exits.splice(0).toSorted(([a], [b]) => (a < b ? -1 : 1));
    // What a process got in the step in which it ended is left out: on the BEAM it may not have come to handle it.
    for (const [name] of exits) messages.delete(name);
    const heard = Object.fromEntries(messages);
    messages.clear();
    return { result: wasAlive ? results.splice(0) : 'not_alive', exits, messages: heard };
  }

  #final(): Json {
    const alive = this.#crowd.names.filter((name) => this.#crowd.find(name).isAlive);
    return Object.fromEntries(alive.map((name) => [name, this.#stateOf(name)]));
  }

  #stateOf(name: string): Json {
    const info = this.#runtime.info(this.#crowd.find(name));
    if (info === undefined) return null;
    const namesOf = (list: readonly { readonly pid: Pid | undefined }[]): Json =>
      list.map(({ pid }) => this.#crowd.nameOf(pid)).toSorted((a, b) => (a < b ? -1 : 1));
    return { traps: info.trapExit, links: namesOf(info.links), monitors: namesOf(info.monitors) };
  }
}

function ignoreDeath(error: unknown): void {
  if (!(error instanceof ProcessExitedError)) throw error;
}
