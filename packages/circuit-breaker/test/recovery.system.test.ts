import { Agent, createServer, get, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterEach, beforeEach, expect, test } from '@jest/globals';
import { type BreakerEvent, type BreakerStateName, CallRejectedError, CircuitBreaker } from '../src/index.js';

// A real server that slows down, fails, and comes back, and 500 clients that never stop asking. Nothing here is measured in time:
// each part lasts until something has happened.

const CLIENTS = 500;

/** What a dependency does with a request, and what it has seen. */
class Dependency {
  mode: 'works' | 'hangs' | 'fails' = 'works';
  /** Requests by the state in which the breaker let them through. */
  readonly seen: Record<BreakerStateName, number> = { closed: 0, open: 0, half_open: 0 };
  probesAtOnce = 0;
  mostProbesAtOnce = 0;
  readonly #server = createServer((request, response) => this.#answer(request, response));

  async start(): Promise<void> {
    this.#server.keepAliveTimeout = 0; // never: or a request might be sent while its connection is being closed
    await new Promise<void>((resolve) => this.#server.listen(0, '127.0.0.1', resolve));
  }

  get port(): number {
    return (this.#server.address() as AddressInfo).port;
  }

  async stop(): Promise<void> {
    this.#server.closeAllConnections();
    await new Promise((resolve) => this.#server.close(resolve));
  }

  #answer(request: IncomingMessage, response: ServerResponse): void {
    const state = request.headers['x-state'] as BreakerStateName;
    this.seen[state]++;
    if (state === 'half_open') this.#watchProbe(response);
    if (this.mode === 'hangs') return;
    response.statusCode = this.mode === 'works' ? 200 : 500;
    response.end();
  }

  #watchProbe(response: ServerResponse): void {
    this.mostProbesAtOnce = Math.max(this.mostProbesAtOnce, ++this.probesAtOnce);
    response.once('close', () => this.probesAtOnce--);
  }
}

/** Clients that call without end, and stand back a little when they are rejected. */
class Crowd {
  successes = 0;
  /** Those whose answer came in time. */
  probesThatWorked = 0;
  rejections = 0;
  #isOver = false;
  readonly #agent = new Agent({ keepAlive: true, maxSockets: CLIENTS });
  readonly #all: Promise<void>[];

  constructor(
    private readonly breaker: CircuitBreaker,
    private readonly port: number,
  ) {
    this.#all = Array.from({ length: CLIENTS }, () => this.#run());
  }

  async disperse(): Promise<void> {
    this.#isOver = true;
    await Promise.all(this.#all);
    this.#agent.destroy();
  }

  async #run(): Promise<void> {
    while (!this.#isOver) {
      const error: unknown = await this.breaker
        .execute(({ signal }) => this.#request(signal))
        .then(
          () => void this.successes++,
          (reason: unknown) => reason,
        );
      if (!(error instanceof CallRejectedError)) continue;
      this.rejections++;
      await new Promise((resolve) => setTimeout(resolve, 20));
    }
  }

  #request(signal: AbortSignal): Promise<void> {
    const { port } = this;
    const { state } = this.breaker;
    return new Promise((resolve, reject) => {
      const request = get(
        { host: '127.0.0.1', port, agent: this.#agent, headers: { 'x-state': state }, signal },
        (response) => {
          response.resume();
          response.once('end', () => {
            if (response.statusCode !== 200) return reject(new Error('status 500'));
            if (state === 'half_open') this.probesThatWorked++;
            resolve();
          });
          response.once('error', reject);
        },
      );
      request.once('error', reject);
    });
  }
}

const dependency = new Dependency();
const breaker = new CircuitBreaker({ label: 'dependency', timeoutMs: 200, callTimeoutMs: 1500, punctual: true });
const moves: { readonly from: string; readonly to: string }[] = [];

beforeEach(() => dependency.start());
afterEach(() => dependency.stop());

/** Until a condition holds, however long that takes. */
async function until(condition: () => boolean): Promise<void> {
  while (!condition()) await new Promise((resolve) => setTimeout(resolve, 5));
}

async function opens(times: number): Promise<void> {
  const before = breaker.stats().trips;
  await until(() => breaker.stats().trips >= before + times);
}

test('while open nobody reaches the server, half-open one probe does, and the first that works closes it for all', async () => {
  breaker.subscribe((event: BreakerEvent) => event.kind === 'state_changed' && moves.push(event));
  const crowd = new Crowd(breaker, dependency.port);
  await until(() => crowd.successes >= 2 * CLIENTS);

  dependency.mode = 'hangs';
  await opens(3); // of which two by probes that hang
  dependency.mode = 'fails';
  await opens(2);
  dependency.mode = 'works';
  await until(() => moves.at(-1)?.to === 'closed');
  const before = crowd.successes;
  await until(() => crowd.successes >= before + 2 * CLIENTS);
  await crowd.disperse();
  breaker.shutdown();

  expect(dependency.seen.open).toBe(0);
  expect(dependency.mostProbesAtOnce).toBe(1);
  expect(dependency.seen.half_open).toBe(moves.filter(({ from }) => from === 'half_open').length); // one for each time
  // On a machine so slow that calls time out it may open once more; but each probe that works closes it.
  expect(crowd.probesThatWorked).toBeGreaterThanOrEqual(1);
  expect(moves.filter(({ to }) => to === 'closed').length).toBe(crowd.probesThatWorked);
  expect(crowd.rejections).toBeGreaterThan(CLIENTS);
});
