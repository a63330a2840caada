import { expect, test } from '@jest/globals';
import { child, GenServer, refuse, type ServerRef } from '@rookery/genserver';
import { DataCleanup } from '../../src/cleanup/data-cleanup.server.js';
import type { Repo } from '../../src/store/repo.server.js';
import type { Deletion } from '../../src/store/writes.js';
import { type Tree, useTrees } from '../support/trees.js';

const newTree = useTrees();
const HOUR_MS = 3_600_000;

test('each hour, games that ended too long ago are deleted, then players who are in none', async () => {
  const { tree, store } = await open({ games: 3, players: 1 });

  await tree.clock.advance(HOUR_MS - 1);
  expect(store.deleted).toEqual([]);

  await tree.clock.advance(1);
  expect(store.deleted).toEqual([
    ['games', '2026-10-23T10:00:00.000Z'], // 30 days before, as the settings say
    ['players', '2026-10-23T10:00:00.000Z'],
  ]);
  expect(tree.lines).toEqual(['Deleted 3 games and 1 players']);

  await tree.clock.advance(HOUR_MS);
  expect(store.deleted).toHaveLength(4);
});

test('many are deleted in batches, so that moves are not kept waiting', async () => {
  const { cleanup, store } = await open({ games: 41, players: 400 });

  expect(await cleanup.call.cleanUp()).toEqual({ games: 41, players: 400 });

  expect(store.deleted.map(([what]) => what)).toEqual(['games', 'games', 'games', 'players', 'players', 'players']);
});

test('a run that fails ends the server, and the next one comes all the same', async () => {
  const { tree, cleanup, store } = await open({ games: 1, players: 0 });
  store.fails = true;
  const { pid } = cleanup;
  await tree.clock.advance(HOUR_MS);
  expect(cleanup.pid).not.toBe(pid);

  store.fails = false;
  await tree.clock.advance(HOUR_MS);

  expect(tree.lines).toEqual(['Deleted 1 games and 0 players']);
});

interface Broom {
  readonly tree: Tree;
  readonly store: Rows;
  readonly cleanup: ServerRef<DataCleanup>;
}

/** What the clean-up asks of the store. */
class Rows extends GenServer {
  readonly deleted: (readonly ['games' | 'players', string])[] = [];
  fails = false;

  constructor(private readonly left: { games: number; players: number }) {
    super();
  }

  deleteFinishedGames(deletion: Deletion): number {
    if (this.fails) return refuse(new Error('no table'));
    return this.#delete('games', deletion);
  }

  deleteIdlePlayers(deletion: Deletion): number {
    return this.#delete('players', deletion);
  }

  #delete(what: 'games' | 'players', { before, limit }: Deletion): number {
    this.deleted.push([what, before.toISOString()]);
    const count = Math.min(limit, this.left[what]);
    this.left[what] -= count;
    return count;
  }
}

async function open(left: { games: number; players: number }): Promise<Broom> {
  const store = new Rows(left);
  const start = new Date('2026-11-22T09:00:00Z').getTime();
  const tree = await newTree((runtime, clock) => [
    child(Rows, { name: 'Repo', create: () => store }),
    child(DataCleanup, {
      name: 'DataCleanup',
      create: () =>
        new DataCleanup(
          runtime.ref(Rows, 'Repo') as unknown as ServerRef<Repo>,
          { keepFinishedDays: 30 },
          () => new Date(start + clock.now()),
        ),
    }),
  ]);
  return { tree, store, cleanup: tree.runtime.ref(DataCleanup, 'DataCleanup') };
}
