import { describe, expect, test } from '@jest/globals';
import { Exit, ExitReason, NoProcessError, type ServerRef } from '../../src/index.js';
import { Probe, raise } from '../gen-server/probe.js';
import { type TestRuntime, useRuntimes } from '../support/test-runtime.js';

const newRuntime = useRuntimes();
const failed = ExitReason.error(new Error('boom'));
const REASONS = [ExitReason.normal, ExitReason.shutdown, ExitReason.shutdownWith('x'), ExitReason.killed, failed];

async function start(made: TestRuntime, trapExit = false): Promise<ServerRef<Probe>> {
  return made.runtime.start(Probe, { args: [{ trapExit }] });
}

function link(a: ServerRef<Probe>, b: ServerRef<Probe>): Promise<unknown> {
  return a.call.run(({ self }) => self.link(b));
}

function unlink(a: ServerRef<Probe>, b: ServerRef<Probe>): Promise<unknown> {
  return a.call.run(({ self }) => self.unlink(b));
}

/** Ends a process from outside: a kill cannot be ignored, anything else is what it stops itself with. */
function end(made: TestRuntime, ref: ServerRef<Probe>, reason: ExitReason): Promise<unknown> {
  if (reason.kind === 'killed') made.runtime.kill(ref);
  else ref.cast.run(({ self }) => self.stop(reason));
  return made.clock.advance(0);
}

