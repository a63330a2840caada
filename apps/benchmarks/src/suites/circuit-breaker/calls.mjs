import { checkMade } from './subject.mjs';
/** @import { Subject, Work } from './subject.mjs' */

/** More than it takes to open any of them. */
const FAILURES = 20;

/** @type {Work} */
const succeed = async () => 1;

/** @type {Work} */
const fail = async () => {
  throw new Error('down');
};

/** One after another. @param {Subject} subject @param {unknown} breaker @param {number} count */
export async function callAll({ execute }, breaker, count) {
  let made = 0;
  for (let i = 0; i < count; i++) made += await execute(breaker, succeed);
  checkMade(made, count);
}

/** All are begun before the first one ends. @param {Subject} subject @param {unknown} breaker @param {number} count */
export async function callTogether({ execute }, breaker, count) {
  /** @type {(made: number) => void} */
  let end = () => {};
  /** @type {Promise<number>} */
  const answer = new Promise((resolve) => {
    end = resolve;
  });
  const calls = Array.from({ length: count }, () => execute(breaker, () => answer));
  end(1);
  let made = 0;
  for (const one of await Promise.all(calls)) made += one;
  checkMade(made, count);
}

/** Through an open one. @param {Subject} subject @param {unknown} breaker @param {number} count */
export async function callInVain({ execute }, breaker, count) {
  let rejections = 0;
  for (let i = 0; i < count; i++) {
    try {
      await execute(breaker, succeed);
    } catch {
      rejections++;
    }
  }
  checkMade(rejections, count);
}

/** Opens it by failures. @param {Subject} subject @param {unknown} breaker */
export async function trip({ execute }, breaker) {
  for (let i = 0; i < FAILURES; i++) await execute(breaker, fail).catch(() => undefined);
}
