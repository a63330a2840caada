import { expect, test } from '@jest/globals';
import { ManualClock } from '@rookery/genserver/testing';
import { CircuitBreaker } from '../src/index.js';

const fail = (): Promise<never> => Promise.reject(new Error('down'));

test('as in the article: five failures in a row open it for a minute, then one call tries, and a success closes it', async () => {
  const clock = new ManualClock();
  const breaker = new CircuitBreaker({ clock });
  expect(await breaker.call(() => 1)).toBe(1);
  for (let call = 0; call < 4; call++) await expect(breaker.call(fail)).rejects.toThrow('down');
  await breaker.call(async () => 'a success resets the count');
  for (let call = 0; call < 5; call++) await expect(breaker.call(fail)).rejects.toThrow('down');
  expect(breaker.getState()).toBe('open');
  await clock.advance(59_000);
  await expect(breaker.call(fail)).rejects.toMatchObject({
    code: 'ERR_CIRCUIT_BREAKER_OPEN',
    state: 'open',
    retryAfterMs: 1000,
    cause: new Error('down'),
  });
  await clock.advance(1000);
  expect(breaker.state).toBe('half_open');
  await expect(breaker.call(fail)).rejects.toThrow('down');
  expect(breaker.state).toBe('open');
  await clock.advance(60_000);
  expect(await breaker.call(() => 2)).toBe(2);
  expect(breaker.getState()).toBe('closed');
});
