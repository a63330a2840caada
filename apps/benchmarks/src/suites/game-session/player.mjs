import { once } from 'node:events';
import { WebSocket } from 'ws';

const ANSWER = '{"event":"answer"';

/**
 * What the app says to a request.
 * @typedef {{ readonly ok: true, readonly result: any } | { readonly ok: false, readonly error: { readonly reason: string } }} Answer
 */

/** A player with a socket. What they watch is received, as by a browser, and not read. */
export class Player {
  /** @type {Map<number, (answer: Answer) => void>} */
  #asked = new Map();
  #ref = 0;
  #socket;

  /** @param {WebSocket} socket */
  constructor(socket) {
    this.#socket = socket;
    socket.on('message', (raw) => this.#hear(/** @type {Buffer} */ (raw).toString()));
  }

  /** @param {string} url @param {string} name */
  static async join(url, name) {
    const body = JSON.stringify({ name });
    const headers = { 'content-type': 'application/json' };
    const response = await fetch(`${url}/api/players`, { method: 'POST', headers, body });
    if (response.status !== 201) throw new Error(`${name} could not join: ${await response.text()}`);
    const { token } = /** @type {{ readonly token: string }} */ (await response.json());
    const socket = new WebSocket(`${url.replace('http', 'ws')}/ws`, { perMessageDeflate: false });
    await once(socket, 'open');
    const player = new Player(socket);
    await player.expect('hello', { token });
    return player;
  }

  /** @param {string} event @param {object} [data] @returns {Promise<Answer>} */
  ask(event, data = {}) {
    const ref = ++this.#ref;
    this.#socket.send(JSON.stringify({ event, data: { ref, ...data } }));
    return new Promise((resolve) => this.#asked.set(ref, resolve));
  }

  /** The result; an answer that says no is an error. @param {string} event @param {object} [data] */
  async expect(event, data) {
    const answer = await this.ask(event, data);
    if (answer.ok) return answer.result;
    throw new Error(`Expected ${event} to be answered, got ${JSON.stringify(answer.error)}`);
  }

  leave() {
    this.#socket.terminate();
  }

  /** @param {string} text */
  #hear(text) {
    if (!text.startsWith(ANSWER)) return;
    const { ref, ...answer } = JSON.parse(text).data;
    this.#asked.get(ref)?.(answer);
    this.#asked.delete(ref);
  }
}
