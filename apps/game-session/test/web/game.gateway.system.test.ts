import { afterEach, describe, expect, test } from '@jest/globals';
import type { GameView } from '../../src/sessions/game-view.js';
import type { LobbyView, TreeView } from '../../src/web/protocol.js';
import { useApp } from '../support/app.js';
import { PlayerClient } from '../support/player.js';

const TEST_MS = 120_000;
const app = useApp({ operatorToken: '0123456789abcdef' });
const clients: PlayerClient[] = [];

afterEach(async () => {
  await Promise.all(
    clients.splice(0).map((client) => {
      client.close();
      return client.closed();
    }),
  );
});

async function connect(): Promise<PlayerClient> {
  const client = await PlayerClient.connect(app().url);
  clients.push(client);
  return client;
}

async function join(name: string): Promise<Awaited<ReturnType<typeof PlayerClient.join>>> {
  const client = await PlayerClient.join(app().url, name);
  clients.push(client);
  return client;
}

/** Ada has opened a game, Bob has joined it. */
async function table(): Promise<{ id: string; ada: PlayerClient; bob: PlayerClient }> {
  const [ada, bob] = [await join('Ada'), await join('Bob')];
  const { id } = await ada.ask('game.open', { opponent: 'anyone' });
  await bob.ask('game.join', { id });
  return { id, ada, bob };
}

describe('hello', () => {
  test('says who one is, and whether chaos is on', async () => {
    const ada = await join('Ada');
    const again = await connect();
    expect(await again.ask('hello', { token: ada.token })).toEqual({
      player: { id: ada.id, name: 'Ada' },
      chaos: true,
    });
  });

  test('with a token of nobody is refused; another try may do', async () => {
    const ada = await join('Ada');
    const client = await connect();
    await expect(client.ask('hello', { token: 'x'.repeat(43) })).rejects.toThrow('unauthorized');
    await expect(client.ask('hello', { token: ada.token })).resolves.toMatchObject({ player: { name: 'Ada' } });
  });

  test('is said once', async () => {
    const ada = await join('Ada');
    await expect(ada.ask('hello', { token: ada.token })).rejects.toThrow('invalid_input');
  });

  test('comes first: without it nothing is answered', async () => {
    const client = await connect();
    await expect(client.ask('game.quick')).rejects.toThrow('unauthorized');
    await expect(client.ask('chaos', { what: 'crash_user_manager' })).rejects.toThrow('unauthorized');
  });

  test('a player has ten windows at most', async () => {
    const ada = await join('Ada');
    for (let windows = 1; windows < 10; windows++) await (await connect()).ask('hello', { token: ada.token });
    await expect((await connect()).ask('hello', { token: ada.token })).rejects.toThrow('too_many_sockets');
  });
});

describe('what makes no sense', () => {
  test.each([
    ['game.move', { id: '0123456789ab', ply: 0, column: 7 }, 'column'],
    ['game.move', { id: '0123456789ab', ply: 42, column: 0 }, 'ply'],
    ['game.move', { id: '0123456789ab', ply: 0.5, column: 0 }, 'ply'],
    ['game.watch', { id: 'lobby' }, 'id'],
    ['game.watch', { id: '0123456789ab', more: true }, 'more'],
    ['game.open', { opponent: { computer: 6 } }, 'opponent'],
    ['lobby.watch', { ref: -1 }, 'ref'],
    ['lobby.watch', { ref: 'one' }, 'ref'],
    ['chaos', { what: 'crash_game' }, 'id'],
    ['chaos', { what: 'rm -rf' }, 'what'],
  ])('%s %j is refused, and the field is named', async (event, data, field) => {
    const ada = await join('Ada');
    const ref = 'ref' in data ? data.ref : 77; // a wrong one comes back as null
    ada.socket.send(JSON.stringify({ event, data: { ref, ...data } }));
    expect(await ada.answer(ref === 77 ? ref : null)).toMatchObject({
      ok: false,
      error: { reason: 'invalid_input', errors: [{ field }] },
    });
  });

  test.each([
    ['a text that is no JSON', 'hello'],
    ['a message without data', '{"event":"hello"}'],
    ['bytes, also those of a request', Buffer.from('{"event":"lobby.watch","data":{"ref":1}}')],
  ])('%s: the answer has no ref', async (_, frame) => {
    const ada = await join('Ada');
    ada.socket.send(frame);
    expect(await ada.answer(null)).toMatchObject({ ok: false, error: { reason: 'invalid_input' } });
    await expect(ada.ask('lobby.watch')).resolves.toBeNull(); // the socket lives on
  });

  test('a request that there is not', async () => {
    const ada = await join('Ada');
    ada.socket.send('{"event":"game.cheat","data":{"ref":9}}');
    expect(await ada.answer(9)).toMatchObject({ ok: false, error: { reason: 'unknown_event' } });
  });

  test('a frame that is too long ends the socket with 1009', async () => {
    const ada = await join('Ada');
    ada.socket.send(JSON.stringify({ event: 'hello', data: { ref: 1, token: 'x'.repeat(5_000) } }));
    expect(await ada.closed()).toBe(1009);
  });
});

