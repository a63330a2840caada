import { setTimeout as sleep } from 'node:timers/promises';
import { describe, expect, test } from '@jest/globals';
import type { GameView } from '../../src/sessions/game-view.js';
import { Client } from '../support/client.js';
import { Crowd } from '../support/crowd.js';
import { PlayerClient, RefusedError } from '../support/player.js';
import { useServers } from '../support/servers.js';

const TEST_MS = 240_000;
const AGAIN_MS = 100;
const start = useServers();

async function reasonOf(request: Promise<unknown>): Promise<string> {
  return request.then(
    () => 'none',
    (error: unknown) => (error instanceof RefusedError ? error.error.reason : String(error)),
  );
}

/** Asks again while it is refused. */
async function untilAnswered(request: () => Promise<GameView>): Promise<GameView> {
  for (;;) {
    try {
      return await request();
    } catch (error) {
      if (!(error instanceof RefusedError)) throw error;
      await sleep(AGAIN_MS);
    }
  }
}

test(
  'a session that hangs: its players are told that there is no answer, then it is killed, and back with all its moves',
  async () => {
    const server = start();
    const url = await server.url();
    const [ada, bob] = [await PlayerClient.join(url, 'ada'), await PlayerClient.join(url, 'bob')];
    const [{ id }, other] = [
      await ada.ask('game.open', { opponent: 'anyone' }),
      await bob.ask('game.open', { opponent: { computer: 1 } }),
    ];
    await bob.ask('game.join', { id });
    await bob.ask('game.watch', { id });
    await ada.ask('game.move', { id, ply: 0, column: 3 });
    const { session } = await bob.ask('game.move', { id, ply: 1, column: 4 });

    await ada.ask('chaos', { what: 'hang_game', id });
    expect(await reasonOf(ada.ask('game.move', { id, ply: 2, column: 5 }))).toBe('timeout');
    const back = await untilAnswered(() => ada.ask('game.move', { id, ply: 2, column: 5 }));
    expect(back).toMatchObject({ moves: [3, 4, 5], status: 'playing', session: { restored: true } });
    expect(back.session.pid).not.toBe(session.pid);
    await bob.hears<GameView>('game', ({ moves }) => moves.length === 3); // who watched still does
    expect(server.output).toMatch(`Game ${id} does not answer: its session is killed`);
    expect(await bob.ask('game.watch', { id: other.id })).toMatchObject({ session: other.session });
    for (const client of [ada, bob]) client.close();
  },
  TEST_MS,
);

describe('the user manager', () => {
  test(
    'crashes five times in a row, and takes all games along: no move is lost, and no socket is closed',
    async () => {
      const server = start();
      const url = await server.url();
      const crowd = await Crowd.gather(url, 30);
      const operator = await PlayerClient.join(url, 'eve');
      const played = crowd.play();
      for (let crashes = 1; crashes <= 5; crashes++) {
        await crowd.acknowledges(20);
        await operator.ask('chaos', { what: 'crash_user_manager' });
        await server.says(new RegExp(`(restarted UserManager[^]*){${crashes}}`));
      }
      await played;
      expect(await crowd.wrong(url, (table, { moves }) => table.isOver && table.isIn([moves]))).toEqual([]);
      expect(crowd.tables.flatMap(({ clients }) => clients).filter(({ isClosed }) => isClosed)).toEqual([]);
      expect(operator.isClosed).toBe(false);
      crowd.leave();
      operator.close();
    },
    TEST_MS,
  );

  test(
    'crashes more often than the tree allows: the app ends with 1 and says why, and the next start has all games',
    async () => {
      const server = start();
      const url = await server.url();
      const { id, players } = await new Client(url).open();
      const crash = async (): Promise<void> => {
        const headers = { authorization: `Bearer ${players[0].token}` };
        for (;;) await (await fetch(`${url}/api/chaos/user-manager/crash`, { method: 'POST', headers })).text();
      };
      await expect(Promise.any(Array.from({ length: 4 }, crash))).rejects.toBeInstanceOf(AggregateError);
      expect(await server.ended()).toBe(1);
      expect(server.output.trim().split('\n').at(-1)).toMatch(/ERROR .*Stopping \(SIGTERM\), as the tree gave up/);
      const next = start({ DATA_DIR: server.dataDir });
      expect(await new Client(await next.url()).view(id)).toMatchObject({ status: 'playing' });
    },
    TEST_MS,
  );
});
