import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from '@jest/globals';
import { Logger } from '@nestjs/common';
import { Runtime, type ServerRef, systemClock } from '@rookery/genserver';
import { openPostgres } from '../../src/store/postgres.js';
import { Repo } from '../../src/store/repo.server.js';
import { Cluster, postgresBinaries } from '../support/cluster.js';
import { move, openGames, outcomes } from '../support/games.js';
import { Proxy } from '../support/proxy.js';

const bin = postgresBinaries();
const TEST_MS = 120_000;
let cluster: Cluster;
let proxy: Proxy;
let runtime: Runtime;
let repo: ServerRef<Repo>;

/** Games that are played move by move, each repeating what is refused as unavailable: as sessions do. */
class Play {
  /** Moves acknowledged, by game. */
  readonly acknowledged = new Map<string, number>();
  refused = 0;
  #isOver = false;
  #observers: (() => void)[] = [];

  async run(ids: readonly string[]): Promise<void> {
    await Promise.all(ids.map((id) => this.#game(id)));
  }

  end(): void {
    this.#isOver = true;
  }

  /** Waits for so many more acknowledgements. */
  async more(count: number): Promise<void> {
    const total = (): number => [...this.acknowledged.values()].reduce((sum, moves) => sum + moves, 0);
    const enough = total() + count;
    while (total() < enough) await new Promise<void>((resolve) => void this.#observers.push(resolve));
  }

  async #game(id: string): Promise<void> {
    for (let ply = 0; ply < 42 && !this.#isOver;) {
      const [outcome] = await outcomes([repo.call.addMove(move(id, ply, ply % 7))]);
      if (outcome === 'store_unavailable') this.refused++;
      else if (outcome !== 'done') throw new Error(`${id}, move ${ply}: ${String(outcome)}`);
      else this.acknowledged.set(id, ++ply);
      for (const resolve of this.#observers.splice(0)) resolve();
    }
  }
}

/** Every acknowledged move is there, in its place, and none twice. One more may be: the answer to it was lost. */
async function expectAllThere({ acknowledged }: Play): Promise<void> {
  for (const [id, count] of acknowledged) {
    const moves = (await repo.call.game(id))?.moves ?? [];
    expect(moves).toEqual(moves.map((_, ply) => ply % 7));
    expect([count, count + 1]).toContain(moves.length);
  }
}

if (bin === undefined) {
  test.todo('PostgreSQL goes and comes back: skipped, as it is not installed (apt-get install postgresql)');
} else {
  beforeAll(async () => {
    Logger.overrideLogger(false);
    cluster = await Cluster.create(bin);
    proxy = await Proxy.create(cluster.port);
  }, TEST_MS);
  afterAll(async () => {
    await proxy.close();
    await cluster.destroy();
    Logger.overrideLogger(true);
  }, TEST_MS);

  describe('a PostgreSQL that goes and comes back', () => {
    beforeEach(async () => {
      const url = new URL(await cluster.newDatabase());
      url.port = String(proxy.port);
      runtime = new Runtime();
      repo = await runtime.start(Repo, {
        name: 'Repo',
        create: () => new Repo({ open: (opener) => openPostgres(url.href, opener) }),
      });
    }, TEST_MS);
    afterEach(async () => {
      await runtime.shutdown();
    }, TEST_MS);

    test.each([
      ['in good order', 'SIGINT'],
      ['as in a crash', 'SIGQUIT'],
    ] as const)(
      'stopped %s for longer than a write may wait, then started: nothing acknowledged is missing, and the Repo is the same',
      async (_, signal) => {
        const { pid } = repo;
        const play = new Play();
        const played = play.run(await openGames(repo, 50));
        await play.more(500);
        await cluster.stop(signal);
        const refused = await outcomes([
          repo.call.addMove(move('game 0', 41)),
          repo.call.game('game 0'),
          repo.call.ping(),
        ]);
        expect(refused).toEqual(['store_unavailable', 'store_unavailable', 'store_unavailable']);
        await cluster.start();
        await play.more(500);
        play.end();
        await played;
        await expectAllThere(play);
        expect(repo.pid).toBe(pid);
      },
      TEST_MS,
    );

    test(
      'connections that are cut, again and again, are made anew: no move is refused',
      async () => {
        const play = new Play();
        const played = play.run(await openGames(repo, 20));
        for (let cuts = 0; cuts < 5; cuts++) {
          await play.more(50);
          proxy.cut();
        }
        await play.more(50);
        play.end();
        await played;
        await expectAllThere(play);
        expect(play.refused).toBe(0);
      },
      TEST_MS,
    );

    test(
      'an answer that is lost leaves no doubt once the connection is there again: the move is there once',
      async () => {
        await openGames(repo, 1);
        proxy.line = 'answers are lost';
        const moved = repo.call.addMove(move('game 0', 0));
        while ((await cluster.run(new URL(await databaseUrl()).pathname.slice(1), 'select 1 from moves')).length === 0);
        proxy.line = 'through';
        proxy.cut();
        await moved;
        expect(await repo.call.game('game 0')).toMatchObject({ moves: [3] });
      },
      TEST_MS,
    );

    test(
      'a line that goes silent is given up: the move is in doubt; later ones go through another connection',
      async () => {
        await openGames(repo, 2);
        proxy.line = 'silent';
        await expect(repo.call.addMove(move('game 0', 0))).rejects.toMatchObject({
          reason: 'store_unavailable',
          inDoubt: true,
        });
        proxy.line = 'through';
        await repo.call.addMove(move('game 1', 0));
        expect(await repo.call.game('game 0')).toMatchObject({ moves: [] });
      },
      TEST_MS,
    );

    test(
      'a statement that waits for a lock is ended and tried again',
      async () => {
        await openGames(repo, 1);
        const database = new URL(await databaseUrl()).pathname.slice(1);
        const locked = cluster.run(database, 'begin; lock table moves; select pg_sleep(2.5); commit');
        while (
          (
            await cluster.run(
              database,
              `select 1 from pg_locks where mode = 'AccessExclusiveLock' and relation = 'moves'::regclass`,
            )
          ).length === 0
        );
        await repo.call.addMove(move('game 0', 0));
        await locked;
        expect(await repo.call.game('game 0')).toMatchObject({ moves: [3] });
      },
      TEST_MS,
    );
  });

  describe('a start that cannot succeed says why, and no password', () => {
    const open = (url: string) => openPostgres(url, { clock: systemClock, signal: AbortSignal.abort() });

    test.each([
      ['bad_url', 'games', 'Expected DATABASE_URL to be a URL, such as'],
      [
        'bad_url',
        'mysql://games:secret@127.0.0.1/games',
        'Expected DATABASE_URL to begin with postgresql:, got mysql:',
      ],
      [
        'unreachable',
        'postgresql://games:secret@127.0.0.1:1/games',
        'There is no answer from the database at 127.0.0.1:1/games',
      ],
    ])('%s: %s', async (reason, url, message) => {
      await expect(open(url)).rejects.toMatchObject({
        name: 'StoreStartError',
        reason,
        message: expect.stringContaining(message),
      });
      await expect(open(url)).rejects.toThrow(/^(?!.*secret)/);
    });

    test('no such database, and no such user', async () => {
      await expect(open(cluster.url('none'))).rejects.toMatchObject({
        reason: 'bad_url',
        message: expect.stringContaining('"none" does not exist'),
      });
      const stranger = cluster.url('postgres', 'stranger');
      await expect(open(stranger)).rejects.toMatchObject({
        reason: 'access_denied',
        message: expect.stringContaining('stranger'),
      });
    });

    test('tables of another app are in its place', async () => {
      const url = await cluster.newDatabase();
      await cluster.run(new URL(url).pathname.slice(1), 'create table games (id int)');
      await expect(open(url)).rejects.toMatchObject({
        reason: 'migration_failed',
        message: expect.stringContaining('already exists'),
      });
    });

    test('processes that start together migrate one after another', async () => {
      const url = await cluster.newDatabase();
      const databases = await Promise.all([open(url), open(url), open(url)]);
      await Promise.all(databases.map((database) => database.close()));
      expect(databases.map(({ kind }) => kind)).toEqual(['postgresql', 'postgresql', 'postgresql']);
    });
  });
}

/** The database of the running test is the newest. */
async function databaseUrl(): Promise<string> {
  const rows = await cluster.run('postgres', 'select datname from pg_database order by oid desc limit 1');
  return cluster.url((rows as readonly { readonly datname: string }[])[0]?.datname ?? '');
}
