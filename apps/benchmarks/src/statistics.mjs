/**
 * @typedef {object} Summary
 * @property {number} median
 * @property {number} min
 * @property {number} max
 */

/**
 * What the rounds of one measurement come to. The median, because a disturbed round must not move it.
 * @param {readonly number[]} values at least one
 * @returns {Summary}
 */
export function summarise(values) {
  if (values.length === 0) throw new RangeError('Expected at least one value to summarise.');
  const sorted = values.toSorted((a, b) => a - b);
  const middle = sorted.length >> 1;
  const median = sorted.length % 2 === 1 ? sorted[middle] : (sorted[middle - 1] + sorted[middle]) / 2;
  return { median, min: sorted[0], max: sorted[sorted.length - 1] };
}
