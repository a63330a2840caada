import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, afterEach, beforeAll, expect, test } from '@jest/globals';
import { Cluster, postgresBinaries } from '../support/cluster.js';
import { Crowd } from '../support/crowd.js';
import { Sampler } from '../support/sampler.js';
import { useServers } from '../support/servers.js';
import { Chair, Table } from '../support/table.js';

const TEST_MS = 240_000;
const AWAY_MS = 10_000;
const bin = postgresBinaries();

async function textOf(url: string): Promise<string> {
  const response = await fetch(url);
  expect([url, response.status]).toEqual([url, 200]);
  return response.text();
}

/** Asks for the same move again and again, several at a time. Gives the kinds of answers. */
async function insist(url: string, { id }: Table, token: string, until: Promise<unknown>): Promise<readonly string[]> {
  const answers = new Set<string>();
  const over = new AbortController();
  void until.finally(() => over.abort());
  const headers = { 'content-type': 'application/json', authorization: `Bearer ${token}` };
  const body = JSON.stringify({ ply: 0, column: 3 });
  const one = async (): Promise<void> => {
    while (!over.signal.aborted) {
      const response = await fetch(`${url}/api/games/${id}/moves`, { method: 'POST', headers, body });
      const { reason } = (await response.json()) as { readonly reason?: string };
      answers.add(`${response.status} ${reason} ${response.headers.get('retry-after')}`);
      await sleep(50);
    }
  };
  await Promise.all(Array.from({ length: 5 }, one));
  return [...answers];
}

if (bin === undefined) {
  test.todo('the database is away: skipped, as PostgreSQL is not installed (apt-get install postgresql)');
} else {
  const start = useServers();
  const samplers: Sampler[] = [];
  let cluster: Cluster;
  beforeAll(async () => {
    cluster = await Cluster.create(bin);
  }, TEST_MS);
  afterEach(() => {
    for (const sampler of samplers.splice(0)) sampler.stop();
  });
  afterAll(() => cluster.destroy(), TEST_MS);

  test(
    'a database that is away for 10 s: moves are refused as long, none is lost, no session crashes, and all goes on by itself',
    async () => {
      const server = start({ DATABASE_URL: await cluster.newDatabase() });
      const url = await server.url();
      const sampler = new Sampler(url, ['/readyz', '/livez']);
      samplers.push(sampler);
      await sampler.until('/readyz', 200);
      const crowd = await Crowd.gather(url, 50);
      const chairs = [await Chair.take(url, 'ada', 'http'), await Chair.take(url, 'bob', 'http')] as const;
      const table = await Table.open(chairs, 0);
      const played = crowd.play();
      await crowd.acknowledges(200);
      await textOf(`${url}/api/leaderboard`);

      await cluster.stop();
      const isAway = Promise.all([sampler.until('/readyz', 503), sleep(AWAY_MS)]);
      const refused = insist(url, table, chairs[0].token, isAway);
      const leaders = await textOf(`${url}/api/leaderboard`);
      await isAway;
      expect(await textOf(`${url}/api/leaderboard`)).toBe(leaders);
      expect(await refused).toEqual(['503 store_unavailable 1']);
      await cluster.start();
      await sampler.until('/readyz', 200);
      await played;

      expect([...crowd.refusals.keys()]).toEqual(['store_unavailable']);
      const isRight = (each: Table, view: { readonly moves: readonly number[]; readonly status: string }): boolean =>
        view.status === 'finished' && each.isIn([view.moves]);
      expect(await crowd.wrong(url, (each, view) => isRight(each, view) && !view.session.restored)).toEqual([]);
      expect(sampler.sequence('/livez')).toEqual([200]);
      expect(server.output).not.toMatch(/crashed|killed|restarted|ERROR/);
      crowd.leave();
    },
    TEST_MS,
  );
}
