import { describe, expect, test } from '@jest/globals';
import type { OpenDatabase } from '../../src/store/database.js';
import { type Fault, Faults, until } from '../support/faults.js';
import { ada, bob, game, move, openGames, outcomes } from '../support/games.js';
import { type Store, useSharedDatabase, useStores } from '../support/stores.js';

const openShared = useSharedDatabase();
const newStore = useStores();

interface FaultyStore extends Store {
  readonly faults: Faults;
}

/** A Repo whose database can fail, with some games open. */
async function faultyStore(options: Parameters<typeof newStore>[0] = {}): Promise<FaultyStore> {
  const faults = new Faults();
  const store = await newStore({ ...options, open: faults.open(openShared) });
  await openGames(store.repo, 5);
  return { ...store, faults };
}

/** Lets it try so often, however many pauses that takes. */
async function tries({ clock, faults }: FaultyStore, count: number): Promise<void> {
  const enough = faults.attempts + count;
  await until(
    () => faults.attempts >= enough,
    () => clock.advance(50),
  );
}

/** The database is there again, and the next try is due. */
async function back({ clock, faults }: FaultyStore): Promise<void> {
  faults.fault = 'none';
  await clock.advance(500);
}

const away: readonly Fault[] = ['no connection', 'lost', 'answer lost'];

