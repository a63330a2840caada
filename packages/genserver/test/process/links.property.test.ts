import { expect, test } from '@jest/globals';
import fc from 'fast-check';
import { Down, Exit, ExitReason, Runtime, type Self, type ServerRef } from '../../src/index.js';
import { ManualClock } from '../../src/testing.js';
import { Probe } from '../gen-server/probe.js';

const SIZE = 6;
const REASONS = [ExitReason.normal, ExitReason.shutdown, ExitReason.killed, ExitReason.error('boom')];
const one = fc.nat(SIZE - 1);

const step = fc.oneof(
  fc.record({ kind: fc.constantFrom('link', 'unlink', 'monitor', 'trap', 'untrap'), a: one, b: one }),
  fc.record({ kind: fc.constantFrom('exit', 'kill'), a: one, b: one, reason: fc.constantFrom(...REASONS) }),
);
type Step = typeof step extends fc.Arbitrary<infer S> ? S : never;

/** The rules in their plainest form: sets of pairs, and a queue of signals. */
class Model {
  readonly ended = new Map<number, ExitReason>();
  readonly traps = new Set<number>();
  readonly messages: string[][] = Array.from({ length: SIZE }, () => []);
  readonly #links = new Set<string>();
  readonly #monitors: { readonly owner: number; readonly target: number }[] = [];

  link(a: number, b: number): void {
    if (a === b) return;
    if (!this.ended.has(b)) this.#links.add(key(a, b));
    else if (this.traps.has(a)) this.#tell(a, 'exit noproc');
  }

  unlink(a: number, b: number): void {
    this.#links.delete(key(a, b));
  }

  monitor(owner: number, target: number): void {
    if (this.ended.has(target)) this.#tell(owner, 'down noproc');
    else this.#monitors.push({ owner, target });
  }

  signal(target: number, reason: ExitReason): void {
    if (this.ended.has(target)) return;
    if (this.traps.has(target)) this.#tell(target, `exit ${reason.kind}`);
    else if (reason.kind !== 'normal') this.end(target, reason);
  }

  end(process: number, reason: ExitReason): void {
    if (this.ended.has(process)) return;
    this.ended.set(process, reason);
    for (const { owner } of this.#monitors.filter(({ target }) => target === process))
      this.#tell(owner, `down ${reason.kind}`);
    const peers = Array.from({ length: SIZE }, (_, peer) => peer).filter((peer) =>
      this.#links.delete(key(process, peer)),
    );
    for (const peer of peers) this.signal(peer, reason);
  }

  #tell(process: number, text: string): void {
    if (!this.ended.has(process)) this.messages[process]?.push(text);
  }
}

const key = (a: number, b: number): string => `${Math.min(a, b)}-${Math.max(a, b)}`;

async function apply(runtime: Runtime, refs: readonly ServerRef<Probe>[], model: Model, given: Step): Promise<void> {
  const [a, b] = [refs[given.a], refs[given.b]];
  if (a === undefined || b === undefined || !a.isAlive) return;
  if ('reason' in given) end(runtime, a, model, given);
  else await a.call.run(({ self }) => change(self, b, model, given));
}

function end(runtime: Runtime, a: ServerRef<Probe>, model: Model, given: Step & { readonly reason: ExitReason }): void {
  if (given.kind === 'kill') {
    runtime.kill(a);
    model.end(given.a, ExitReason.killed);
  } else {
    runtime.exit(a, given.reason);
    model.signal(given.a, given.reason);
  }
}

function change(self: Self, b: ServerRef<Probe>, model: Model, given: Step): void {
  if (given.kind === 'link') {
    // A link to the dead throws in who does not trap exits; that is another test.
    if (b.isAlive || model.traps.has(given.a)) self.link(b);
    model.link(given.a, given.b);
  } else if (given.kind === 'unlink') {
    self.unlink(b);
    model.unlink(given.a, given.b);
  } else if (given.kind === 'monitor') {
    self.monitor(b);
    model.monitor(given.a, given.b);
  } else {
    self.trapExit(given.kind === 'trap');
    if (given.kind === 'trap') model.traps.add(given.a);
    else model.traps.delete(given.a);
  }
}

function describeMessage(message: unknown): string {
  if (message instanceof Exit) return `exit ${message.reason.kind}`;
  return message instanceof Down ? `down ${message.reason.kind}` : String(message);
}

test('links, monitors, exit signals and trapping: who lives, who dies of what, and who hears what, as in the plain model', async () => {
  const run = async (steps: readonly Step[]): Promise<void> => {
    const runtime = new Runtime({ clock: new ManualClock() });
    const refs = await Promise.all(Array.from({ length: SIZE }, () => runtime.start(Probe)));
    const exits = new Map<number, ExitReason>();
    for (const [index, ref] of refs.entries()) void runtime.exited(ref).then((reason) => exits.set(index, reason));
    const model = new Model();
    for (const given of steps) await apply(runtime, refs, model, given);
    await Promise.resolve();
    expect(exits).toEqual(model.ended);
    for (const [index, ref] of refs.entries()) {
      const received = ref.isAlive ? (await ref.call.received()).map(describeMessage).toSorted() : undefined;
      expect(received).toEqual(ref.isAlive ? model.messages[index]?.toSorted() : undefined);
    }
    await runtime.shutdown();
    expect(runtime.stats().processes).toBe(0);
  };
  await fc.assert(fc.asyncProperty(fc.array(step, { maxLength: 40 }), run), { numRuns: 200 });
});
