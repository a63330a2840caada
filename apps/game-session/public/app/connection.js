// @ts-check
import { backoffMs } from './backoff.js';

/** @typedef {import('../../src/web/protocol.js').RequestName} RequestName */
/** @typedef {import('../../src/web/protocol.js').Results} Results */
/** @typedef {import('../../src/web/protocol.js').Pushes} Pushes */
/** @typedef {import('../../src/web/protocol.js').SocketError} SocketError */
/** @typedef {'offline' | 'connecting' | 'online'} State */

/** How long to wait for an answer. The server's own limits are shorter: when none has come by then, nobody is at the other end. */
const ANSWER_MS = 15_000;

/** The server said no, or there was no answer. `reason` says which, `message` is for people. */
export class RequestError extends Error {
  /** @param {SocketError} error */
  constructor({ reason, message, retryAfterMs }) {
    super(message);
    this.reason = reason;
    this.retryAfterMs = retryAfterMs;
  }
}

/** What passes by itself. A request that was not answered may have been carried out: repeat what may be repeated. */
const PASSING = new Set(['disconnected', 'timeout', 'restarting', 'store_unavailable', 'overloaded', 'rate_limited']);
const AGAIN_MS = 500;

/**
 * Waits until it is worth another try; false: it never will be.
 * @param {unknown} error
 */
export async function passes(error) {
  if (!(error instanceof RequestError) || !PASSING.has(error.reason)) return false;
  await new Promise((resolve) => setTimeout(resolve, error.retryAfterMs ?? AGAIN_MS));
  return true;
}

const LOST = new RequestError({ reason: 'disconnected', message: 'The connection was lost.' });

/**
 * The socket, and a new one whenever it breaks: with `hello` first, then all that is watched.
 * Listeners get `state`, `welcome`, `refused` (the token is nobody's), `trouble` (not let in for now), and what the server pushes.
 */
export class Connection extends EventTarget {
  /** @type {WebSocket | undefined} */
  #socket;
  /** @type {string | undefined} */
  #token;
  /** @type {State} */
  #state = 'offline';
  #ref = 0;
  #tries = 0;
  /** @type {ReturnType<typeof setTimeout> | undefined} */
  #timer;
  /** When the server has said when to come back. @type {number | undefined} */
  #reconnectInMs;
  /** Who waits for which answer. @type {Map<number, { resolve: (value: any) => void, reject: (error: Error) => void }>} */
  #pending = new Map();
  /** What is to be watched again on a new socket. @type {Map<string, () => Promise<void>>} */
  #watches = new Map();

