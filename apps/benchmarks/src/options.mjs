import { parseArgs } from 'node:util';
/** @import { Suite } from './suite.mjs' */

/** What was asked for makes no sense; the message says what would. */
export class UsageError extends Error {}

/**
 * @typedef {object} Options
 * @property {number} rounds
 * @property {string | undefined} json
 * @property {boolean} quick
 * @property {boolean} list
 * @property {boolean} help
 * @property {readonly Suite<any>[]} suites what is left of them after --filter and --case
 */

const DEFAULT_ROUNDS = 5;

export const usage = `Usage: npm run bench -- [options]
  --filter SUITE  only this suite; may be repeated
  --case NAME     only this case; may be repeated
  --rounds N      how often each subject runs each case, default ${DEFAULT_ROUNDS}
  --json FILE     write the results to this file, too
  --list          print suites, cases and subjects, and measure nothing
  --quick         tiny batches: shows that everything runs; the figures mean nothing
  --help          print this`;

/**
 * Reads the command line. Throws a UsageError.
 * @param {readonly string[]} words
 * @param {readonly Suite<any>[]} suites
 * @returns {Options}
 */
export function parseOptions(words, suites) {
  const { filter = [], case: cases = [], rounds, json, quick = false, list = false, help = false } = parseWords(words);
  if (json === '') throw new UsageError('Expected --json to be followed by the name of a file.');
  return { rounds: parseRounds(rounds), json, quick, list, help, suites: select(suites, filter, cases) };
}

/** @param {readonly string[]} words */
function parseWords(words) {
  try {
    const { values } = parseArgs({
      args: [...words],
      options: {
        filter: { type: 'string', multiple: true },
        case: { type: 'string', multiple: true },
        rounds: { type: 'string' },
        json: { type: 'string' },
        quick: { type: 'boolean' },
        list: { type: 'boolean' },
        help: { type: 'boolean' },
      },
    });
    return values;
  } catch (error) {
    throw new UsageError(error instanceof Error ? error.message : String(error), { cause: error });
  }
}

/** @param {string | undefined} text */
function parseRounds(text) {
  if (text === undefined) return DEFAULT_ROUNDS;
  if (/^[1-9]\d{0,3}$/.test(text)) return Number(text);
  throw new UsageError(`Expected --rounds to be an integer from 1 to 9999, got "${text}".`);
}

/**
 * @param {readonly Suite<any>[]} suites
 * @param {readonly string[]} filter
 * @param {readonly string[]} cases
 */
function select(suites, filter, cases) {
  checkKnown('--filter', 'suite', filter, suites);
  const wanted = suites.filter(({ name, isOnRequest = false }) =>
    filter.length === 0 ? !isOnRequest : filter.includes(name),
  );
  checkKnown(
    '--case',
    'case',
    cases,
    wanted.flatMap((suite) => suite.cases),
  );
  if (cases.length === 0) return wanted;
  return wanted
    .map((suite) => ({ ...suite, cases: suite.cases.filter(({ name }) => cases.includes(name)) }))
    .filter((suite) => suite.cases.length > 0);
}

/**
 * @param {string} option
 * @param {string} what
 * @param {readonly string[]} given
 * @param {readonly { readonly name: string }[]} known
 */
function checkKnown(option, what, given, known) {
  const names = known.map(({ name }) => name);
  const unknown = given.find((name) => !names.includes(name));
  if (unknown === undefined) return;
  throw new UsageError(`Expected ${option} to name a ${what} (${names.join(', ')}), got "${unknown}".`);
}