describe('a game', () => {
  test('is played by two, and watched by a third, to its end', async () => {
    const { id, ada, bob } = await table();
    const eve = await join('Eve');
    await eve.ask('game.watch', { id });
    await bob.ask('game.watch', { id });
    for (const [ply, column] of [3, 4, 3, 4, 3, 4, 3].entries()) {
      const view = await (ply % 2 === 0 ? ada : bob).ask('game.move', { id, ply, column });
      expect(view.moves).toHaveLength(ply + 1);
    }
    const isOver = ({ ending }: GameView): boolean => ending !== null;
    for (const client of [bob, eve]) {
      const { ending, line } = await client.hears('game', isOver);
      expect(ending).toEqual({ kind: 'line', winner: 0 });
      expect(new Set(line?.map(String))).toEqual(new Set(['3,0', '3,1', '3,2', '3,3']));
    }
  });

  test('nobody moves for another, and nobody who does not play', async () => {
    const { id, ada, bob } = await table();
    const eve = await join('Eve');
    await expect(bob.ask('game.move', { id, ply: 0, column: 0 })).rejects.toThrow('not_your_turn');
    await expect(eve.ask('game.move', { id, ply: 0, column: 0 })).rejects.toThrow('unknown_player');
    await expect(eve.ask('game.resign', { id })).rejects.toThrow('unknown_player');
    await expect(eve.ask('game.join', { id })).rejects.toThrow(/game_full|not_waiting/);
    expect(await ada.ask('game.watch', { id })).toMatchObject({ moves: [], status: 'playing' });
  });

  test('a move that is sent twice is one', async () => {
    const { id, ada } = await table();
    const first = await ada.ask('game.move', { id, ply: 0, column: 3 });
    expect(await ada.ask('game.move', { id, ply: 0, column: 3 })).toMatchObject({ moves: first.moves });
    await expect(ada.ask('game.move', { id, ply: 0, column: 4 })).rejects.toThrow(/wrong_ply|not_your_turn/);
  });

  test('that there is not is said so, and is not watched', async () => {
    const ada = await join('Ada');
    await expect(ada.ask('game.watch', { id: 'ffffffffffff' })).rejects.toThrow('unknown_game');
  });

  test('comes back with its moves after a crash, as another process, without being asked', async () => {
    const { id, ada } = await table();
    const before = await ada.ask('game.watch', { id });
    await ada.ask('game.move', { id, ply: 0, column: 3 });
    await ada.ask('chaos', { what: 'crash_game', id });
    const back = await ada.hears<GameView>('game', ({ session }) => session.pid !== before.session.pid);
    expect(back).toMatchObject({ moves: [3], turn: 1, session: { restored: true } });
  });

  test('quick match brings two together', async () => {
    const [ada, bob] = [await join('Ada'), await join('Bob')];
    const opened = await ada.ask('game.quick');
    const joined = await bob.ask('game.quick');
    expect([opened.status, joined.status]).toEqual(['waiting', 'playing']);
    expect(joined.id).toBe(opened.id);
  });
});

test(
  'the computer answers a move',
  async () => {
    const ada = await join('Ada');
    const { id } = await ada.ask('game.open', { opponent: { computer: 2 } });
    await ada.ask('game.watch', { id });
    await ada.ask('game.move', { id, ply: 0, column: 3 });
    expect(await ada.hears<GameView>('game', ({ moves }) => moves.length === 2)).toMatchObject({ turn: 0 });
  },
  TEST_MS,
);

describe('the lobby', () => {
  test('shows who is online, who waits and what is played, and again after each change', async () => {
    const ada = await join('Ada');
    await ada.ask('lobby.watch');
    await ada.hears<LobbyView>('lobby', ({ online }) => online.some(({ id }) => id === ada.id));
    const { id } = await ada.ask('game.open', { opponent: 'anyone' });
    await ada.hears<LobbyView>('lobby', ({ waiting }) => waiting.some((game) => game.id === id));
    const bob = await join('Bob');
    await bob.ask('game.join', { id });
    const { waiting } = await ada.hears<LobbyView>('lobby', ({ playing }) => playing.some((game) => game.id === id));
    expect(waiting.map((game) => game.id)).not.toContain(id);
  });

  test('forgets who has left', async () => {
    const [ada, bob] = [await join('Ada'), await join('Bob')];
    await ada.ask('lobby.watch');
    await ada.hears<LobbyView>('lobby', ({ online }) => online.some(({ id }) => id === bob.id));
    ada.heard.length = 0;
    bob.close();
    const { online } = await ada.hears<LobbyView>('lobby', (lobby) => lobby.online.every(({ id }) => id !== bob.id));
    expect(online.map(({ id }) => id)).toContain(ada.id);
  });
});

describe('the tree', () => {
  test('is for operators', async () => {
    const ada = await join('Ada');
    await expect(ada.ask('tree.watch')).rejects.toThrow('forbidden');
    await expect(ada.ask('tree.watch', { operatorToken: '0123456789abcdeF' })).rejects.toThrow('forbidden');
  });

  test('is shown at once, and again with what has happened', async () => {
    const { id, ada } = await table();
    await ada.ask('tree.watch', { operatorToken: '0123456789abcdef' });
    const { tree } = await ada.hears<TreeView>('tree');
    expect(tree).toMatchObject([{ name: 'AppSupervisor', kind: 'supervisor' }]);
    await ada.ask('chaos', { what: 'crash_game', id });
    const { events } = await ada.hears<TreeView>('tree', (view) =>
      view.events.some(({ text }) => text.includes(`restarted games/${id}`)),
    );
    expect(events).toContainEqual(expect.objectContaining({ kind: 'crashed', text: expect.stringContaining(id) }));
  });
});

test('a crash of the user manager takes down what follows it; players come in again, and games go on', async () => {
  const { id, ada } = await table();
  await ada.ask('game.move', { id, ply: 0, column: 3 });
  await ada.ask('chaos', { what: 'crash_user_manager' });
  const eve = await join('Eve');
  const isBack = async (): Promise<GameView> => {
    try {
      return await eve.ask('game.watch', { id });
    } catch (error) {
      if (!/restarting|timeout/.test(String(error))) throw error;
      return isBack();
    }
  };
  expect(await isBack()).toMatchObject({ moves: [3], session: { restored: true } });
});
