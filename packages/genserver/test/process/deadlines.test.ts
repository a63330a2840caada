import { expect, test } from '@jest/globals';
import { type Due, Deadlines } from '../../src/process/deadlines.js';
import { ManualClock } from '../../src/testing.js';

class Request implements Due {
  dueAt = 0;
  dueList: Due['dueList'] = undefined;
  nextDue: Due | undefined = undefined;
  previousDue: Due | undefined = undefined;
  isExpired = false;

  expire(): void {
    this.isExpired = true;
  }
}

test('time limits that are all different do not leave a timer each', () => {
  const clock = new ManualClock();
  const deadlines = new Deadlines(clock);
  for (let limitMs = 10_000; limitMs > 0; limitMs--) {
    const request = new Request();
    deadlines.add(request, limitMs, clock.now());
    request.dueList?.remove(request);
  }
  expect(clock.allTimers).toBeLessThanOrEqual(128);
  deadlines.close();
  expect(clock.allTimers).toBe(0);
});

test('requests with different time limits that still wait are kept, and expire in time', async () => {
  const clock = new ManualClock();
  const deadlines = new Deadlines(clock);
  const requests = Array.from({ length: 1000 }, () => new Request());
  for (const [index, request] of requests.entries()) deadlines.add(request, index + 1, clock.now());
  await clock.advance(500);
  expect(requests.map(({ isExpired }) => isExpired).lastIndexOf(true)).toBe(499);
  await clock.advance(500);
  expect(requests.every(({ isExpired }) => isExpired)).toBe(true);
});

test('of two requests with one time limit, the later one expires, too', async () => {
  const clock = new ManualClock();
  const deadlines = new Deadlines(clock);
  const [first, second] = [new Request(), new Request()];
  deadlines.add(first, 10, clock.now());
  await clock.advance(4);
  deadlines.add(second, 10, clock.now());
  await clock.advance(6);
  expect([first.isExpired, second.isExpired]).toEqual([true, false]);
  await clock.advance(4);
  expect(second.isExpired).toBe(true);
  expect(clock.pendingTimers).toBe(0);
});
