import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { Histogram } from '../src/histogram.js';

/** From a microsecond to years, each length as likely as the others. */
const duration = fc.double({ min: -3, max: 11, noNaN: true }).map((exponent) => 10 ** exponent);

function filled(durations: readonly number[]): Histogram {
  const histogram = new Histogram();
  for (const ms of durations) histogram.record(ms);
  return histogram;
}

/** Off by one in a hundred, or by a microsecond. */
function isClose(told: number, really: number): boolean {
  return Math.abs(told - really) <= Math.max(really * 0.01, 0.001);
}

describe('a histogram', () => {
  test('tells percentiles to one in a hundred, and the rest exactly', () => {
    fc.assert(
      fc.property(fc.array(duration, { minLength: 1, maxLength: 300 }), (durations) => {
        const sorted = durations.toSorted((a, b) => a - b);
        const at = (part: number): number => sorted[Math.ceil(sorted.length * part) - 1] ?? NaN;
        const { count, meanMs, p50Ms, p99Ms, maxMs } = filled(durations).tell();
        expect({ count, maxMs }).toEqual({ count: durations.length, maxMs: sorted.at(-1) });
        expect(isClose(meanMs, durations.reduce((sum, ms) => sum + ms, 0) / durations.length)).toBe(true);
        expect([isClose(p50Ms, at(0.5)), isClose(p99Ms, at(0.99))]).toEqual([true, true]);
      }),
    );
  });

  test('of two is as one of all', () => {
    fc.assert(
      fc.property(fc.array(duration), fc.array(duration), (some, others) => {
        const sum = filled(some);
        sum.add(filled(others));
        const { meanMs, ...told } = sum.tell();
        const { meanMs: expected, ...rest } = filled([...some, ...others]).tell();
        expect(told).toEqual(rest);
        expect(isClose(meanMs, expected)).toBe(true);
      }),
    );
  });

  test('of nothing, or emptied, is all zeros', () => {
    const emptied = filled([1, 2]);
    emptied.reset();
    const zeros = { count: 0, meanMs: 0, p50Ms: 0, p99Ms: 0, maxMs: 0 };
    expect([new Histogram().tell(), emptied.tell()]).toEqual([zeros, zeros]);
  });
});
