import { expect, test } from '@jest/globals';
import fc from 'fast-check';
import { Down, Exit, ExitReason, type MonitorRef, Runtime, type Self, type ServerRef } from '../../src/index.js';
import { ManualClock } from '../../src/testing.js';
import { Probe } from '../gen-server/probe.js';

const SIZE = 5;
const REASONS = [ExitReason.normal, ExitReason.shutdown, ExitReason.killed, ExitReason.error('boom')];
const other = fc.nat(SIZE - 1);

const about = <K extends string>(...kinds: readonly K[]) => fc.record({ kind: fc.constantFrom(...kinds), b: other });

/** What a process does about another one; `demonitor` and `flush` about one of its last monitors. Ends are rare, so that much happens before. */
const deed = fc.oneof(
  { arbitrary: about('link', 'unlink'), weight: 6 },
  { arbitrary: about('monitor'), weight: 6 },
  { arbitrary: about('demonitor', 'flush', 'flush'), weight: 6 },
  { arbitrary: about('trap', 'untrap', 'trap'), weight: 4 },
  { arbitrary: about('kill'), weight: 1 },
  {
    arbitrary: fc.record({ kind: fc.constant('exit' as const), b: other, reason: fc.constantFrom(...REASONS) }),
    weight: 2,
  },
);
type Deed = typeof deed extends fc.Arbitrary<infer D> ? D : never;

/** Several deeds in one handler of `a`, so that what they cause waits in its mailbox meanwhile; or one from outside. */
const step = fc.oneof(
  { arbitrary: fc.record({ a: other, deeds: fc.array(deed, { minLength: 1, maxLength: 10 }) }), weight: 8 },
  fc.record({ a: fc.constant(undefined), deeds: fc.tuple(deed) }),
);

interface WatchModel {
  readonly id: number;
  readonly owner: number;
  readonly target: number;
}

/** The rules in their plainest form: sets of pairs, lists of monitors, and what each process was told. */
class Model {
  readonly ended = new Map<number, ExitReason>();
  readonly traps = new Set<number>();
  readonly messages: string[][] = Array.from({ length: SIZE }, () => []);
  readonly #links = new Set<string>();
  #monitors: readonly WatchModel[] = [];

  linksOf(a: number): readonly number[] {
    return Array.from({ length: SIZE }, (_, b) => b).filter((b) => this.#links.has(key(a, b)));
  }

  monitorsOf(a: number): readonly number[] {
    return this.#monitors.filter(({ owner }) => owner === a).map(({ target }) => target);
  }

  link(a: number, b: number): void {
    if (a === b) return;
    if (!this.ended.has(b)) this.#links.add(key(a, b));
    else if (this.traps.has(a)) this.#tell(a, 'exit noproc');
  }

  unlink(a: number, b: number): void {
    this.#links.delete(key(a, b));
  }

  monitor(id: number, owner: number, target: number): void {
    if (this.ended.has(target)) this.#tell(owner, `down ${id} noproc`);
    else if (owner !== target) this.#monitors = [...this.#monitors, { id, owner, target }];
  }

  demonitor(id: number): boolean {
    const before = this.#monitors.length;
    this.#monitors = this.#monitors.filter((monitor) => monitor.id !== id);
    return this.#monitors.length < before;
  }

  /** What the handlers before had been given is not taken back: only what came in this one. */
  flush(id: number, owner: number, handled: number): boolean {
    const wasActive = this.demonitor(id);
    const told = this.messages[owner] ?? [];
    const kept = told.filter((text, index) => index < handled || !text.startsWith(`down ${id} `));
    this.messages[owner] = kept;
    return wasActive;
  }

  signal(target: number, reason: ExitReason, isOwn = false): void {
    if (this.ended.has(target)) return;
    if (this.traps.has(target)) this.#tell(target, `exit ${reason.kind}`);
    else if (reason.kind !== 'normal' || isOwn) this.end(target, reason);
  }

  end(process: number, reason: ExitReason): void {
    if (this.ended.has(process)) return;
    this.ended.set(process, reason);
    const watching = this.#monitors.filter(({ target }) => target === process);
    this.#monitors = this.#monitors.filter(({ owner, target }) => owner !== process && target !== process);
    for (const { id, owner } of watching) this.#tell(owner, `down ${id} ${reason.kind}`);
    const peers = this.linksOf(process);
    for (const peer of peers) this.#links.delete(key(process, peer));
    for (const peer of peers) this.signal(peer, reason);
  }

  #tell(process: number, text: string): void {
    if (!this.ended.has(process)) this.messages[process]?.push(text);
  }
}

const key = (a: number, b: number): string => `${Math.min(a, b)}-${Math.max(a, b)}`;

/** The real processes beside the model; each deed is done to both. */
class Both {
  readonly model = new Model();
  readonly exits = new Map<number, ExitReason>();
  /** Whether each demonitor found its monitor, and what trapExit returned: real, then model. */
  readonly found: (readonly [boolean, boolean])[] = [];
  readonly #made: { readonly ref: MonitorRef; readonly owner: number }[] = [];

  constructor(
    readonly runtime: Runtime,
    readonly refs: readonly ServerRef<Probe>[],
  ) {
    for (const [index, ref] of refs.entries()) void runtime.exited(ref).then((reason) => this.exits.set(index, reason));
  }

