import { QUESTIONS } from './questions.mjs';
import { SUBJECTS } from './subjects.mjs';

// Puts all questions to one subject, and prints the answers as JSON: `yes`, `no`, `with …`, or `-`.
// In a process of its own: some leave threads behind that nothing ends.

const [, , name] = process.argv;
const subject = SUBJECTS.find((one) => one.name === name);

const threads = new Set();
process.on('worker', (thread) => {
  threads.add(thread);
  thread.once('exit', () => threads.delete(thread));
});

// Of a pool, while it is asked something else.
process.on('uncaughtException', () => undefined);
process.on('unhandledRejection', () => undefined);

async function ask({ ask: put }, own) {
  const made = [];
  const make = (options) => {
    const pool = subject.make({ ...options, own });
    made.push(pool);
    return pool;
  };
  try {
    return await put(make);
  } catch (error) {
    process.stderr.write(`${name}: ${error.stack}\n`);
    return false;
  } finally {
    for (const pool of made) Promise.resolve(pool.close()).catch(() => undefined);
    for (const thread of threads) await thread.terminate();
  }
}

async function answer(question) {
  if (!question.needs.every((need) => subject.can.includes(need))) return '-';
  const verdict = await ask(question);
  if (verdict === undefined) return '-';
  if (verdict) return 'yes';
  const [label, own] = subject.tuned[question.id] ?? [];
  return own !== undefined && (await ask(question, own)) === true ? `with \`${label}\`` : 'no';
}

const answers = {};
for (const question of QUESTIONS) answers[question.id] = await answer(question);
process.stdout.write(JSON.stringify(answers));
process.exit(0);
