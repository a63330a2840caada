import { describe, expect, test } from '@jest/globals';
import { settle } from '@rookery/genserver/testing';
import { type Core, useCores } from '../support/core.js';

const newCore = useCores();

async function openWithMove({ lobby, session }: Core, column: number): Promise<string> {
  const { id } = await lobby.call.open(['ada', 'bob']);
  await session(id).call.move('ada', column);
  return id;
}

describe('opening a game', () => {
  test('writes it to the log and starts its session', async () => {
    const core = await newCore();
    const game = await core.lobby.call.open(['ada', 'bob']);
    expect(game).toMatchObject({ players: ['ada', 'bob'], state: 'playing', turn: 'ada', moves: [] });
    expect(await core.session(game.id).call.view()).toEqual(game);
    expect(await core.log.call.game(game.id)).toEqual({ players: ['ada', 'bob'], moves: [] });
  });

  test('gives ids that cannot be guessed from one another', async () => {
    const core = await newCore();
    const ids = [await openWithMove(core, 0), await openWithMove(core, 0)];
    expect(new Set(ids).size).toBe(2);
    for (const id of ids) expect(id).toMatch(/^[0-9a-f]{12}$/);
  });

  test('is refused when there are too many, and leaves nothing in the log', async () => {
    const core = await newCore({ maxChildren: 1 });
    const id = await openWithMove(core, 3);
    const { pid } = core.lobby;
    const second = core.lobby.call.open(['eve', 'dan']);
    await expect(second).rejects.toMatchObject({ code: 'ERR_GENSERVER_MAX_CHILDREN' });
    expect(await core.log.call.ids()).toEqual([id]);
    expect(core.lobby.pid).toBe(pid);
  });
});

describe('after its restart', () => {
  test('a lobby that was killed leaves the running games alone', async () => {
    const core = await newCore();
    const id = await openWithMove(core, 3);
    const { pid } = core.session(id);
    core.runtime.kill('Lobby');
    await settle(core.runtime);
    expect(core.session(id).pid).toBe(pid);
    expect(await core.lobby.call.open(['eve', 'dan'])).toMatchObject({ turn: 'eve' });
  });

  test.each(['games', 'GameSessions'])('all games go on with their moves when %s was killed', async (victim) => {
    const core = await newCore();
    const ids = [await openWithMove(core, 3), await openWithMove(core, 5)];
    core.runtime.kill(victim);
    await settle(core.runtime);
    expect(await Promise.all(ids.map((id) => core.session(id).call.view()))).toMatchObject([
      { moves: [3], turn: 'bob' },
      { moves: [5], turn: 'bob' },
    ]);
  });

  test('all games go on when one of them crashed too often for the supervisor of the sessions', async () => {
    const core = await newCore();
    const [crashed, other] = [await openWithMove(core, 3), await openWithMove(core, 5)];
    const supervisor = core.sessions.pid;
    for (let crash = 0; crash < 6; crash++) {
      core.session(crashed).cast.crash();
      await settle(core.runtime);
    }
    expect(core.sessions.pid).not.toBe(supervisor);
    expect(await core.session(crashed).call.view()).toMatchObject({ moves: [3] });
    expect(await core.session(other).call.view()).toMatchObject({ moves: [5] });
  });

  test('a game that cannot be replayed does not stop the others', async () => {
    const core = await newCore();
    await core.log.call.open('spoilt', ['ada', 'bob']);
    for (let move = 0; move < 7; move++) await core.log.call.append('spoilt', 0);
    const id = await openWithMove(core, 3);
    core.runtime.kill('GameSessions');
    await settle(core.runtime);
    expect(await core.session(id).call.view()).toMatchObject({ moves: [3] });
    expect(core.session('spoilt').isAlive).toBe(false);
    expect(core.lines.filter((line) => line.startsWith('Game spoilt cannot go on'))).toHaveLength(1);
  });
});

test('at shutdown each server says its last words, in reverse start order', async () => {
  const core = await newCore();
  const id = await openWithMove(core, 3);
  await core.runtime.shutdown();
  expect(core.lines).toEqual(['Lobby ends: shutdown', `games/${id} ends: shutdown`, 'MoveLog ends: shutdown']);
});
