import { getEventListeners } from 'node:events';
import { expect, test } from '@jest/globals';
import { CallAbortedError, GenServer } from '../../src/index.js';
import { useRuntimes } from '../support/test-runtime.js';

const newRuntime = useRuntimes();

class Echo extends GenServer {
  echo(value: number): number {
    return value;
  }

  never(): Promise<void> {
    return new Promise((_, reject) => this.self.signal.addEventListener('abort', reject, { once: true }));
  }
}

test('calls that share a signal have one listener on it, and none when all are answered', async () => {
  const { runtime } = newRuntime();
  const echo = await runtime.start(Echo);
  const { signal } = new AbortController();
  const { call } = echo.with({ signal });
  const calls = Array.from({ length: 1000 }, (_, index) => call.echo(index));
  expect(getEventListeners(signal, 'abort')).toHaveLength(1);
  expect((await Promise.all(calls)).at(-1)).toBe(999);
  expect(getEventListeners(signal, 'abort')).toHaveLength(0);
  expect(await call.echo(7)).toBe(7);
  expect(getEventListeners(signal, 'abort')).toHaveLength(0);
});

test('all calls that share a signal end when it fires', async () => {
  const { runtime, clock } = newRuntime();
  const echo = await runtime.start(Echo);
  const controller = new AbortController();
  const { call } = echo.with({ signal: controller.signal });
  const failures = [call.never(), call.echo(1), call.echo(2)].map((each) => each.catch((error: unknown) => error));
  await clock.advance(0);
  controller.abort('enough');
  for (const failure of await Promise.all(failures)) expect(failure).toBeInstanceOf(CallAbortedError);
  runtime.kill(echo);
});
