import { subscribe, unsubscribe } from 'node:diagnostics_channel';
import { AsyncLocalStorage } from 'node:async_hooks';
import { expect, jest, test } from '@jest/globals';
import { type CheckResult, healthy, type HealthEvent, unhealthy } from '../src/index.js';
import { holdThread, isoAt, useHealth } from './support/health.js';

const newHealth = useHealth();

test('events come when something changes, and not with each run or probe', async () => {
  let next: CheckResult = healthy();
  const { health, clock, events } = newHealth({ checks: [{ name: 'a', check: () => next }] });
  await clock.advance(0);
  const first = events.splice(0);
  expect(first).toEqual([
    { kind: 'check_changed', check: 'a', from: 'unknown', to: 'healthy', reason: undefined, at: isoAt(0) },
    ...['overall', 'readiness', 'startup'].map((group) => ({
      kind: 'group_changed',
      group,
      from: 'unknown',
      to: 'healthy',
      at: isoAt(0),
    })),
  ]);
  await clock.advance(120_000);
  for (let i = 0; i < 10; i++) health.probe('readiness');
  expect(events).toEqual([]);
  next = unhealthy('down');
  await clock.advance(60_000);
  expect(events).toMatchObject([
    { kind: 'check_changed', from: 'healthy', to: 'unhealthy', reason: 'down' },
    { kind: 'group_changed', group: 'overall', to: 'unhealthy' },
    { kind: 'group_changed', group: 'readiness' },
  ]);
});

test('a listener hears of them until it leaves; one function may listen twice', async () => {
  const heard: string[] = [];
  const { health, clock } = newHealth({ checks: [{ name: 'a', check: () => {} }] });
  const listener = ({ kind }: HealthEvent): void => void heard.push(kind);
  const [leave, leaveToo] = [health.subscribe(listener), health.subscribe(listener)];
  leave();
  leave();
  await clock.advance(0);
  expect(heard).toHaveLength(4);
  leaveToo();
  health.beginShutdown();
  expect(heard).toHaveLength(4);
  expect(() => health.subscribe(5 as never)).toThrow('`listener`');
});

test('one who leaves while others are told is not told any more', () => {
  const heard: string[] = [];
  const { health } = newHealth();
  let leave: () => void = () => {};
  health.subscribe(() => leave());
  leave = health.subscribe(({ kind }) => void heard.push(kind));
  health.beginShutdown();
  expect(heard).toEqual([]);
});

test('what a listener throws, or rejects with, is a warning, and hurts nobody', async () => {
  const warn = jest.spyOn(process, 'emitWarning').mockImplementation(() => {});
  const heard: string[] = [];
  const { health, clock } = newHealth();
  health.subscribe(() => {
    throw new Error('oops');
  });
  health.subscribe(() => Promise.reject(new Error('later')));
  health.subscribe(({ kind }) => void heard.push(kind));
  health.beginShutdown();
  await clock.advance(0);
  const [warning] = warn.mock.calls;
  const { length } = warn.mock.calls;
  warn.mockRestore();
  expect([heard, length]).toEqual([['shutdown', 'group_changed', 'group_changed'], 6]);
  expect(warning).toEqual([
    'A listener of health-check failed for the event shutdown: Error: oops',
    expect.objectContaining({ type: 'HealthCheckWarning', code: 'HEALTH_CHECK_LISTENER' }),
  ]);
});

test('they are published on a channel of node:diagnostics_channel, with the name of the health check', async () => {
  const heard: unknown[] = [];
  const listener = (message: unknown): void => void heard.push(message);
  subscribe('rookery.health-check', listener);
  const { health } = newHealth({ label: 'shop' });
  health.beginShutdown();
  unsubscribe('rookery.health-check', listener);
  health.close();
  expect(heard[0]).toEqual({ health: 'shop', event: { kind: 'shutdown', phase: 'unready', at: isoAt(0) } });
});

test('a listener may remove the check it hears of, or close the whole', async () => {
  const { health, clock } = newHealth({
    checks: ['a', 'b'].map((name) => ({ name, check: () => {} })),
    onEvent: (event) => {
      if (event.kind !== 'check_changed') return;
      if (event.check === 'a') health.remove('a');
      else health.close();
    },
  });
  await clock.advance(60_000);
  expect([health.check('a'), health.check('b')?.successes, health.isClosed]).toEqual([undefined, 1, true]);
});

test('a check that holds the thread is told by name', async () => {
  const { health, clock, events } = newHealth({
    holdMs: 50,
    checks: [
      { name: 'a', check: () => holdThread(clock, 49) },
      { name: 'b', check: () => holdThread(clock, 50) },
    ],
  });
  await clock.advance(0);
  expect(events.filter(({ kind }) => kind === 'thread_held')).toMatchObject([{ check: 'b', heldMs: 50 }]);
  expect(health.stats().threadHolds).toBe(1);
});

test('one that holds it longer than its timeout has timed out, though it returned', async () => {
  const { health, clock } = newHealth({ checks: [{ name: 'a', check: () => holdThread(clock, 5_001) }] });
  await clock.advance(0);
  expect(health.check('a')).toMatchObject({ state: 'unhealthy', problem: 'timed_out', durationMs: 5_001 });
});

test('no run has the async context of whoever asked for it, or made the health check run', async () => {
  const who = new AsyncLocalStorage<string>();
  const seen: (string | undefined)[] = [];
  const { health, clock } = newHealth({
    minGapMs: 0,
    checks: [{ name: 'a', check: () => void seen.push(who.getStore()) }],
  });
  await who.run('request', () => health.checkNow());
  await clock.advance(30_000);
  await who.run('tick', () => clock.advance(30_000));
  expect(seen).toEqual([undefined, undefined, undefined]);
});
