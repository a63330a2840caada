import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { type Backoff, child, GenServer } from '../../src/index.js';
import { backoffDelay, hasRecovered } from '../../src/supervisor/backoff.js';
import { useRuntimes } from '../support/test-runtime.js';

const newRuntime = useRuntimes();
const backoff: Backoff = { initialMs: 100, maxMs: 1_000 };

describe('the delay', () => {
  const options = fc.record({
    initialMs: fc.integer({ min: 1, max: 10_000 }),
    factor: fc.integer({ min: 1, max: 10 }),
    longer: fc.nat(100_000),
  });
  const chance = fc.double({ min: 0, max: 0.999_999, noNaN: true });

  test('grows by the factor up to the longest, and jitter only makes it shorter: to half at most when it is equal', () => {
    fc.assert(
      fc.property(options, fc.nat(2_000), chance, ({ initialMs, factor, longer }, earlier, random) => {
        const of = (jitter: Backoff['jitter'] & string): number =>
          backoffDelay({ initialMs, factor, maxMs: initialMs + longer, jitter }, earlier, () => random);
        let model = initialMs;
        for (let n = 0; n < Math.min(earlier, 400) && model < initialMs + longer; n++) model *= factor;
        model = Math.min(model, initialMs + longer);
        expect(of('none')).toBe(model);
        expect(Math.abs(of('full') - model * random)).toBeLessThanOrEqual(0.5);
        expect(Math.abs(of('equal') - (model / 2) * (1 + random))).toBeLessThanOrEqual(0.5);
      }),
    );
  });

  test('by default it doubles, up to 30 s, without jitter, and a child that ran for 30 s begins anew', () => {
    const of = (earlier: number) => backoffDelay({ initialMs: 1_000 }, earlier, () => 0.5);
    expect([0, 1, 4, 5, 99].map(of)).toEqual([1_000, 2_000, 16_000, 30_000, 30_000]);
    expect([29_999, 30_000].map((ranMs) => hasRecovered({ initialMs: 1_000 }, ranMs))).toEqual([false, true]);
    expect(backoffDelay({ initialMs: 60_000 }, 3, () => 0)).toBe(60_000);
  });

  test.each([
    ['full', [50, 100, 200]],
    ['equal', [75, 150, 300]],
  ] as const)("%s jitter takes its chance from the runtime's random", async (jitter, expected) => {
    const { runtime, clock, events } = newRuntime({ random: () => 0.5 });
    class Plain extends GenServer {
      crash(): never {
        throw new Error('boom');
      }
    }
    const spec = child(Plain, { name: 'a', backoff: { ...backoff, jitter } });
    await runtime.startSupervisor({ strategy: 'one_for_one', children: [spec], maxRestarts: 9 });
    for (const delayMs of expected) {
      runtime.ref(Plain, 'a').cast.crash();
      await clock.advance(delayMs);
    }
    expect(events.flatMap((event) => (event.kind === 'child_restart_scheduled' ? [event.delayMs] : []))).toEqual(
      expected,
    );
  });

  test.each([Number.NaN, -0.1, 1, '0.5'])('a random that gives %p is named as what is wrong', async (value) => {
    const { runtime, clock, events } = newRuntime({ random: () => value as number });
    class Plain extends GenServer {
      crash(): never {
        throw new Error('boom');
      }
    }
    const spec = child(Plain, { name: 'a', backoff: { ...backoff, jitter: 'full' } });
    await runtime.startSupervisor({ name: 'root', strategy: 'one_for_one', children: [spec] });
    runtime.ref(Plain, 'a').cast.crash();
    await clock.advance(0);
    const crashes = events.filter((event) => event.kind === 'process_crashed' && event.process === 'root');
    expect(crashes).toMatchObject([{ reason: { kind: 'error', error: { option: 'random', received: value } } }]);
  });
});
