import { setTimeout as sleep } from 'node:timers/promises';
import { expect, test } from '@jest/globals';
import type { GameView } from '../../src/sessions/game-view.js';
import type { Level } from '../../src/store/records.js';
import { PlayerClient } from '../support/player.js';
import { useServers } from '../support/servers.js';

const TEST_MS = 240_000;
/** The clock of the computer: long enough for the others to play meanwhile. */
const MOVE_MS = 8_000;
const POLL_MS = 20;
const start = useServers();

/** Waits until the metrics say so of the computer's threads. */
async function threadsAre(url: string, state: string): Promise<void> {
  const metrics = async (): Promise<string> => (await fetch(`${url}/metrics`)).text();
  while (!(await metrics()).includes(`game_computer_threads{state=${state}`)) await sleep(POLL_MS);
}

async function playComputer(url: string, computer: Level): Promise<{ client: PlayerClient; id: string }> {
  const client = await PlayerClient.join(url, `against ${computer}`);
  const { id } = await client.ask('game.open', { opponent: { computer } });
  await client.ask('game.watch', { id });
  return { client, id };
}

/** Moves, and waits until the computer has, too. */
async function exchange({ client, id }: Awaited<ReturnType<typeof playComputer>>, ply: number): Promise<GameView> {
  await client.ask('game.move', { id, ply, column: ply / 2 });
  return client.hears<GameView>('game', (view) => view.id === id && view.moves.length === ply + 2);
}

test(
  'a thread in a loop that never ends: others get their moves meanwhile, its game gets one, too, and another thread takes its place',
  async () => {
    const server = start({ COMPUTER_THREADS: '2', COMPUTER_MOVE_MS: String(MOVE_MS) });
    const url = await server.url();
    const [stuck, other] = [await playComputer(url, 5), await playComputer(url, 1)];
    let hasMoved = false;
    const moved = exchange(stuck, 0).finally(() => (hasMoved = true));
    await threadsAre(url, '"busy"} 1');
    await other.client.ask('chaos', { what: 'hang_thread' });
    for (const ply of [0, 2, 4]) await exchange(other, ply);
    expect(hasMoved).toBe(false);
    expect(await moved).toMatchObject({ status: 'playing', turn: 0 });
    expect(server.output).toMatch(/A thread was ended while it was thinking/);
    await threadsAre(url, '"busy"} 0');

    const movedAgain = exchange(stuck, 2);
    await threadsAre(url, '"busy"} 1');
    await other.client.ask('chaos', { what: 'kill_thread' });
    expect(await movedAgain).toMatchObject({ status: 'playing', turn: 0 });
    expect(server.output).toMatch(/A thread has ended while it was thinking, and is asked again/);
    expect(server.output).not.toMatch(/crashed/);
    for (const { client } of [stuck, other]) client.close();
  },
  TEST_MS,
);
