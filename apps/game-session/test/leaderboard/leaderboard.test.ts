import { expect, test } from '@jest/globals';
import { child, GenServer, refuse, type ServerRef } from '@rookery/genserver';
import { TtlCache } from '@rookery/ttl-cache';
import { LEADERBOARD, Leaderboard, leaderboardCache } from '../../src/leaderboard/leaderboard.js';
import type { Standing } from '../../src/store/records.js';
import type { Repo } from '../../src/store/repo.server.js';
import { type Tree, useTrees } from '../support/trees.js';

const newTree = useTrees();

test('all who look at the same time share one count', async () => {
  const { leaderboard, store } = await open();

  const boards = await Promise.all([1, 2, 3].map(() => leaderboard.top('all')));

  expect(boards[0]).toEqual([ada]);
  expect(store.asked).toEqual([{ since: null, limit: 20 }]);
});

test('it is counted again after five seconds', async () => {
  const { tree, leaderboard, store } = await open();
  await leaderboard.top('all');

  await tree.clock.advance(4_999);
  await leaderboard.top('all');
  expect(store.asked).toHaveLength(1);

  await tree.clock.advance(1);
  await leaderboard.top('all');
  expect(store.asked).toHaveLength(2);
});

test('while the database is away the last one is shown, for a minute', async () => {
  const { tree, leaderboard, store } = await open();
  await leaderboard.top('all');
  store.isAway = true;

  await tree.clock.advance(30_000);
  expect(await leaderboard.top('all')).toEqual([ada]);

  await tree.clock.advance(60_000);
  await expect(leaderboard.top('all')).rejects.toThrow('away');
});

test('that of the week counts the games of seven days', async () => {
  const { leaderboard, store } = await open();

  await leaderboard.top('week');

  expect(store.asked).toEqual([{ since: new Date('2026-11-15T00:00:00Z'), limit: 20 }]);
});

test('a crash of the cache costs one more count, and nothing else', async () => {
  const { tree, leaderboard, store } = await open();
  await leaderboard.top('all');

  tree.runtime.kill(LEADERBOARD);
  await tree.clock.advance(0);

  expect(await leaderboard.top('all')).toEqual([ada]);
  expect(store.asked).toHaveLength(2);
});

const ada: Standing = { playerId: 'a', name: 'Ada', played: 1, won: 1, drawn: 0, lost: 0, points: 3 };

/** What the leaderboard asks of the store. */
class Results extends GenServer {
  readonly asked: unknown[] = [];
  isAway = false;

  standings(query: unknown): readonly Standing[] {
    this.asked.push(query);
    return this.isAway ? refuse(new Error('away')) : [ada];
  }
}

interface Board {
  readonly tree: Tree;
  readonly store: Results;
  readonly leaderboard: Leaderboard;
}

async function open(): Promise<Board> {
  const store = new Results();
  const tree = await newTree(() => [child(Results, { name: 'Repo', create: () => store }), leaderboardCache]);
  const { runtime, clock } = tree;
  const start = new Date('2026-11-22T00:00:00Z').getTime();
  const leaderboard = new Leaderboard(
    TtlCache.ref(runtime, LEADERBOARD),
    runtime.ref(Results, 'Repo') as unknown as ServerRef<Repo>,
    () => new Date(start + clock.now()),
  );
  return { tree, store, leaderboard };
}
