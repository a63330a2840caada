import { once } from 'node:events';
import { Agent, request as httpRequest } from 'node:http';
import { text } from 'node:stream/consumers';
import { fileURLToPath } from 'node:url';
import { afterEach, expect, test } from '@jest/globals';
import { Program } from '../support/program.js';
import { Database } from './support/database.js';
import { Sampler } from './support/sampler.js';

const fixture = fileURLToPath(new URL('../fixtures/health-app.mjs', import.meta.url));
const TEST_MS = 90_000;
const PATHS = ['/livez', '/readyz', '/startupz', '/health'];

const leftovers: (() => unknown)[] = [];

afterEach(async () => {
  for (const clean of leftovers.splice(0)) await clean();
});

/** Asks without a pause, over a few connections, until it is stopped; gives the answers that were none. */
function load(url: string): {
  readonly stop: () => Promise<{ readonly answers: number; readonly failures: readonly string[] }>;
} {
  const agent = new Agent({ keepAlive: true, maxSockets: 4 });
  const failures: string[] = [];
  let answers = 0;
  const over = new AbortController();
  const ask = async (): Promise<void> => {
    while (!over.signal.aborted) {
      const status = await statusOf(url, agent);
      answers++;
      if (status !== 200) failures.push(String(status));
    }
  };
  const clients = Promise.all([1, 2, 3, 4].map(ask));
  const stop = async () => {
    over.abort();
    await clients;
    agent.destroy();
    return { answers, failures };
  };
  return { stop };
}

function statusOf(url: string, agent: Agent): Promise<unknown> {
  return new Promise((resolve) => {
    const request = httpRequest(url, { agent }, (response) => {
      response.resume().once('end', () => resolve(response.statusCode));
    });
    request.once('error', resolve).end();
  });
}

/** A request that is under way when this resolves; `finish` sends the rest of it. */
async function beginSlowly(url: string): Promise<{ readonly finish: () => Promise<unknown> }> {
  const request = httpRequest(url, {
    method: 'POST',
    headers: { 'content-type': 'application/json', 'content-length': 2, expect: '100-continue' },
  });
  const responded = once(request, 'response');
  await once(request, 'continue');
  request.write('{');
  return {
    finish: async () => {
      request.end('}');
      const [response] = (await responded) as Parameters<Parameters<typeof httpRequest>[2] & object>;
      await text(response);
      return response.statusCode;
    },
  };
}

test(
  'the answers to probes, seen from outside every 50 ms: a database that comes late, goes and comes back, a tree near its limit, SIGTERM',
  async () => {
    const database = new Database();
    await database.start(); // to have a port
    await database.stop();
    leftovers.push(() => database.stop());
    const program = new Program(fixture, String(database.port));
    leftovers.push(() => program.kill('SIGKILL'));
    const [, url = '', probes = ''] = await program.finds(/listening (\S+) (\S+) ready/);
    const sampler = new Sampler(probes, PATHS);
    leftovers.push(() => sampler.stop());
    const visitors = load(`${url}/visit`);
    leftovers.push(() => visitors.stop());

    await sampler.until('/readyz', '503 unhealthy'); // it has not come up yet
    await sampler.until('/startupz', '503 unhealthy');
    await database.start();
    await sampler.until('/readyz', '200 healthy');
    await database.stop();
    await sampler.until('/readyz', '503 unhealthy');
    await database.start();
    await sampler.until('/readyz', '200 healthy');

    const { answers, failures } = await visitors.stop();
    expect([answers > 0, failures]).toEqual([true, []]); // all the time it was of use

    for (const _ of [1, 2]) expect((await fetch(`${url}/crash`, { method: 'POST' })).status).toBe(201);
    await sampler.until('/readyz', '200 degraded'); // 2 of 4 restarts
    await sampler.until('/readyz', '200 healthy'); // and long enough ago

    const open = await beginSlowly(`${url}/visit`);
    program.kill('SIGTERM');
    await sampler.until('/readyz', '503 unhealthy');
    expect((await fetch(`${url}/visit`, { headers: { connection: 'close' } })).status).toBe(200); // requests are still taken
    while (
      await fetch(`${url}/visit`, { headers: { connection: 'close' } }).then(
        () => true,
        () => false,
      )
    );
    expect((await fetch(`${probes}/livez`)).status).toBe(200); // while the last is finished
    expect(await open.finish()).toBe(200);
    await sampler.until('/readyz', 'refused');
    expect((await program.ended()).code).toBe(0);

    const known = (path: string) => sampler.sequence(path).filter((answer) => !answer.endsWith('unknown'));
    expect(known('/readyz')).toEqual([
      '503 unhealthy',
      '200 healthy',
      '503 unhealthy',
      '200 healthy',
      '200 degraded',
      '200 healthy',
      '503 unhealthy',
      'refused',
    ]);
    expect(known('/health')).toEqual(known('/readyz'));
    expect(known('/livez')).toEqual(['200 healthy', '200 degraded', '200 healthy', 'refused']);
    // What has started has started, whatever happens to its database.
    expect(known('/startupz')).toEqual(['503 unhealthy', '200 healthy', '200 degraded', '200 healthy', 'refused']);
  },
  TEST_MS,
);
