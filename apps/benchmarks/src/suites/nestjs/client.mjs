// autocannon in a process of its own. Told by messages `{ url, amount }`; answers `{ ms }` when all are answered, or `{ error }`.
import autocannon from 'autocannon';

const CONNECTIONS = 10;

/** @typedef {{ readonly url: string, readonly amount: number }} Order */

process.on('message', (order) => {
  run(/** @type {Order} */ (order)).then(
    (found) => process.send?.(found),
    (error) => process.send?.({ error: String(error) }),
  );
});

/** @param {Order} order */
async function run({ url, amount }) {
  const start = performance.now();
  const { '2xx': answers, errors } = await autocannon({ url, amount, connections: Math.min(CONNECTIONS, amount) });
  const ms = performance.now() - start;
  if (answers !== amount || errors > 0) throw new Error(`${answers} of ${amount} were answered, ${errors} errors`);
  return { ms };
}