describe('while the database is away', () => {
  test.each(away)('(%s) writes are tried again until it is back, then each is there once, in order', async (fault) => {
    const store = await faultyStore();
    const { repo, faults } = store;
    faults.fault = fault;
    const moves = [0, 1, 2].map((ply) => repo.call.addMove(move('game 0', ply, ply)));
    const end = {
      id: 'game 1',
      ending: { kind: 'line', winner: 0 },
      mails: [{ to: 'a@b.c', subject: 's', text: 't' }],
    } as const;
    const ended = repo.call.endGame(end);
    await tries(store, 3);
    await back(store);
    expect(await outcomes([...moves, ended])).toEqual(['done', 'done', 'done', 'done']);
    expect(await repo.call.game('game 0')).toMatchObject({ moves: [0, 1, 2] });
    expect(await repo.call.pendingMails(10)).toHaveLength(1);
    expect(await repo.call.standings({ since: null, limit: 1 })).toMatchObject([{ playerId: 'ada', won: 1 }]);
    expect(store.lines).toEqual([
      expect.stringMatching(
        /^The database is away, and tried again: (No connection|Connection terminated unexpectedly)$/,
      ),
      expect.stringMatching(/^The database is back after \d+ ms$/),
    ]);
  });

  test.each([
    ['no connection', false],
    ['lost', true], // a single statement may have come through before the connection was lost
    ['answer lost', true],
  ] as const)('(%s) a move is refused at its deadline; in doubt: %s', async (fault, inDoubt) => {
    const store = await faultyStore();
    store.faults.fault = fault;
    const refused = outcomesWithDoubt(store.repo.call.addMove(move('game 0', 0)));
    await store.clock.advance(3_999);
    expect((await store.repo.call.figures()).pendingWrites).toBe(1);
    await store.clock.advance(1);
    expect(await refused).toEqual({ reason: 'store_unavailable', why: 'away', inDoubt });
    await back(store);
    expect((await store.repo.call.game('game 0'))?.moves).toEqual(fault === 'answer lost' ? [3] : []);
  });

  test.each([
    ['no connection', false],
    ['lost', false], // what was not committed is not there
    ['answer lost', true],
  ] as const)('(%s) a transaction is refused at its deadline; in doubt: %s', async (fault, inDoubt) => {
    const store = await faultyStore();
    store.faults.fault = fault;
    const [ending, mails] = [{ kind: 'draw' } as const, [{ to: 'a@b.c', subject: 's', text: 't' }]];
    const refused = outcomesWithDoubt(store.repo.call.endGame({ id: 'game 0', ending, mails }));
    await tries(store, 2);
    await store.clock.advance(4_000);
    expect(await refused).toEqual({ reason: 'store_unavailable', why: 'away', inDoubt });
    await back(store);
    expect((await store.repo.call.game('game 0'))?.ending).toEqual(inDoubt ? ending : null);
    expect(await store.repo.call.pendingMails(10)).toHaveLength(inDoubt ? 1 : 0);
  });

  test('what was refused is never written, also behind a write that waits longer', async () => {
    const store = await faultyStore();
    const { repo, faults, clock } = store;
    faults.fault = 'no connection';
    const first = repo.call.addMove(move('game 0', 0));
    const second = outcomesWithDoubt(repo.with({ timeoutMs: 1_000 }).call.addMove(move('game 1', 0)));
    await tries(store, 1);
    await clock.advance(1_000);
    expect(await second).toEqual({ reason: 'store_unavailable', why: 'away', inDoubt: false });
    await back(store);
    await first;
    expect(await Promise.all(['game 0', 'game 1'].map((id) => repo.call.game(id)))).toMatchObject([
      { moves: [3] },
      { moves: [] },
    ]);
  });

  test('a statement that hangs is in doubt at the deadline, and reads wait until it is known', async () => {
    const { repo, faults, clock } = await faultyStore();
    faults.fault = 'hangs';
    const refused = outcomesWithDoubt(repo.call.addMove(move('game 0', 0)));
    await until(() => faults.hanging === 1);
    await clock.advance(4_000);
    expect(await refused).toEqual({ reason: 'store_unavailable', why: 'away', inDoubt: true });
    const read = repo.call.game('game 0');
    await clock.advance(1_000);
    faults.goOn();
    expect(await read).toMatchObject({ moves: [3] });
  });

  test('a later move never lands without the earlier one that was given up', async () => {
    const store = await faultyStore();
    store.faults.fault = 'no connection';
    const first = store.repo.call.addMove(move('game 0', 0));
    const refused = outcomesWithDoubt(first);
    await store.clock.advance(2_000);
    const second = store.repo.call.addMove(move('game 0', 1));
    const other = store.repo.call.addMove(move('game 1', 0));
    await store.clock.advance(2_000);
    expect(await refused).toMatchObject({ inDoubt: false });
    await back(store);
    expect(await outcomes([second, other])).toEqual(['wrong_ply', 'done']);
    expect(await store.repo.call.game('game 0')).toMatchObject({ moves: [] });
  });

  test('reads are tried again, and refused at their deadline; nothing of them is in doubt', async () => {
    const { repo, faults, clock } = await faultyStore();
    faults.fault = 'lost';
    const early = [repo.call.game('game 0'), repo.call.playerByToken('hash of ada'), repo.call.unfinishedGames()];
    const refused = Promise.all(early.map(outcomesWithDoubt));
    await clock.advance(3_000);
    const late = [repo.call.game('game 0'), repo.call.playerByToken('hash of ada'), repo.call.ping()];
    await clock.advance(1_000);
    expect(await refused).toEqual(early.map(() => ({ reason: 'store_unavailable', why: 'away', inDoubt: false })));
    faults.fault = 'none';
    const answers = Promise.all(late);
    await clock.advance(1_000);
    expect(await answers).toMatchObject([{ id: 'game 0' }, { id: 'ada' }, undefined]);
  });

  test('whoever waits less than usual is refused before the call itself times out', async () => {
    const { repo, faults, clock } = await faultyStore();
    faults.fault = 'no connection';
    const refused = outcomesWithDoubt(repo.with({ timeoutMs: 1_000 }).call.addMove(move('game 0', 0)));
    await clock.advance(900);
    expect(await refused).toEqual({ reason: 'store_unavailable', why: 'away', inDoubt: false });
  });

  test('the mailbox does not wait, and the figures tell', async () => {
    const { repo, faults, clock } = await faultyStore();
    faults.fault = 'hangs';
    const moves = [repo.call.addMove(move('game 0', 0)), repo.call.addMove(move('game 1', 0))];
    await until(() => faults.hanging === 1);
    faults.fault = 'lost';
    const read = repo.call.unfinishedGames();
    expect(await repo.call.figures()).toMatchObject({
      pendingWrites: 2,
      pendingReads: 1,
      awayMs: 0,
      database: 'pglite',
    });
    faults.goOn();
    faults.fault = 'lost';
    const ping = outcomesWithDoubt(repo.call.ping());
    await clock.advance(1_500);
    expect((await repo.call.figures()).awayMs).toBeGreaterThan(0);
    faults.fault = 'none';
    await clock.advance(3_000);
    await ping;
    await Promise.allSettled([...moves, read]);
  });

  test('more than a limit of writes, and of reads, is refused at once, and counted', async () => {
    const { repo, faults, clock } = await faultyStore({ limits: { maxWaiting: 7 } });
    faults.fault = 'no connection';
    const moves = Array.from({ length: 9 }, (_, index) =>
      repo.call.addMove(move(`game ${index % 5}`, index < 5 ? 0 : 1)),
    );
    const reads = Array.from({ length: 8 }, (_, index) => repo.call.game(`game ${index % 5}`));
    for (const refused of [moves[7], moves[8], reads[7]]) {
      expect(await outcomesWithDoubt(refused)).toEqual({
        reason: 'store_unavailable',
        why: 'overloaded',
        inDoubt: false,
      });
    }
    const figures = { overloaded: 2, overloadedReads: 1, pendingWrites: 7, pendingReads: 7 };
    expect(await repo.call.figures()).toMatchObject(figures);
    faults.fault = 'none';
    await clock.advance(1_000);
    expect(await outcomes([...moves.slice(0, 7), ...reads.slice(0, 7)])).toEqual(
      Array.from({ length: 14 }, () => 'done'),
    );
  });
});

