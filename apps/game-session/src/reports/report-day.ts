// Which day a report is about, and when the next one is due: values in, values out. Days are UTC, so that none is 23 or 25 hours long.

const DAY_MS = 86_400_000;

/** A day as `2026-11-22`. */
export type Day = string;

/** A time of day as `00:05`. */
export type TimeOfDay = string;

export function dayOf(date: Date): Day {
  return date.toISOString().slice(0, 10);
}

/** The last day that is over. */
export function dayBefore(now: Date): Day {
  return dayOf(new Date(now.getTime() - DAY_MS));
}

/** The last day whose report is due when reports are written at `at` of the day after. */
export function lastDueDay(at: TimeOfDay, now: Date): Day {
  const sinceMidnight = new Date(`1970-01-01T${at}:00Z`).getTime();
  return dayBefore(new Date(now.getTime() - sinceMidnight));
}

/** From its first moment to the first of the next day. */
export function boundsOf(day: Day): { readonly from: Date; readonly to: Date } {
  const from = new Date(`${day}T00:00:00Z`);
  return { from, to: new Date(from.getTime() + DAY_MS) };
}

/** Whether it is a day of the calendar: `2026-02-30` is not, nor is any of a year 0, which databases do not know. */
export function isDay(text: string): boolean {
  if (!/^(?!0000)\d{4}-\d{2}-\d{2}$/.test(text)) return false;
  const date = new Date(`${text}T00:00:00Z`);
  return !Number.isNaN(date.getTime()) && dayOf(date) === text;
}

/** How long until it is `at` again: more than nothing, a day at most. */
export function msUntil(at: TimeOfDay, now: Date): number {
  const todayAt = new Date(`${dayOf(now)}T${at}:00Z`).getTime();
  const left = todayAt - now.getTime();
  return left > 0 ? left : left + DAY_MS;
}
