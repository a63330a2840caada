import { describe, expect, test } from '@jest/globals';
import { boundsOf, dayBefore, dayOf, isDay, lastDueDay, msUntil } from '../../src/reports/report-day.js';

describe('the day of a report', () => {
  test('is one of UTC', () => {
    expect(dayOf(new Date('2026-11-22T23:59:59.999Z'))).toBe('2026-11-22');
    expect(dayBefore(new Date('2026-03-01T00:00:00Z'))).toBe('2026-02-28');
  });

  test('reaches to the first moment of the next one', () => {
    expect(boundsOf('2026-12-31')).toEqual({
      from: new Date('2026-12-31T00:00:00Z'),
      to: new Date('2027-01-01T00:00:00Z'),
    });
  });

  test.each(['2026-02-30', '2026-13-01', '26-01-01', '2026-1-1', 'today', '', '2026-01-01T00:00:00Z', '../../etc/pw'])(
    'is not %j',
    (text) => expect(isDay(text)).toBe(false),
  );

  test.each(['2026-11-22', '2024-02-29'])('may be %j', (text) => expect(isDay(text)).toBe(true));
});

describe('the report that should be there', () => {
  test.each([
    ['2026-11-22T00:04:59Z', '2026-11-20'],
    ['2026-11-22T00:05:00Z', '2026-11-21'],
    ['2026-11-22T23:59:59Z', '2026-11-21'],
  ])('at %s is the one of %s', (now, day) => {
    expect(lastDueDay('00:05', new Date(now))).toBe(day);
  });
});

describe('the next report', () => {
  test.each([
    ['2026-11-22T00:00:00Z', 5 * 60_000],
    ['2026-11-22T00:04:59Z', 1_000],
    ['2026-11-22T00:05:00Z', 86_400_000], // just made: tomorrow again
    ['2026-11-22T12:05:00Z', 12 * 3_600_000],
  ])('after %s is due in %d ms', (now, ms) => {
    expect(msUntil('00:05', new Date(now))).toBe(ms);
  });
});