  constructor() {
    super();
    // A laptop that wakes up, a phone that finds its network.
    addEventListener('online', () => this.#lookAfter());
    document.addEventListener('visibilitychange', () => document.visibilityState === 'visible' && this.#lookAfter());
    addEventListener('offline', () => this.#drop());
  }

  get state() {
    return this.#state;
  }

  /** @param {string} token */
  open(token) {
    this.#token = token;
    this.#connect();
  }

  close() {
    this.#token = undefined;
    clearTimeout(this.#timer);
    this.#watches.clear();
    this.#drop();
  }

  /**
   * Rejects with a RequestError.
   * @template {RequestName} Name
   * @param {Name} event
   * @param {object} data
   * @returns {Promise<Results[Name]>}
   */
  request(event, data = {}) {
    return this.#state === 'online' ? this.#send(event, data) : Promise.reject(LOST);
  }

  /**
   * Asks now, and again on each new socket, until `unwatch(key)`.
   * @template {RequestName} Name
   * @param {string} key
   * @param {Name} event
   * @param {object} data
   * @param {{ onResult?: (result: Results[Name]) => void, onError?: (error: RequestError) => void }} then
   */
  watch(key, event, data, { onResult, onError } = {}) {
    const ask = async () => {
      const isStill = () => this.#watches.get(key) === ask; // an answer that comes late is for nobody
      try {
        const result = await this.#send(event, data);
        if (isStill()) onResult?.(result);
      } catch (error) {
        if (error === LOST || !isStill()) return; // it is asked again on the next socket
        if (!(await passes(error))) onError?.(/** @type {RequestError} */ (error));
        else if (isStill() && this.#state === 'online') await ask();
      }
    };
    this.#watches.set(key, ask);
    if (this.#state === 'online') void ask();
  }

  /**
   * @param {string} key
   * @param {RequestName} event
   * @param {object} data
   */
  unwatch(key, event, data = {}) {
    if (this.#watches.delete(key)) this.request(event, data).catch(() => {}); // a socket that breaks watches nothing, too
  }

  /**
   * @template {keyof Pushes} Name
   * @param {Name} event
   * @param {(data: Pushes[Name]) => void} listener
   */
  onPush(event, listener) {
    this.addEventListener(event, (happened) => listener(/** @type {CustomEvent} */ (happened).detail));
  }

  #connect() {
    clearTimeout(this.#timer);
    this.#setState('connecting');
    const socket = new WebSocket(`${location.origin.replace(/^http/, 'ws')}/ws`);
    this.#socket = socket;
    socket.addEventListener('open', () => void this.#hello());
    socket.addEventListener('message', ({ data }) => this.#heard(JSON.parse(data)));
    socket.addEventListener('close', () => this.#closed(socket));
  }

  async #hello() {
    try {
      const welcome = await this.#send('hello', { token: this.#token });
      this.#tries = 0;
      this.#setState('online');
      this.#tell('welcome', welcome);
      for (const ask of this.#watches.values()) void ask();
    } catch (error) {
      if (!(error instanceof RequestError)) throw error;
      if (error.reason === 'unauthorized') return this.#tell('refused', error);
      if (!PASSING.has(error.reason)) this.#tell('trouble', error);
      this.#drop(); // another try, later
    }
  }

  /** @param {{ event: string, data: any }} message */
  #heard({ event, data }) {
    if (event !== 'answer') {
      if (event === 'restarting') this.#reconnectInMs = data.reconnectInMs;
      return this.#tell(event, data);
    }
    const waiting = this.#pending.get(data.ref);
    if (data.ok) waiting?.resolve(data.result);
    else waiting?.reject(new RequestError(data.error));
  }

  /** @param {WebSocket} socket */
  #closed(socket) {
    if (this.#socket !== socket) return;
    this.#socket = undefined;
    for (const { reject } of this.#pending.values()) reject(LOST);
    if (this.#token === undefined) return this.#setState('offline');
    this.#setState('connecting');
    this.#timer = setTimeout(() => this.#connect(), this.#reconnectInMs ?? backoffMs(this.#tries, Math.random()));
    this.#reconnectInMs = undefined;
    this.#tries++;
  }

  /** No need to sit out the rest of a wait. And a socket may be dead without a word: who asks is the first to notice. */
  #lookAfter() {
    if (this.#token === undefined) return;
    if (this.#socket === undefined) this.#connect();
    else if (this.#state === 'online') for (const ask of this.#watches.values()) void ask();
  }

  /** Gives the socket up, without waiting for the other end, which may not be there any more. */
  #drop() {
    const socket = this.#socket;
    if (socket === undefined) return;
    socket.close();
    this.#closed(socket);
  }

  /**
   * @template {RequestName} Name
   * @param {Name} event
   * @param {object} data
   * @returns {Promise<Results[Name]>}
   */
  async #send(event, data) {
    const ref = ++this.#ref;
    /** @type {ReturnType<typeof setTimeout> | undefined} */
    let timer;
    try {
      return await new Promise((resolve, reject) => {
        this.#pending.set(ref, { resolve, reject });
        timer = setTimeout(() => {
          reject(new RequestError({ reason: 'timeout', message: 'No answer.' }));
          this.#drop();
        }, ANSWER_MS);
        this.#socket?.send(JSON.stringify({ event, data: { ref, ...data } }));
      });
    } finally {
      clearTimeout(timer);
      this.#pending.delete(ref);
    }
  }

  /** @param {State} state */
  #setState(state) {
    if (state === this.#state) return;
    this.#state = state;
    this.#tell('state', state);
  }

  /**
   * @param {string} type
   * @param {unknown} detail
   */
  #tell(type, detail) {
    this.dispatchEvent(new CustomEvent(type, { detail }));
  }
}
