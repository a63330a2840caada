import { describe, expect, test } from '@jest/globals';
import { useApp } from '../support/app.js';
import { PlayerClient, RefusedError } from '../support/player.js';

/** In production, with a burst of ten requests. */
const app = useApp({ isProduction: true, isChaosOn: false, rateLimitPerMinute: 60 });

async function reasonOf(request: Promise<unknown>): Promise<string | undefined> {
  return request.then(
    () => undefined,
    (error: unknown) => (error instanceof RefusedError ? error.error.reason : String(error)),
  );
}

test('in production without an operator token tree, metrics and reports are off, and so is chaos', async () => {
  for (const path of ['/api/tree', '/metrics', '/api/reports']) {
    expect((await fetch(`${app().url}${path}`)).status).toBe(403);
  }
  expect(await (await fetch(`${app().url}/health`)).json()).not.toHaveProperty('checks');
  const ada = await PlayerClient.join(app().url, 'Ada');
  expect(await reasonOf(ada.ask('tree.watch', { operatorToken: 'x'.repeat(16) }))).toBe('forbidden');
  expect(await reasonOf(ada.ask('chaos', { what: 'crash_user_manager' }))).toBe('chaos_off');
  ada.close();
});

test('a player who opens many windows at once has ten', async () => {
  const ada = await PlayerClient.join(app().url, 'Ada');
  const windows = await Promise.all(Array.from({ length: 20 }, () => PlayerClient.connect(app().url)));
  const entered = await Promise.allSettled(windows.map((window) => window.ask('hello', { token: ada.token })));
  expect(entered.filter(({ status }) => status === 'fulfilled')).toHaveLength(9);
  for (const window of [ada, ...windows]) window.close();
});

test('who breaks the rules of WebSockets is cut off, and does not fill the log with errors', async () => {
  const errors: unknown[] = [];
  app().nest.useLogger({ log: () => {}, warn: () => {}, error: (error: unknown) => errors.push(error) });
  const ada = await PlayerClient.connect(app().url);
  ada.socket.send('x'.repeat(5_000));
  expect(await ada.closed()).toBe(1009);
  app().nest.useLogger(false);
  expect(errors).toEqual([]);
});

describe('too many requests', () => {
  test('of a socket are refused, with the time after which one more is taken', async () => {
    const ada = await PlayerClient.join(app().url, 'Ada');
    const reasons = await Promise.all(Array.from({ length: 20 }, () => reasonOf(ada.ask('lobby.watch'))));
    expect(reasons.slice(0, 9)).toEqual(Array.from({ length: 9 })); // hello was the first of ten
    expect(reasons.slice(9)).toContain('rate_limited');
    const refused = await ada.ask('lobby.watch').catch((error: unknown) => error);
    expect(refused).toMatchObject({ error: { reason: 'rate_limited', retryAfterMs: expect.any(Number) } });
    ada.close();
  });

  test('of a socket that does not listen end it, and others are served meanwhile', async () => {
    const [ada, bob] = [await PlayerClient.join(app().url, 'Ada'), await PlayerClient.join(app().url, 'Bob')];
    for (let asked = 0; asked < 1_000; asked++) ada.socket.send('{"event":"lobby.watch","data":{"ref":1}}');
    expect(await ada.closed()).toBe(1006);
    await expect(bob.ask('lobby.watch')).resolves.toBeNull();
    bob.close();
  });

  test('of an address are refused: 429 with Retry-After', async () => {
    const responses = await Promise.all(Array.from({ length: 20 }, () => fetch(`${app().url}/api/games`)));
    const refused = responses.find(({ status }) => status === 429);
    expect(refused?.headers.get('retry-after')).toBe('1');
    expect(await refused?.json()).toMatchObject({ statusCode: 429, reason: 'rate_limited' });
  });

  test('do not concern the page and the probes', async () => {
    for (let asked = 0; asked < 20; asked++) {
      expect((await fetch(`${app().url}/readyz`)).status).toBe(200);
      expect((await fetch(`${app().url}/app/main.js`)).status).toBe(200);
    }
  });
});

test('at the stop all are told to come back, and the sockets are closed with 1012', async () => {
  const stranger = await PlayerClient.connect(app().url);
  const ada = await PlayerClient.connect(app().url);
  const stopped = app().nest.close();
  for (const client of [stranger, ada]) {
    expect(await client.hears('restarting')).toEqual({ reconnectInMs: expect.any(Number) });
    expect(await client.closed()).toBe(1012);
  }
  await stopped;
});
