/** @import { Suite } from './suite.mjs' */

/**
 * The suites without the programs that are not installed on this machine, and who was left out and why.
 * @param {readonly Suite<any>[]} suites
 * @returns {{ readonly suites: readonly Suite<any>[], readonly missing: readonly string[] }}
 */
export function whatIsInstalled(suites) {
  const absent = new Map(
    suites.flatMap(({ programs = {} }) =>
      Object.entries(programs).flatMap(([subject, program]) =>
        program.isInstalled() ? [] : [/** @type {const} */ ([subject, program.missing])],
      ),
    ),
  );
  const left = suites.map((suite) => ({
    ...suite,
    cases: suite.cases.map((each) => ({ ...each, subjects: each.subjects.filter((one) => !absent.has(one)) })),
  }));
  return { suites: left, missing: Array.from(absent, ([subject, why]) => `${subject} is left out: ${why}`) };
}
