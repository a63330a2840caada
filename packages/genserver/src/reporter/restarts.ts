import type { Milliseconds } from '../runtime/clock.js';
import { BoundedMap } from './bounded-map.js';

/** Of a child, for as long as it is among the last ones that were restarted. */
const MOST_CHILDREN = 1_000;
/** Times of one child. */
const MOST_TIMES = 4;

/** When children were restarted, to say at the next time. */
export class Restarts {
  readonly #times = new BoundedMap<readonly Milliseconds[]>(MOST_CHILDREN);

  /** Notes one, and tells the earlier ones: `restart 3; the ones before 0.4 s and 12 s ago`. */
  note(supervisor: string, child: string, count: number, now: Milliseconds): string {
    const key = JSON.stringify([supervisor, child]);
    const earlier = count === 1 ? [] : (this.#times.get(key) ?? []); // the first one again: a supervisor that was restarted
    this.#times.set(key, [now, ...earlier].slice(0, MOST_TIMES));
    const ago = earlier.slice(0, MOST_TIMES - 1).map((at) => formatSpan(now - at));
    const history = ago.length === 0 ? '' : `; before that ${listOf(ago)} ago`;
    return `restart ${count}${history}`;
  }
}

/** `350 ms`, `1.2 s`, `3 min`. */
export function formatSpan(ms: Milliseconds): string {
  if (ms < 1_000) return `${Math.round(ms)} ms`;
  if (ms < 10_000) return `${(ms / 1_000).toFixed(1)} s`;
  return ms < 120_000 ? `${Math.round(ms / 1_000)} s` : `${Math.round(ms / 60_000)} min`;
}

function listOf(words: readonly string[]): string {
  return words.length < 2 ? words.join('') : `${words.slice(0, -1).join(', ')} and ${words.at(-1)}`;
}
