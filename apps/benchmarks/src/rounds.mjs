import { summarise } from './statistics.mjs';
/** @import { Case, Suite } from './suite.mjs' */

/**
 * What one child process came to. `unfinished`: it was stopped after its time limit.
 * @typedef {{ readonly kind: 'measured', readonly value: number } | { readonly kind: 'unfinished', readonly limitMs: number }} Outcome
 */

/** @typedef {{ readonly suite: string, readonly case: string, readonly subject: string }} Task */

/**
 * @typedef {object} Result
 * @property {string} suite
 * @property {string} case
 * @property {string} subject
 * @property {string} unit
 * @property {number} median
 * @property {number} min
 * @property {number} max
 */

/** @typedef {Task & { readonly limitMs: number }} Unfinished */

/**
 * @template T
 * @param {readonly T[]} list
 * @param {number} by
 * @returns {readonly T[]}
 */
export function rotate(list, by) {
  const first = by % list.length;
  return [...list.slice(first), ...list.slice(0, first)];
}

/**
 * Runs every case with every subject, round by round: what slows the machine down for a while hits all subjects alike, and
 * each is first, and last, in turn. Who did not finish a case in time is not asked again.
 * @param {readonly Suite<unknown>[]} suites
 * @param {number} rounds
 * @param {(task: Task, round: number) => Promise<Outcome>} run
 */
export async function runRounds(suites, rounds, run) {
  const rows = suites.flatMap((suite) => suite.cases.map((each) => rowsOf(suite.name, each)));
  for (let round = 0; round < rounds; round++) {
    for (const row of rows.flatMap((ofCase) => rotate(ofCase, round))) {
      if (row.limitMs !== undefined) continue;
      const outcome = await run(row.task, round);
      if (outcome.kind === 'measured') row.values.push(outcome.value);
      else row.limitMs = outcome.limitMs;
    }
  }
  return report(rows.flat());
}

/** @param {string} suite @param {Case<unknown>} ofCase */
function rowsOf(suite, { name, unit, subjects }) {
  return subjects.map((subject) => ({
    task: { suite, case: name, subject },
    unit,
    values: /** @type {number[]} */ ([]),
    limitMs: /** @type {number | undefined} */ (undefined),
  }));
}

/** @param {readonly ReturnType<typeof rowsOf>[number][]} rows */
function report(rows) {
  /** @type {Result[]} */
  const results = [];
  /** @type {Unfinished[]} */
  const unfinished = [];
  for (const { task, unit, values, limitMs } of rows) {
    if (limitMs === undefined) results.push({ ...task, unit, ...summarise(values) });
    else unfinished.push({ ...task, limitMs });
  }
  return { results, unfinished };
}
