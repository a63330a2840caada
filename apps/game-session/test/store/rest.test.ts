import { expect, test } from '@jest/globals';
import { ManualClock } from '@rookery/genserver/testing';
import { Rest } from '../../src/store/rest.js';

const clock = new ManualClock();

/** What has come of it by now. */
async function stateOf(over: Promise<void>): Promise<'waits' | 'over'> {
  return Promise.race([over.then(() => 'over' as const), new Promise<'waits'>((done) => setImmediate(done, 'waits'))]);
}

test('a rest keeps waiting who comes too soon after a use, and nobody else', async () => {
  const rest = new Rest(clock, 5);
  expect(await stateOf(rest.over())).toBe('over'); // it was not used yet
  rest.begin();
  await clock.advance(2);
  const early = rest.over();
  await clock.advance(2);
  expect(await stateOf(early)).toBe('waits');
  await clock.advance(1);
  expect(await stateOf(early)).toBe('over');
  expect(await stateOf(rest.over())).toBe('over');
  expect(clock.pendingTimers).toBe(0);
});

test('a rest that is cut keeps nobody waiting any more', async () => {
  const rest = new Rest(clock, 5);
  rest.begin();
  const waiting = rest.over();
  rest.cut();
  expect(await stateOf(waiting)).toBe('over');
  expect(await stateOf(rest.over())).toBe('over');
  expect(clock.pendingTimers).toBe(0);
});
