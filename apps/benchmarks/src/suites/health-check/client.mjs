// Asks one path over a few connections, each question when the last one is answered, in a process of its own. Told by messages
// `{ port, path, statusCode, connections, durationMs }`; answers `{ answers, ms, p99Ms }`, or `{ error }`. Reads no more of HTTP than it needs.
import { connect } from 'node:net';

/** @typedef {{ readonly port: number, readonly path: string, readonly statusCode: number }} Asked */
/** @typedef {Asked & { readonly connections: number, readonly durationMs: number }} Order */

process.on('message', (order) => {
  run(/** @type {Order} */ (order)).then(
    (found) => process.send?.(found),
    (error) => process.send?.({ error: String(error) }),
  );
});

/** @param {Order} order */
async function run({ connections, durationMs, ...asked }) {
  /** @type {number[]} */
  const times = [];
  const start = performance.now();
  const end = start + durationMs;
  await Promise.all(Array.from({ length: connections }, () => ask(asked, end, times)));
  const ms = performance.now() - start;
  times.sort((a, b) => a - b);
  return { answers: times.length, ms, p99Ms: times[Math.floor((times.length - 1) * 0.99)] };
}

/**
 * One connection, until the time is over. Its last answer is waited for.
 * @param {Asked} asked
 * @param {number} end
 * @param {number[]} times
 * @returns {Promise<void>}
 */
function ask({ port, path, statusCode }, end, times) {
  const question = `GET ${path} HTTP/1.1\r\nHost: 127.0.0.1:${port}\r\n\r\n`;
  const expected = `HTTP/1.1 ${statusCode} `;
  return new Promise((resolve, reject) => {
    const socket = connect(port, '127.0.0.1');
    let received = '';
    let askedAt = 0;
    const next = () => {
      received = '';
      askedAt = performance.now();
      socket.write(question);
    };
    socket.setNoDelay(true).setEncoding('latin1').once('connect', next).once('error', reject);
    socket.on('data', (text) => {
      received += text;
      if (!isWhole(received)) return;
      if (!received.startsWith(expected))
        return reject(new Error(`Expected ${expected}, got ${received.slice(0, 200)}`));
      const now = performance.now();
      times.push(now - askedAt);
      if (now < end) return next();
      socket.destroy();
      resolve();
    });
    socket.once('close', () => reject(new Error('The connection was closed.')));
  });
}

/** @param {string} received */
function isWhole(received) {
  const body = received.indexOf('\r\n\r\n') + 4;
  if (body < 4) return false;
  const length = /\r\ncontent-length: (\d+)/i.exec(received);
  return length !== null && received.length >= body + Number(length[1]);
}
