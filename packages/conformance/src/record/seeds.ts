const RANGE = /^(\d{1,9})(?:-(\d{1,9}))?$/;
/** More than this is a slip of the finger. */
const MAX_SEEDS = 100_000;

/** `1-300`, `7` or `1-3,9`. Throws a RangeError that says what is wrong with it. */
export function parseSeeds(text: string): readonly number[] {
  const seeds = text.split(',').flatMap((part) => range(part.trim(), text));
  if (seeds.length > MAX_SEEDS) throw new RangeError(`Expected at most ${MAX_SEEDS} seeds, got ${seeds.length}.`);
  return seeds;
}

function range(part: string, whole: string): readonly number[] {
  const found = RANGE.exec(part);
  if (found === null) throw new RangeError(`Expected --seeds to be like 1-300, 7 or 1-3,9, got "${whole}".`);
  const first = Number(found[1]);
  const last = Number(found[2] ?? first);
  if (last < first) throw new RangeError(`Expected --seeds to go up, got "${whole}".`);
  return Array.from({ length: Math.min(last - first, MAX_SEEDS) + 1 }, (_, index) => first + index);
}
