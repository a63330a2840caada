/**
 * How long and how large a measurement is.
 * @typedef {object} Plan
 * @property {number} warmUpMs measured and thrown away, so that the code is compiled
 * @property {number} runMs measured at least
 * @property {number} divisor what batches are divided by: 1, or a lot for a trial run
 * @property {(size: number) => number} scaled the size of a batch: as the case says, or tiny for a trial run
 */

/**
 * One thing to measure. `better` says which way is good, for the words of the table.
 * @template Subject
 * @typedef {object} Case
 * @property {string} name
 * @property {string} unit
 * @property {'more' | 'less' | 'smaller'} better
 * @property {readonly string[]} subjects who has such an operation; the first is ours, the others are compared with it
 * @property {readonly string[]} notes what a reader must know to read its rows
 * @property {number} [limitMs] how long one measurement may take, if longer than others
 * @property {(subject: Subject, plan: Plan) => Promise<number>} measure
 */

/**
 * Cases that the same subjects run. `load` gives a subject's implementation, in the child process only.
 * @template Subject
 * @typedef {object} Suite
 * @property {string} name
 * @property {readonly Case<Subject>[]} cases
 * @property {Readonly<Record<string, () => Promise<Subject>>>} load
 * @property {Readonly<Record<string, Program>>} [programs] subjects that are no JavaScript; left out where they are not installed
 * @property {readonly Growth[]} growths
 * @property {boolean} [isOnRequest] left out unless --filter names it, as it takes long
 */

/**
 * A subject that measures itself: a program that prints one line `{"value":1}`.
 * @typedef {object} Program
 * @property {() => boolean} isInstalled
 * @property {() => string} title what it and its version are called
 * @property {string} missing why it is left out, and how to get it
 * @property {(caseName: string, plan: Plan) => { readonly file: string, readonly args: readonly string[] }} command
 */

/**
 * Two cases of the same unit whose ratio tells something.
 * @typedef {object} Growth
 * @property {string} from
 * @property {string} to
 * @property {string} meaning
 */

/**
 * @param {number} warmUpMs
 * @param {number} runMs
 * @param {number} divisor
 * @returns {Plan}
 */
const plan = (warmUpMs, runMs, divisor) => ({
  warmUpMs,
  runMs,
  divisor,
  scaled: (size) => Math.max(1, Math.round(size / divisor)),
});

export const fullPlan = plan(300, 600, 1);

/** Shows that everything runs; its figures mean nothing. */
export const quickPlan = plan(0, 0, 1000);
