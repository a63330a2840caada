import { describe, expect, test } from '@jest/globals';
import { settle } from '@rookery/genserver/testing';
import { type Core, GRACE_MS, useCores } from '../support/core.js';

const newCore = useCores();
const wonByAda = [0, 1, 0, 1, 0, 1, 0];

async function openGame({ lobby, session }: Core, moves: readonly number[] = []): Promise<string> {
  const { id } = await lobby.call.open(['ada', 'bob']);
  for (const [index, column] of moves.entries()) {
    await session(id).call.move(index % 2 === 0 ? 'ada' : 'bob', column);
  }
  return id;
}

describe('a move', () => {
  test('is answered with the new position', async () => {
    const core = await newCore();
    const id = await openGame(core);
    expect(await core.session(id).call.move('ada', 3)).toMatchObject({ id, state: 'playing', turn: 'bob', moves: [3] });
  });

  test('is in the log when it is answered', async () => {
    const core = await newCore();
    const id = await openGame(core, [3, 4]);
    expect(await core.log.call.game(id)).toEqual({ players: ['ada', 'bob'], moves: [3, 4] });
  });

  test('is not answered when the log did not take it', async () => {
    const core = await newCore();
    const id = await openGame(core);
    const move = core.session(id).call.move('ada', 3);
    core.runtime.kill('MoveLog');
    await expect(move).rejects.toMatchObject({ code: 'ERR_GENSERVER_PROCESS_EXITED' });
  });

  test('that is not allowed is refused with a reason, and the session lives on', async () => {
    const core = await newCore();
    const id = await openGame(core, [3]);
    const { pid } = core.session(id);
    const move = core.session(id).call.move('ada', 3);
    await expect(move).rejects.toMatchObject({ reason: 'not_your_turn', message: `It is not ada's turn.` });
    expect(await core.session(id).call.view()).toMatchObject({ moves: [3] });
    expect(core.node(id)).toMatchObject({ pid, restarts: 0 });
  });
});

describe('a session that crashes', () => {
  test('comes back as a new process under the same name, with its moves', async () => {
    const core = await newCore();
    const id = await openGame(core, [3, 4, 3]);
    const before = await core.session(id).call.view();
    const { pid } = core.session(id);
    await expect(core.session(id).call.crash()).rejects.toMatchObject({ code: 'ERR_GENSERVER_PROCESS_EXITED' });
    await settle(core.runtime);
    expect(await core.session(id).call.view()).toEqual(before);
    expect(core.session(id).pid).not.toBe(pid);
    expect(core.node(id)).toMatchObject({ restarts: 1 });
  });

  test('is not noticed by another', async () => {
    const core = await newCore();
    const [crashed, other] = [await openGame(core), await openGame(core, [3])];
    const { pid } = core.session(other);
    core.session(crashed).cast.crash();
    expect(await core.session(other).call.move('bob', 4)).toMatchObject({ moves: [3, 4] });
    await settle(core.runtime);
    expect(core.node(other)).toMatchObject({ pid, restarts: 0 });
  });

  test('after its game was forgotten stays away', async () => {
    const core = await newCore();
    const id = await openGame(core);
    await core.log.call.forget(id);
    core.session(id).cast.crash();
    await settle(core.runtime);
    expect(await core.sessions.countChildren()).toMatchObject({ specs: 0 });
  });
});

describe('a finished game', () => {
  test('refuses further moves', async () => {
    const core = await newCore();
    const id = await openGame(core, wonByAda);
    await expect(core.session(id).call.move('bob', 1)).rejects.toMatchObject({ reason: 'game_over' });
  });

  test('can be looked at for the grace period, then ends normally, is forgotten and not restarted', async () => {
    const core = await newCore();
    const id = await openGame(core, wonByAda);
    await core.clock.advance(GRACE_MS - 1);
    expect(await core.session(id).call.view()).toMatchObject({ state: 'won', winner: 'ada' });
    await core.clock.advance(1);
    expect(core.session(id).isAlive).toBe(false);
    expect(core.lines).toContain(`games/${id} ends: normal`);
    expect(await core.log.call.ids()).toEqual([]);
    expect(await core.sessions.countChildren()).toMatchObject({ specs: 0 });
  });

  test('has a new grace period after a crash', async () => {
    const core = await newCore();
    const id = await openGame(core, wonByAda);
    await core.clock.advance(GRACE_MS - 1);
    core.session(id).cast.crash();
    await core.clock.advance(GRACE_MS - 1);
    expect(await core.session(id).call.view()).toMatchObject({ winner: 'ada' });
    await core.clock.advance(1);
    expect(core.session(id).isAlive).toBe(false);
  });

  test('is one that is over: others have no time limit', async () => {
    const core = await newCore();
    const id = await openGame(core, [0, 1]);
    await core.clock.advance(100 * GRACE_MS);
    expect(core.session(id).isAlive).toBe(true);
  });
});

test('a closed game ends normally, is forgotten and not restarted', async () => {
  const core = await newCore();
  const id = await openGame(core, [3]);
  await core.session(id).call.close();
  await settle(core.runtime);
  expect(core.lines).toContain(`games/${id} ends: normal`);
  expect(await core.log.call.has(id)).toBe(false);
  expect(await core.sessions.countChildren()).toMatchObject({ specs: 0 });
});
