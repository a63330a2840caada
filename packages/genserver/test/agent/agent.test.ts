import { AsyncLocalStorage } from 'node:async_hooks';
import { describe, expect, test } from '@jest/globals';
import { expectTypeOf } from 'expect-type';
import {
  agent,
  type AgentRef,
  AlreadyStartedError,
  CallCycleError,
  CallTimeoutError,
  child,
  ExitReason,
  InvalidOptionError,
  NoProcessError,
  ProcessExitedError,
  Registry,
  refuse,
  StartError,
  StartTimeoutError,
  StopTimeoutError,
  via,
} from '../../src/index.js';
import { gate, Probe, raise, rejection } from '../gen-server/probe.js';
import { type TestRuntime, useRuntimes } from '../support/test-runtime.js';

const newRuntime = useRuntimes();

async function counter(initial = 0): Promise<TestRuntime & { readonly ref: AgentRef<number> }> {
  const world = newRuntime();
  return { ...world, ref: await world.runtime.start(agent({ initial: () => initial })) };
}

const identity = <T>(state: T): T => state;

describe('the start', () => {
  test.each([
    ['synchronous', () => 7],
    ['asynchronous', async () => Promise.resolve(7)],
  ])('%s: what the function returns is the first state, and it runs in the agent (AGENT-001)', async (_, initial) => {
    const { runtime } = newRuntime();
    const ref = await runtime.start(agent<number>({ initial }));
    expect(await ref.get(identity)).toBe(7);
    expect(runtime.tree()).toMatchObject([{ name: `Agent<${ref.pid}>`, kind: 'worker' }]);
  });

  test('fails with what the function throws (AGENT-002)', async () => {
    const { runtime } = newRuntime();
    const error = await rejection(runtime.start(agent({ initial: () => raise(new RangeError('boom')) })));
    expect(error).toBeInstanceOf(StartError);
    expect(error).toMatchObject({ cause: new RangeError('boom') });
    expect(runtime.stats().processes).toBe(0);
  });

  test('linked, a failed one ends a caller that does not trap exits (AGENT-002)', async () => {
    const { runtime, clock } = newRuntime();
    const owner = await runtime.start(Probe);
    owner.cast.run(({ self }) => self.startLink(agent({ initial: () => raise('boom') })));
    await clock.advance(0);
    expect(owner.isAlive).toBe(false);
  });

  test('takes names, of the runtime and of a registry, and time limits as any server (AGENT-003)', async () => {
    const { runtime, clock } = newRuntime();
    await runtime.start(Registry, { args: [{ keys: 'unique' }], name: 'agents' });
    const named = await runtime.start(agent({ name: 'settings', initial: () => 1 }));
    const error = await rejection(runtime.start(agent({ name: 'settings', initial: () => 2 })));
    expect(error).toBeInstanceOf(AlreadyStartedError);
    expect(error).toMatchObject({ pid: named.pid });
    await runtime.start(agent({ name: via('agents', 'a'), initial: () => 3 }));
    expect(await runtime.agent<number>(via('agents', 'a')).get(identity)).toBe(3);
    expect(await runtime.agent<number>('settings').get(identity)).toBe(1);
    const slow = rejection(runtime.start(agent({ initial: () => gate<number>().opened, startTimeoutMs: 10 })));
    await clock.advance(10);
    expect(await slow).toBeInstanceOf(StartTimeoutError);
  });
});

