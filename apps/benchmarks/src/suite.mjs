/**
 * How long and how large a measurement is.
 * @typedef {object} Plan
 * @property {number} warmUpMs measured and thrown away, so that the code is compiled
 * @property {number} runMs measured at least
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
 * @property {(subject: Subject, plan: Plan) => Promise<number>} measure
 */

/**
 * Cases that the same subjects run. `load` gives a subject's implementation, in the child process only.
 * @template Subject
 * @typedef {object} Suite
 * @property {string} name
 * @property {readonly Case<Subject>[]} cases
 * @property {Readonly<Record<string, () => Promise<Subject>>>} load
 * @property {readonly Growth[]} growths
 */

/**
 * Two cases of the same unit whose ratio tells something.
 * @typedef {object} Growth
 * @property {string} from
 * @property {string} to
 * @property {string} meaning
 */

/** @type {Plan} */
export const fullPlan = { warmUpMs: 300, runMs: 600, scaled: (size) => size };

/** Shows that everything runs; its figures mean nothing. @type {Plan} */
export const quickPlan = { warmUpMs: 0, runMs: 0, scaled: (size) => Math.max(1, Math.round(size / 1000)) };
