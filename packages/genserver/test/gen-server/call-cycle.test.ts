import { describe, expect, test } from '@jest/globals';
import { CallCycleError, child, ExitReason, type ServerRef } from '../../src/index.js';
import { gate, Probe, rejection } from './probe.js';
import { type TestRuntime, useRuntimes } from '../support/test-runtime.js';

const newRuntime = useRuntimes();

function startAll(made: TestRuntime, ...names: readonly string[]): Promise<ServerRef<Probe>[]> {
  return Promise.all(names.map((name) => made.runtime.start(Probe, { name })));
}

/** Calls along the chain; the last one waits for the first. What its call rejects with comes back through all of them. */
function callAround([first, ...rest]: readonly ServerRef<Probe>[], last: ServerRef<Probe>): Promise<unknown> {
  return first === undefined ? rejection(last.call.ping()) : first.call.run(() => callAround(rest, last));
}

describe('a call that could never be answered rejects at once, with the path', () => {
  test('to oneself, by pid and by name; the server lives (GS-034)', async () => {
    const made = newRuntime();
    const [byName] = await startAll(made, 'a');
    const byPid = await made.runtime.start(Probe);
    const errors = [
      await byName?.call.run(() => rejection(made.runtime.ref(Probe, 'a').call.ping())),
      await byPid.call.run(() => rejection(byPid.call.ping())),
    ];
    for (const error of errors) expect(error).toBeInstanceOf(CallCycleError);
    expect(errors).toMatchObject([{ path: ['a', 'a'], request: 'ping' }, { path: [String(byPid), String(byPid)] }]);
    expect(made.clock.now()).toBe(0);
    expect([byName?.isAlive, byPid.isAlive]).toEqual([true, true]);
  });

  test('a → b → a', async () => {
    const made = newRuntime();
    const [a, b] = await startAll(made, 'a', 'b');
    if (a === undefined || b === undefined) throw new Error('Not started.');
    expect(await callAround([a, b], a)).toMatchObject({ path: ['b', 'a', 'b'] });
  });

  test('a → b → c → d → a', async () => {
    const made = newRuntime();
    const refs = await startAll(made, 'a', 'b', 'c', 'd');
    const [a] = refs;
    if (a === undefined) throw new Error('Not started.');
    expect(await callAround(refs, a)).toMatchObject({ path: ['d', 'a', 'b', 'c', 'd'] });
  });

  test('two servers that call each other at the same time: the second call is refused', async () => {
    const made = newRuntime();
    const [a, b] = await startAll(made, 'a', 'b');
    if (a === undefined || b === undefined) throw new Error('Not started.');
    const { opened, open } = gate();
    const outcomes = Promise.allSettled([
      a.call.run(() => opened.then(() => b.call.ping())),
      b.call.run(() => opened.then(() => rejection(a.call.ping()))),
    ]);
    open();
    const [fromA, fromB] = await outcomes;
    expect(fromA).toEqual({ status: 'fulfilled', value: 'pong' });
    expect(fromB).toMatchObject({ status: 'fulfilled', value: { path: ['b', 'a', 'b'] } });
  });

  test('one of several calls at the same time closes the circle', async () => {
    const made = newRuntime();
    const [a, b, c] = await startAll(made, 'a', 'b', 'c');
    const answers = await a?.call.run(() => Promise.all([b?.call.ping(), c?.call.run(() => rejection(a.call.ping()))]));
    expect(answers).toMatchObject(['pong', { path: ['c', 'a', 'c'] }]);
  });

  test('stop of oneself (GS-076)', async () => {
    const made = newRuntime();
    const [a] = await startAll(made, 'a');
    expect(await a?.call.run(() => rejection(made.runtime.stop('a')))).toMatchObject({
      path: ['a', 'a'],
      request: 'stop',
    });
  });

  test('init of a child that calls its supervisor, whose start fails with it', async () => {
    const made = newRuntime();
    const supervisor = await made.runtime.startSupervisor({ name: 'sup', strategy: 'one_for_one', children: [] });
    class Asking extends Probe {
      override async init(): Promise<void> {
        await supervisor.countChildren();
      }
    }
    const error = await rejection(supervisor.startChild(child(Asking, { name: 'asking' })));
    expect(error).toMatchObject({ reason: { kind: 'error', error: { path: ['asking', 'sup', 'asking'] } } });
    expect(await supervisor.countChildren()).toMatchObject({ specs: 0 });
  });

  test('in terminate, too', async () => {
    const made = newRuntime();
    const seen: unknown[] = [];
    class Clingy extends Probe {
      override async terminate(): Promise<void> {
        seen.push(await rejection(made.runtime.ref(Probe, 'a').call.ping()));
      }
    }
    await made.runtime.start(Clingy, { name: 'a' });
    await made.runtime.stop('a');
    expect(seen).toMatchObject([{ path: ['a', 'a'] }]);
  });
});