describe('what can be asked of it', () => {
  test('get: what the function makes of the state, which stays (AGENT-004)', async () => {
    const { ref } = await counter(3);
    expect(await ref.get((state) => state * 2)).toBe(6);
    expect(await ref.get(async (state) => Promise.resolve(state * 3))).toBe(9);
    expect(await ref.get(identity)).toBe(3);
  });

  test('update: resolves after the state has become what the function returned (AGENT-005)', async () => {
    const { ref } = await counter(3);
    expect(await ref.update((state) => state + 1)).toBeUndefined();
    await ref.update(async (state) => Promise.resolve(state * 10));
    expect(await ref.get(identity)).toBe(40);
  });

  test('getAndUpdate: gives the value, keeps the state (AGENT-006)', async () => {
    const { ref } = await counter(3);
    expect(await ref.getAndUpdate((state) => [`was ${state}`, state + 1])).toBe('was 3');
    expect(await ref.getAndUpdate(async (state) => Promise.resolve(['later', state + 1] as const))).toBe('later');
    expect(await ref.get(identity)).toBe(5);
  });

  test.each([[7], [[1]], [[1, 2, 3]], [undefined]])(
    'getAndUpdate with the wrong result %j ends the agent (AGENT-007)',
    async (wrong) => {
      const { runtime, ref } = await counter();
      const ended = runtime.exited(ref);
      const error = await rejection(ref.getAndUpdate(() => wrong as never));
      expect(error).toBeInstanceOf(ProcessExitedError);
      expect(await ended).toMatchObject({ kind: 'error', error: expect.any(TypeError) });
    },
  );

  test('cast: returns at once, changes later; no error if there is no such agent (AGENT-008)', async () => {
    const { runtime, ref } = await counter();
    expect(ref.cast((state) => state + 1)).toBeUndefined();
    expect(await ref.get(identity)).toBe(1);
    runtime.agent<number>('nobody').cast((state) => state + 1);
    expect(runtime.stats().dropped.dead_letter).toBe(1);
  });

  test('all in order, asynchronous functions one after the other; each is atomic (AGENT-009)', async () => {
    const { ref } = await counter(3);
    const { opened, open } = gate();
    ref.cast(async (state) => (await opened, state + 1));
    const doubled = ref.update((state) => state * 2);
    const seen = ref.get(identity);
    open();
    await doubled;
    expect(await seen).toBe(8);
    await Promise.all(
      Array.from({ length: 100 }, () => ref.update(async (state) => (await Promise.resolve(), state + 1))),
    );
    expect(await ref.get(identity)).toBe(108);
  });

  test('bound functions carry further arguments (AGENT-013)', async () => {
    const { ref } = await counter(3);
    const add = (by: number, state: number): number => state + by;
    await ref.update(add.bind(undefined, 4));
    expect(await ref.get((state) => add(1, state))).toBe(8);
  });

  test('the functions run in the async context of who sent them', async () => {
    const { ref } = await counter();
    const context = new AsyncLocalStorage<string>();
    expect(await context.run('ada', () => ref.get(() => context.getStore()))).toBe('ada');
  });

  test('by a name that a server of another class holds: refused, and that one lives on', async () => {
    const { runtime } = newRuntime();
    const other = await runtime.start(Probe, { name: 'other' });
    const wrong = runtime.agent<number>('other');
    expect(await rejection(wrong.get(identity))).toBeInstanceOf(InvalidOptionError);
    expect(() => wrong.cast(identity)).toThrow(InvalidOptionError);
    expect(other.isAlive).toBe(true);
    expect(await rejection(wrong.get(7 as never))).toMatchObject({ option: 'fn' });
  });
});

describe('a function that fails', () => {
  const operations: [string, (ref: AgentRef<number>, fn: () => never) => Promise<unknown>][] = [
    ['get', (ref, fn) => ref.get(fn)],
    ['update', (ref, fn) => ref.update(fn)],
    ['getAndUpdate', (ref, fn) => ref.getAndUpdate(fn)],
  ];

  test.each(operations)('in %s ends the agent, and its caller gets the reason (AGENT-010)', async (_, ask) => {
    const { runtime, ref } = await counter();
    const ended = runtime.exited(ref);
    const error = await rejection(ask(ref, () => raise('boom')));
    expect(error).toBeInstanceOf(ProcessExitedError);
    expect(error).toMatchObject({ reason: ExitReason.error('boom') });
    expect(await ended).toEqual(ExitReason.error('boom'));
    expect(await rejection(ask(ref, () => raise('boom')))).toBeInstanceOf(NoProcessError);
  });

  test('in cast ends the agent; who sent it does not notice (AGENT-010)', async () => {
    const { ref, clock } = await counter();
    ref.cast(() => raise('boom'));
    await clock.advance(0);
    expect(ref.isAlive).toBe(false);
  });

  test.each(operations)('in %s by refuse(): says no, and the agent lives on with its state', async (_, ask) => {
    const { ref } = await counter(3);
    expect(await rejection(ask(ref, () => refuse('too late')))).toBe('too late');
    expect(await ref.get(identity)).toBe(3);
  });
});