  async handle(a: number, deeds: readonly Deed[]): Promise<void> {
    const ref = this.refs[a];
    if (ref?.isAlive !== true) return;
    const handled = this.model.messages[a]?.length ?? 0;
    // It rejects when the deeds end their own process: the model knows.
    await ref.call
      .run(({ self }) => {
        for (const one of deeds) if (!this.model.ended.has(a)) this.#inside(self, a, one, handled);
      })
      .catch(() => undefined);
  }

  fromOutside({ kind, b, ...rest }: Deed): void {
    if (kind === 'kill') this.#kill(b);
    if (!('reason' in rest)) return;
    this.runtime.exit(this.#ref(b), rest.reason);
    this.model.signal(b, rest.reason);
  }

  #inside(self: Self, a: number, given: Deed, handled: number): void {
    const { kind, b } = given;
    if ('reason' in given) {
      this.runtime.exit(this.#ref(b), given.reason);
      this.model.signal(b, given.reason, a === b);
    } else if (kind === 'kill') this.#kill(b);
    else if (kind === 'link') this.#link(self, a, b);
    else if (kind === 'unlink') {
      self.unlink(this.#ref(b));
      this.model.unlink(a, b);
    } else if (kind === 'monitor') {
      const id = this.#made.push({ ref: self.monitor(this.#ref(b)), owner: a });
      this.model.monitor(id, a, b);
    } else if (kind === 'trap' || kind === 'untrap') this.#trap(self, a, kind === 'trap');
    else this.#demonitor(self, a, b, kind === 'flush', handled);
  }

  #kill(b: number): void {
    this.runtime.kill(this.#ref(b));
    this.model.end(b, ExitReason.killed);
  }

  /** A link to the dead throws in who does not trap exits; that is another test. */
  #link(self: Self, a: number, b: number): void {
    if (a === b || !this.model.ended.has(b) || this.model.traps.has(a)) self.link(this.#ref(b));
    this.model.link(a, b);
  }

  #trap(self: Self, a: number, flag: boolean): void {
    this.found.push([self.trapExit(flag), this.model.traps.has(a)]);
    if (flag) this.model.traps.add(a);
    else this.model.traps.delete(a);
  }

  /** One of the last monitors that it has made, active or not. */
  #demonitor(self: Self, a: number, nth: number, flush: boolean, handled: number): void {
    const own = this.#made.flatMap((made, index) => (made.owner === a ? [{ id: index + 1, ref: made.ref }] : []));
    const chosen = own.at(-1 - (nth % Math.max(1, own.length)));
    if (chosen === undefined) return;
    const real = self.demonitor(chosen.ref, { flush });
    this.found.push([real, flush ? this.model.flush(chosen.id, a, handled) : this.model.demonitor(chosen.id)]);
  }

  #ref(index: number): ServerRef<Probe> {
    const ref = this.refs[index];
    if (ref === undefined) throw new RangeError(`No process ${index}.`);
    return ref;
  }

  textOf(message: unknown): string {
    if (message instanceof Exit) return `exit ${message.reason.kind}`;
    if (!(message instanceof Down)) return String(message);
    return `down ${this.#made.findIndex(({ ref }) => ref === message.ref) + 1} ${message.reason.kind}`;
  }

  indexOf(pid: number): number {
    return this.refs.findIndex((ref) => ref.pid === pid);
  }

  /** Of a process that lives; undefined otherwise. */
  async real(index: number): Promise<Told | undefined> {
    const ref = this.#ref(index);
    const info = this.runtime.info(ref);
    if (info === undefined) return undefined;
    const indices = (list: typeof info.links): readonly number[] => list.map(({ pid }) => this.indexOf(pid));
    const messages = (await ref.call.received()).map((message) => this.textOf(message));
    return sorted({ links: indices(info.links), monitors: indices(info.monitors), messages });
  }

  expected(index: number): Told | undefined {
    if (this.model.ended.has(index)) return undefined;
    const messages = this.model.messages[index] ?? [];
    return sorted({ links: this.model.linksOf(index), monitors: this.model.monitorsOf(index), messages });
  }
}

interface Told {
  readonly links: readonly number[];
  readonly monitors: readonly number[];
  readonly messages: readonly string[];
}

/** Of the ends that one end causes, none is promised to be heard of first. */
function sorted({ links, monitors, messages }: Told): Told {
  return { links: links.toSorted((a, b) => a - b), monitors, messages: messages.toSorted() };
}

test('links, monitors, exit signals, kills and trapping: who lives, who dies of what, and who hears what, as in the plain model (LINK-001, LINK-015, MON-001, MON-007, PROC-007)', async () => {
  const run = async (steps: readonly (typeof step extends fc.Arbitrary<infer S> ? S : never)[]): Promise<void> => {
    const runtime = new Runtime({ clock: new ManualClock() });
    const refs = await Promise.all(Array.from({ length: SIZE }, () => runtime.start(Probe)));
    const both = new Both(runtime, refs);
    for (const { a, deeds } of steps) {
      if (a === undefined) both.fromOutside(deeds[0]);
      else await both.handle(a, deeds);
    }
    await Promise.resolve();
    expect(both.exits).toEqual(both.model.ended);
    expect(both.found.filter(([real, model]) => real !== model)).toEqual([]);
    for (let index = 0; index < SIZE; index++) expect(await both.real(index)).toEqual(both.expected(index));
    await runtime.shutdown();
    expect(runtime.stats().processes).toBe(0);
  };
  await fc.assert(fc.asyncProperty(fc.array(step, { maxLength: 40 }), run), { numRuns: 200 });
});
