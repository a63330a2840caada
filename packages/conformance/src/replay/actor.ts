import {
  Down,
  Exit,
  exit,
  GenServer,
  type MonitorRef,
  NoProcessError,
  type Pid,
  type Runtime,
  type ServerRef,
} from '@rookery/genserver';
import type { ProcessOp } from '../scenario/processes.js';
import type { Ending, Json } from '../scenario/scenario.js';
import { toJson, toReason } from './reasons.js';

/** A message of one process to another. */
class Text {
  constructor(
    readonly from: Pid,
    readonly text: string,
  ) {}
}

/** What all processes of one scenario share: names, and what they have heard. */
export class Crowd {
  readonly runtime: Runtime;
  /** Of the things that one process does in a step; it may not survive all of them. */
  readonly results: Json[] = [];
  /** By name of who got it. */
  readonly messages = new Map<string, Json[]>();
  readonly #refs = new Map<string, ServerRef<Actor>>();
  readonly #names = new Map<Pid, string>();
  readonly #monitors = new Map<string, { readonly ref: MonitorRef; readonly target: string }>();

  constructor(runtime: Runtime) {
    this.runtime = runtime;
  }

  get names(): readonly string[] {
    return [...this.#refs.keys()];
  }

  join(ref: ServerRef<Actor>, pid: Pid): string {
    const name = `p${this.#refs.size + 1}`;
    this.#refs.set(name, ref);
    this.#names.set(pid, name);
    return name;
  }

  find(name: string): ServerRef<Actor> {
    const ref = this.#refs.get(name);
    if (ref === undefined) throw new Error(`There is no process ${name} in this scenario.`);
    return ref;
  }

  nameOf(pid: Pid | undefined): string {
    return (pid === undefined ? undefined : this.#names.get(pid)) ?? '?';
  }

  monitored(ref: MonitorRef, target: string): string {
    const name = `m${this.#monitors.size + 1}`;
    this.#monitors.set(name, { ref, target });
    return name;
  }

  monitor(name: string): MonitorRef {
    const monitor = this.#monitors.get(name);
    if (monitor === undefined) throw new Error(`There is no monitor ${name} in this scenario.`);
    return monitor.ref;
  }

  hear(receiver: Pid, message: unknown): void {
    const name = this.nameOf(receiver);
    this.messages.set(name, [...(this.messages.get(name) ?? []), this.#shown(message)]);
  }

  #shown(message: unknown): Json {
    if (message instanceof Text) return ['message', this.nameOf(message.from), message.text];
    if (message instanceof Exit) return ['exit', this.nameOf(message.from), toJson(message.reason)];
    if (!(message instanceof Down)) return ['unknown', String(message)];
    const found = [...this.#monitors].find(([, { ref }]) => ref === message.ref);
    return ['down', found?.[1].target ?? '?', found?.[0] ?? '?', toJson(message.reason)];
  }
}

/** Does what it is told to do, and notes every other message. */
export class Actor extends GenServer {
  #crowd: Crowd | undefined;

  override init(crowd: Crowd): void {
    this.#crowd = crowd;
  }

  override handleInfo(message: unknown): void {
    this.#crowd?.hear(this.self.pid, message);
  }

  async perform(ops: readonly ProcessOp[]): Promise<void> {
    const crowd = this.#crowd;
    if (crowd === undefined) return;
    for (const op of ops) {
      const result = await this.#do(op, crowd);
      const isToItself =
        op.op === 'signal' && crowd.find(op.to).pid === undefined && crowd.nameOf(this.self.pid) === op.to;
      if (isToItself) return; // it has ended: JavaScript runs on, the BEAM does not
      crowd.results.push(result);
    }
  }

  #do(op: ProcessOp, crowd: Crowd): Json | Promise<Json> {
    if (op.op === 'spawn') return this.#spawn(op.how, crowd);
    if (op.op === 'trap') return this.self.trapExit(op.on);
    if (op.op === 'demonitor') return this.self.demonitor(crowd.monitor(op.monitor));
    if (op.op === 'exit') return end(op.reason);
    const to = crowd.find(op.to);
    if (op.op === 'link') return this.#link(to);
    if (op.op === 'monitor') return { monitor: crowd.monitored(this.self.monitor(to), op.to) };
    if (op.op === 'alive') return to.isAlive;
    if (op.op === 'unlink') this.self.unlink(to);
    else if (op.op === 'send') to.send(new Text(this.self.pid, op.text));
    else signal(crowd.runtime, to, op.reason);
    return 'ok';
  }

  async #spawn(how: 'spawn' | 'spawn_link' | 'spawn_monitor', crowd: Crowd): Promise<Json> {
    const ref = await this.self.start(Actor, { args: [crowd] });
    const pid = crowd.join(ref, ref.pid as Pid);
    // Not startLink: that makes it the child of a parent, whose exit signal no server takes as a message.
    if (how === 'spawn_link') this.self.link(ref);
    return how === 'spawn_monitor' ? { pid, monitor: crowd.monitored(this.self.monitor(ref), pid) } : { pid };
  }

  #link(to: ServerRef<Actor>): Json {
    try {
      this.self.link(to);
      return 'ok';
    } catch (error) {
      if (error instanceof NoProcessError) return { error: 'noproc' };
      throw error;
    }
  }
}

function signal(runtime: Runtime, to: ServerRef<Actor>, reason: Ending): void {
  if (reason === 'kill') runtime.kill(to);
  else runtime.exit(to, toReason(reason as string));
}

function end(reason: Ending): never {
  if (typeof reason === 'object' && 'error' in reason) throw new Error(reason.error);
  exit(toReason(reason));
}
