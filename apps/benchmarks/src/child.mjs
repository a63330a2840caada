import { execFile } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { fullPlan, quickPlan } from './suite.mjs';
import { suites } from './suites/index.mjs';
/** @import { Outcome, Task } from './rounds.mjs' */

const run = promisify(execFile);
const ofSubject = fileURLToPath(new URL('./run-subject.mjs', import.meta.url));

/** How long one measurement may take unless its case says otherwise; most take a few seconds. */
const LIMIT_MS = 20_000;

/**
 * Measures one subject in a process of its own, so that no other subject's garbage or compiled code is in its way.
 * @param {Task} task
 * @param {{ readonly quick?: boolean, readonly limitMs?: number }} [options]
 * @returns {Promise<Outcome>}
 */
export async function runInChild(task, { quick = false, limitMs = limitOf(task) } = {}) {
  const words = [task.suite, task.case, task.subject, ...(quick ? ['--quick'] : [])];
  const { file, args } = commandFor(task, words, quick);
  try {
    const { stdout } = await run(file, [...args], {
      timeout: limitMs,
      killSignal: 'SIGKILL', // it may be in a synchronous loop
    });
    return { kind: 'measured', value: parseValue(stdout) };
  } catch (error) {
    if (isKilled(error)) return { kind: 'unfinished', limitMs };
    return {
      kind: 'failed',
      error: new Error(`The measurement ${words.join(' ')} failed: ${reasonOf(error)}`, { cause: error }),
    };
  }
}

/** @param {Task} task */
function limitOf(task) {
  const suite = suites.find(({ name }) => name === task.suite);
  return suite?.cases.find(({ name }) => name === task.case)?.limitMs ?? LIMIT_MS;
}

/** @param {Task} task @param {readonly string[]} words @param {boolean} quick */
function commandFor(task, words, quick) {
  const program = suites.find(({ name }) => name === task.suite)?.programs?.[task.subject];
  if (program !== undefined) return program.command(task.case, quick ? quickPlan : fullPlan);
  return { file: process.execPath, args: ['--expose-gc', ofSubject, ...words] };
}

/** @param {string} line */
function parseValue(line) {
  /** @type {unknown} */
  const result = JSON.parse(line);
  if (typeof result === 'object' && result !== null && 'value' in result && Number.isFinite(result.value)) {
    return Number(result.value);
  }
  throw new TypeError(`Expected a line such as {"value":1}, got ${line}`);
}

/** What the child said last: the line with its error, not the whole stack. @param {unknown} error */
function reasonOf(error) {
  const text =
    error instanceof Error && 'stderr' in error && error.stderr !== '' ? String(error.stderr) : String(error);
  return text.split('\n').find((line) => /^\w*Error: /.test(line)) ?? text;
}

/** @param {unknown} error */
function isKilled(error) {
  return error instanceof Error && 'killed' in error && error.killed === true;
}