describe('there is no circle', () => {
  test('when the answer was put off: the mailbox moves on', async () => {
    const made = newRuntime();
    const [a, b] = await startAll(made, 'a', 'b');
    const answer = b?.call.run(({ self }) => {
      const turn = self.defer<unknown>();
      a?.cast.run(async () => turn.reply(await b.call.ping()));
      return turn;
    });
    expect(await answer).toBe('pong');
  });

  test('when a deferred call comes back to its caller', async () => {
    const made = newRuntime();
    const [a, b] = await startAll(made, 'a', 'b');
    if (a === undefined || b === undefined) throw new Error('Not started.');
    const turn = gate<{ reply(value: unknown): void }>();
    const waiting = a.call.run(() =>
      b.call.run(({ self }) => {
        const deferred = self.defer<unknown>();
        turn.open(deferred);
        return deferred;
      }),
    );
    const { reply } = { reply: async (value: unknown) => (await turn.opened).reply(value) };
    await turn.opened;
    await made.clock.advance(0);
    // b is free again: its call to a waits until a has its answer.
    const back = b.call.run(() => a.call.ping());
    await made.clock.advance(0);
    await reply('answered');
    expect([await waiting, await back]).toEqual(['answered', 'pong']);
  });

  test('when the earlier call is over, or was given up', async () => {
    const made = newRuntime();
    const [a, b] = await startAll(made, 'a', 'b');
    if (a === undefined || b === undefined) throw new Error('Not started.');
    await a.call.run(() => b.call.ping());
    expect(await b.call.run(() => a.call.ping())).toBe('pong');
    const { opened, open } = gate();
    const both = a.call.run(async () => {
      const late = rejection(b.with({ timeoutMs: 1 }).call.run(() => opened.then(() => a.call.ping())));
      await late;
      return late;
    });
    await made.clock.advance(1);
    expect(await both).toMatchObject({ code: 'ERR_GENSERVER_CALL_TIMEOUT' });
    open();
    expect(await b.call.ping()).toBe('pong');
  });

  test('when code that a handler left behind calls its own server', async () => {
    const made = newRuntime();
    const [a] = await startAll(made, 'a');
    const { opened, open } = gate();
    const later = gate<unknown>();
    await a?.call.run(() => {
      void opened.then(async () => later.open(await a.call.ping()));
    });
    open();
    expect(await later.opened).toBe('pong');
  });

  test('when the one that waited has been killed', async () => {
    const made = newRuntime();
    const [a, b] = await startAll(made, 'a', 'b');
    if (a === undefined || b === undefined) throw new Error('Not started.');
    const { opened, open } = gate();
    const first = rejection(a.call.run(() => b.call.run(() => opened.then(() => rejection(a.call.ping())))));
    await made.clock.advance(0);
    made.runtime.kill(a);
    expect(await first).toMatchObject({ reason: ExitReason.killed });
    open();
    expect(await b.call.ping()).toBe('pong');
  });
});