describe('a link', () => {
  test.each(['the one who linked', 'the other one'])(
    'works in both directions: %s dies first (LINK-001)',
    async (first) => {
      const made = newRuntime();
      const [a, b] = [await start(made), await start(made)];
      await link(a, b);
      const [dying, other] = first === 'the other one' ? [b, a] : [a, b];
      const exited = made.runtime.exited(other);
      await end(made, dying, failed);
      expect(await exited).toBe(failed);
    },
  );

  test.each(REASONS)(
    'passes %j on to who does not trap exits, unless it is normal (LINK-002, LINK-004)',
    async (reason) => {
      const made = newRuntime();
      const [a, b] = [await start(made), await start(made)];
      await link(a, b);
      const exited = made.runtime.exited(b);
      await end(made, a, reason);
      const survives = reason.kind === 'normal';
      expect([b.isAlive, await (survives ? b.call.received() : exited)]).toEqual([survives, survives ? [] : reason]);
      expect(made.events.filter(({ kind }) => kind === 'process_exited')).toHaveLength(survives ? 1 : 2);
    },
  );

  test.each(REASONS)('tells who traps exits about %j (LINK-003)', async (reason) => {
    const made = newRuntime();
    const [a, b] = [await start(made), await start(made, true)];
    const { pid } = a;
    await link(a, b);
    await end(made, a, reason);
    expect(await b.call.received()).toEqual([new Exit(pid, reason)]);
  });

  test('carries the reason along a chain (LINK-005)', async () => {
    const made = newRuntime();
    const [a, b, c] = [await start(made), await start(made), await start(made)];
    await Promise.all([link(a, b), link(b, c)]);
    const exits = [made.runtime.exited(a), made.runtime.exited(b)];
    await end(made, c, failed);
    expect(await Promise.all(exits)).toEqual([failed, failed]);
  });

  test('ends at who traps exits (LINK-006)', async () => {
    const made = newRuntime();
    const [a, b, c] = [await start(made), await start(made, true), await start(made)];
    const { pid } = c;
    await Promise.all([link(a, b), link(b, c)]);
    await end(made, c, failed);
    expect(await b.call.received()).toEqual([new Exit(pid, failed)]);
    expect(a.isAlive).toBe(true);
  });

  test('is one between two, however often and by whom it was made; one unlink removes it (LINK-007, LINK-012)', async () => {
    const made = newRuntime();
    const [a, b] = [await start(made), await start(made)];
    await link(a, b);
    await link(a, b);
    await link(b, a);
    await unlink(b, a);
    await end(made, a, failed);
    expect(b.isAlive).toBe(true);
  });

  test('to oneself does nothing (LINK-008)', async () => {
    const made = newRuntime();
    const a = await start(made, true);
    await link(a, a);
    expect(await a.call.received()).toEqual([]);
    await made.runtime.stop(a);
    expect(made.events.filter(({ kind }) => kind === 'process_exited')).toHaveLength(1);
  });

  test('to a dead process throws NoProcessError, which can be caught; who traps exits gets noproc (LINK-009)', async () => {
    const made = newRuntime();
    const [a, trapping, dead] = [await start(made), await start(made, true), await start(made)];
    await made.runtime.stop(dead);
    const outcome = await a.call.run(({ self }) => {
      try {
        return self.link(dead);
      } catch (error) {
        return error;
      }
    });
    expect(outcome).toBeInstanceOf(NoProcessError);
    await link(trapping, dead);
    await trapping.call.run(({ self }) => self.link('nobody'));
    const received = (await trapping.call.received()) as readonly Exit[];
    expect(received.map(({ reason }) => reason)).toEqual([ExitReason.noproc, ExitReason.noproc]);
  });

  test('that is not there can be removed (LINK-010)', async () => {
    const made = newRuntime();
    const [a, b, dead] = [await start(made), await start(made), await start(made)];
    await made.runtime.stop(dead);
    await unlink(a, b);
    await unlink(a, dead);
    await a.call.run(({ self }) => self.unlink('nobody'));
    expect(await a.call.ping()).toBe('pong');
  });

  test('that was removed sends no signal any more, but a message in the mailbox stays (LINK-011)', async () => {
    const made = newRuntime();
    const [a, b, c] = [await start(made, true), await start(made), await start(made)];
    const { pid } = c;
    await Promise.all([link(a, b), link(a, c)]);
    await a.call.run(({ self }) => {
      made.runtime.kill(c);
      self.unlink(b);
      self.unlink(c);
      made.runtime.kill(b);
    });
    expect(await a.call.received()).toEqual([new Exit(pid, ExitReason.killed)]);
  });

  test('signals every linked process exactly once (LINK-015)', async () => {
    const made = newRuntime();
    const hub = await start(made);
    const peers = await Promise.all(Array.from({ length: 6 }, (_, index) => start(made, index % 2 === 0)));
    await Promise.all(peers.map((peer) => link(hub, peer)));
    await end(made, hub, failed);
    const [alive, dead] = [peers.filter(({ isAlive }) => isAlive), peers.filter(({ isAlive }) => !isAlive)];
    expect([alive.length, dead.length]).toEqual([3, 3]);
    for (const peer of alive) expect(await peer.call.received()).toHaveLength(1);
  });
});

test('what a process sent before it died arrives before the news of its death (PROC-022)', async () => {
  const made = newRuntime();
  const [a, b] = [await start(made, true), await start(made)];
  const { pid } = b;
  await link(a, b);
  b.cast.run(() => {
    a.send('last words');
    raise('boom');
  });
  await made.clock.advance(0);
  expect(await a.call.received()).toEqual(['last words', new Exit(pid, ExitReason.error('boom'))]);
});

test('a chain of 20,000 linked processes ends without a stack overflow', async () => {
  const { runtime } = newRuntime();
  const chain = await Promise.all(Array.from({ length: 20_000 }, () => runtime.start(Probe)));
  for (const [index, probe] of chain.entries()) {
    const next = chain[index + 1];
    if (next !== undefined) probe.cast.run(({ self }) => self.link(next));
  }
  const [first, last] = [chain[0], chain.at(-1)];
  if (first === undefined || last === undefined) throw new Error('The chain is empty.');
  await Promise.all([first.call.ping(), last.call.ping()]);
  await Promise.all(chain.map((probe) => probe.call.ping()));
  const exited = runtime.exited(last);
  runtime.kill(first);
  expect(await exited).toEqual(ExitReason.killed);
  expect(runtime.stats().processes).toBe(0);
});
