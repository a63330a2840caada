// autocannon in a process of its own. Told by messages `{ url, amount }`; answers `{ ms }`, from the first question to the last
// answer, when all are answered, or `{ error }`.
import autocannon from 'autocannon';

const CONNECTIONS = 10;
/** How often autocannon looks whether it is done: by itself each second, in which nothing is asked any more. */
const LOOK_MS = 20;

/** @typedef {{ readonly url: string, readonly amount: number }} Order */

process.on('message', (order) => {
  run(/** @type {Order} */ (order)).then(
    (found) => process.send?.(found),
    (error) => process.send?.({ error: String(error) }),
  );
});

/** @param {Order} order */
async function run({ url, amount }) {
  const connections = Math.min(CONNECTIONS, amount);
  const load = autocannon({ url, amount, connections, sampleInt: LOOK_MS });
  let start = performance.now();
  let end = start;
  load.once('start', () => (start = performance.now()));
  load.on('response', () => (end = performance.now()));
  const { '2xx': answers, errors } = await load;
  if (answers !== amount || errors > 0) throw new Error(`${answers} of ${amount} were answered, ${errors} errors`);
  return { ms: end - start };
}
