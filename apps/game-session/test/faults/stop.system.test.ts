import { describe, expect, test } from '@jest/globals';
import { beginSlowly, Client } from '../support/client.js';
import { Crowd } from '../support/crowd.js';
import { useServers } from '../support/servers.js';

const TEST_MS = 240_000;
/** What an app does not say that was told to stop before it had started: it takes no request, and is not surprised. */
const CARELESS = /Listening|Node\.js v/;
const start = useServers();

test(
  'SIGTERM under load: what was accepted is answered, what was not answered was not done; sockets are told to come back, and games go on',
  async () => {
    const server = start();
    const url = await server.url();
    const crowds = [await Crowd.gather(url, 60, 'socket'), await Crowd.gather(url, 20, 'http')];
    const played = Promise.all(crowds.map((crowd) => crowd.play()));
    await Promise.all(crowds.map((crowd) => crowd.acknowledges(100)));
    server.signal('SIGTERM');
    expect(await server.ended()).toBe(0);
    await played;
    for (const client of crowds.flatMap(({ tables }) => tables).flatMap(({ clients }) => clients)) {
      expect(await client.closed()).toBe(1012);
      expect(client.heard.at(-1)).toEqual({ event: 'restarting', data: { reconnectInMs: expect.any(Number) } });
    }
    expect(server.output).not.toMatch(/ERROR|WARN/);

    const next = start({ DATA_DIR: server.dataDir, PORT: new URL(url).port });
    expect(await next.url()).toBe(url);
    await next.says(/games go on/);
    for (const crowd of crowds) {
      expect(crowd.open.length).toBeGreaterThan(0);
      expect(await crowd.wrong(url, (table, { moves }) => table.isIn([moves]))).toEqual([]);
    }
  },
  TEST_MS,
);

test(
  'SIGTERM once more while it stops ends it at once: the status says so',
  async () => {
    const server = start();
    const join = await beginSlowly(`${await server.url()}/api/players`, { name: 'ada' });
    server.signal('SIGTERM');
    await server.says(/Stopping \(SIGTERM\)/);
    const again = setInterval(() => server.signal('SIGTERM'), 50); // so soon after the first one it is taken for its echo
    expect(await server.ended()).toBe(143);
    clearInterval(again);
    await expect(join.finish()).rejects.toThrow('socket hang up');
  },
  TEST_MS,
);

describe('SIGTERM while it starts', () => {
  test(
    'before there is anything to stop: the next start goes well',
    async () => {
      const server = start();
      await server.says(/Starting Nest application/);
      server.signal('SIGTERM');
      expect([null, 0]).toContain(await server.ended()); // by the signal, or, a moment later, in good order
      const next = start({ DATA_DIR: server.dataDir });
      expect(await new Client(await next.url()).open()).toMatchObject({ view: { status: 'playing' } });
    },
    TEST_MS,
  );

  test(
    'while the database is made: it ends in good order without having taken a request, and the next start goes well',
    async () => {
      const server = start();
      await server.says(/Mapped \{\/api\/leaderboard/);
      server.signal('SIGTERM');
      expect(await server.ended()).toBe(0);
      expect(server.output).not.toMatch(CARELESS);
      expect(server.output).not.toMatch('Killed at the shutdown deadline');
      const next = start({ DATA_DIR: server.dataDir });
      expect(await new Client(await next.url()).open()).toMatchObject({ view: { status: 'playing' } });
    },
    TEST_MS,
  );

  test(
    'while it waits for a database that is not there: it waits no longer',
    async () => {
      const server = start({ DATABASE_URL: 'postgres://games@127.0.0.1:1/games' });
      await server.says(/Mapped \{\/api\/leaderboard/);
      server.signal('SIGTERM');
      expect(await server.ended()).toBe(0);
      expect(server.output).not.toMatch(CARELESS);
      expect(server.output).not.toMatch('Killed at the shutdown deadline');
    },
    TEST_MS,
  );
});
