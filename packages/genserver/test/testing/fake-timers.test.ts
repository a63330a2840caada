import { afterEach, beforeEach, expect, jest, test } from '@jest/globals';
import { settle } from '../../src/testing.js';
import { Probe } from '../gen-server/probe.js';
import { useRuntimes } from '../support/test-runtime.js';

const newRuntime = useRuntimes();

beforeEach(() => void jest.useFakeTimers());
afterEach(() => void jest.useRealTimers());

test('beside the fake timers of the test runner the manual clock moves, and mailboxes run dry', async () => {
  const { runtime, clock } = newRuntime();
  const probe = await runtime.start(Probe);
  const fired: string[] = [];
  clock.setTimer(10, () => fired.push('timer'));
  await clock.advance(10);
  expect(fired).toEqual(['timer']);
  await settle(runtime);
  expect(await probe.call.ping()).toBe('pong');
});

test('beside the fake timers of the test runner many messages are handled, in several turns of the event loop', async () => {
  const { runtime } = newRuntime();
  const probe = await runtime.start(Probe);
  let handled = 0;
  for (let count = 0; count < 10_000; count++) probe.cast.run(() => void handled++);
  await probe.call.ping();
  expect(handled).toBe(10_000);
});