describe('time limits', () => {
  test('5000 ms by default; a function that has begun still changes the state (AGENT-012)', async () => {
    const { ref, clock } = await counter(1);
    const { opened, open } = gate();
    const error = rejection(ref.update(async (state) => (await opened, state + 1)));
    await clock.advance(4999);
    const short = rejection(ref.get(identity, { timeoutMs: 1 }));
    await clock.advance(1);
    expect(await error).toBeInstanceOf(CallTimeoutError);
    expect(await error).toMatchObject({ request: 'update', timeoutMs: 5000 });
    expect(await short).toMatchObject({ request: 'get', timeoutMs: 1 });
    open();
    expect(await ref.get(identity)).toBe(2);
  });

  test('an AbortSignal ends the waiting', async () => {
    const { ref } = await counter();
    const error = await rejection(ref.get(identity, { signal: AbortSignal.abort('enough') }));
    expect(error).toMatchObject({ code: 'ERR_GENSERVER_CALL_ABORTED', cause: 'enough' });
  });

  test('its own function that calls it hears of the cycle, and ends it if it does not catch that (AGENT-017)', async () => {
    const { ref } = await counter();
    const error = await rejection(ref.get(() => ref.get(identity)));
    expect(error).toMatchObject({ reason: { kind: 'error', error: expect.any(CallCycleError) } });
    expect(ref.isAlive).toBe(false);
  });
});

test('stop: with a reason, noproc, a time limit (AGENT-014)', async () => {
  const { runtime, ref, clock } = await counter();
  const ended = runtime.exited(ref);
  await ref.stop(ExitReason.shutdown);
  expect(await ended).toEqual(ExitReason.shutdown);
  expect(await rejection(ref.stop())).toBeInstanceOf(NoProcessError);
  const { opened, open } = gate();
  const busy = await runtime.start(agent({ initial: () => 1 }));
  busy.cast(async (state) => (await opened, state));
  const late = rejection(busy.stop(ExitReason.normal, { timeoutMs: 5 }));
  await clock.advance(5);
  expect(await late).toBeInstanceOf(StopTimeoutError);
  open();
  expect(await rejection(busy.stop('now' as never))).toMatchObject({ option: 'reason' });
});

describe('under a supervisor', () => {
  test('id Agent or the name, permanent, 5000 ms; overridable (AGENT-015)', () => {
    const plain = agent({ initial: () => 1 });
    expect(plain).toMatchObject({ type: 'worker', restart: 'permanent', shutdownMs: 5000 });
    expect((plain.id as { readonly name: string }).name).toBe('Agent');
    expect(agent({ name: 'settings', initial: () => 1 }).id).toBe('settings');
    const given = { id: 'mine', restart: 'temporary', shutdownMs: 'brutal_kill' } as const;
    expect(agent({ initial: () => 1, ...given })).toMatchObject(given);
  });

  test('a restart begins with the first state; a ref by name finds the new one (AGENT-016)', async () => {
    const { runtime, clock } = newRuntime();
    const settings = agent({ name: 'settings', initial: () => new Map([['volume', 1]]) });
    await runtime.startSupervisor({ strategy: 'one_for_one', children: [settings, child(Probe)] });
    const ref = runtime.agent<Map<string, number>>('settings');
    await ref.update((state) => state.set('volume', 11));
    ref.cast(() => raise('boom'));
    await clock.advance(0);
    expect(await ref.get((state) => state.get('volume'))).toBe(1);
  });
});

test('its functions are typed by the first state', async () => {
  const { runtime } = newRuntime();
  const ref = await runtime.start(agent({ initial: () => ({ seats: 2 }) }));
  expectTypeOf(ref).toEqualTypeOf<AgentRef<{ seats: number }>>();
  expectTypeOf(ref.get(({ seats }) => String(seats))).toEqualTypeOf<Promise<string>>();
  expectTypeOf(ref.getAndUpdate((state) => ['x', state])).toEqualTypeOf<Promise<string>>();
  const later = await runtime.start(agent({ initial: async () => Promise.resolve(new Set<number>()) }));
  expectTypeOf(later).toEqualTypeOf<AgentRef<Set<number>>>();
  // @ts-expect-error a state of another type
  const wrong = (): Promise<void> => ref.update(() => 7);
  expect(typeof wrong).toBe('function');
  expect(() => agent({} as never)).toThrow(expect.objectContaining({ option: 'initial' }));
});