describe('at a stop', () => {
  test('what waits is still written, and acknowledged', async () => {
    const { repo, runtime, faults } = await faultyStore({ limits: { batchRows: 1 } });
    faults.fault = 'hangs';
    const moves = [0, 1, 2].map((ply) => repo.call.addMove(move('game 0', ply)));
    await until(() => faults.hanging === 1);
    const stopped = runtime.shutdown();
    faults.goOn();
    expect(await outcomes(moves)).toEqual(['done', 'done', 'done']);
    await stopped;
  });

  test.each([
    ['no connection', false],
    ['hangs', true],
  ] as const)('(%s) what cannot be written in time is refused; in doubt: %s', async (fault, inDoubt) => {
    const { repo, runtime, faults, clock } = await faultyStore();
    faults.fault = fault;
    const refused = outcomesWithDoubt(repo.call.addMove(move('game 0', 0)));
    await clock.advance(500);
    const read = outcomesWithDoubt(repo.call.game('game 1'));
    const stopped = runtime.shutdown();
    await clock.advance(3_400);
    expect(repo.isAlive).toBe(true);
    await clock.advance(600);
    faults.goOn();
    await stopped;
    // Its own deadline comes first: both are over before the supervisor would kill it.
    expect(await refused).toMatchObject({ reason: 'store_unavailable', inDoubt });
    expect(await read).toMatchObject({ reason: 'store_unavailable', inDoubt: false });
  });

  test('a statement that hangs keeps the database open no longer than that', async () => {
    const faults = new Faults();
    let closed = 0;
    const open: OpenDatabase = async (opener) => ({
      ...(await faults.open(openShared)(opener)),
      close: async () => void closed++,
    });
    const { repo, runtime, clock } = await newStore({ open });
    await openGames(repo, 5);
    faults.fault = 'hangs';
    const refused = outcomesWithDoubt(repo.call.addMove(move('game 0', 0)));
    await until(() => faults.hanging === 1);
    const stopped = runtime.shutdown();
    await clock.advance(3_900);
    expect(closed).toBe(0);
    await clock.advance(100);
    await until(() => closed === 1);
    faults.goOn();
    await stopped;
    expect(await refused).toMatchObject({ reason: 'store_unavailable', inDoubt: true });
    expect(closed).toBe(1);
  });

  test('a killed Repo leaves its callers no doubt that it is gone; the next one goes on', async () => {
    const { repo, runtime, faults } = await faultyStore();
    faults.fault = 'hangs';
    const lost = repo.call.addMove(move('game 0', 0));
    await until(() => faults.hanging === 1);
    runtime.kill('Repo');
    await expect(lost).rejects.toMatchObject({ code: 'ERR_GENSERVER_PROCESS_EXITED' });
    faults.goOn();
    await until(() => repo.isAlive);
    await repo.call.addMove(move('game 0', 0));
    expect(await repo.call.game('game 0')).toMatchObject({ moves: [3] });
  });
});

test('a mistake of ours ends the Repo, which tells all who wait; the next one goes on', async () => {
  const { repo, faults, lines } = await faultyStore();
  const { pid } = repo;
  faults.fault = 'broken';
  const calls = [0, 1].map((index) => outcomesWithDoubt(repo.call.addMove(move(`game ${index}`, 0))));
  const told = { reason: 'store_unavailable', why: 'stopping', inDoubt: true };
  expect(await Promise.all(calls)).toEqual([told, told]);
  faults.fault = 'none';
  await until(() => repo.isAlive && repo.pid !== pid);
  expect(await repo.call.game('game 0')).toMatchObject({ moves: [] });
  expect(lines).toContainEqual(expect.stringContaining('Repo ends: TypeError: a mistake of ours'));
});

test('what is shown of it in a crash report are figures, not rows', async () => {
  const { runtime, repo } = await faultyStore();
  const status = JSON.stringify(await runtime.sys.getStatus(repo));
  expect(status).toContain('pendingWrites');
  for (const secret of [ada.tokenHash, bob.tokenHash, game('game 0').id]) expect(status).not.toContain(secret);
});

async function outcomesWithDoubt(call: Promise<unknown> | undefined): Promise<unknown> {
  try {
    return await call;
  } catch (error) {
    const { reason, why, inDoubt } = error as { reason?: unknown; why?: unknown; inDoubt?: unknown };
    return reason === undefined ? error : { reason, why, inDoubt };
  }
}
