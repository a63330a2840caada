import { describe, expect, test } from '@jest/globals';
import { hashOf, isToken, newToken } from '../../src/users/player-token.js';
import { useArenas } from '../support/arena.js';

const newArena = useArenas();

describe('a token', () => {
  test('is 32 random bytes', () => {
    const tokens = new Set(Array.from({ length: 100 }, newToken));
    expect(tokens.size).toBe(100);
    for (const token of tokens) expect(Buffer.from(token, 'base64url')).toHaveLength(32);
    expect([...tokens].every(isToken)).toBe(true);
  });

  test.each(['', 'a', `${'a'.repeat(43)}=`, ' '.repeat(43), 'a'.repeat(44), `${'a'.repeat(42)}/`])(
    'is not %j',
    (text) => {
      expect(isToken(text)).toBe(false);
    },
  );
});

describe('who joins', () => {
  test('gets a token, of which only the hash is stored', async () => {
    const arena = await newArena();
    const { player, token } = await arena.users.call.join('ada', 'ada@example.org');
    expect(player).toMatchObject({ name: 'ada', email: 'ada@example.org' });
    expect([...arena.disk.tokens]).toEqual([[hashOf(token), player.id]]);
  });

  test('is known by it, without the store being asked', async () => {
    const arena = await newArena();
    const { player, token } = await arena.users.call.join('ada', null);
    expect(await arena.users.call.byToken(token)).toEqual(player);
    expect(arena.disk.asked.get('playerByToken')).toBeUndefined();
  });

  test('is known after a crash, once the store was asked', async () => {
    const arena = await newArena();
    const { player, token } = await arena.users.call.join('ada', null);
    arena.users.cast.crash();
    await arena.settle();
    for (let n = 0; n < 3; n++) expect(await arena.users.call.byToken(token)).toEqual(player);
    expect(arena.disk.asked.get('playerByToken')).toBe(1);
  });

  test('is asked for in the store again when ten thousand others have come since', async () => {
    const arena = await newArena();
    const { player, token } = await arena.users.call.join('ada', null);
    const { token: second } = await arena.users.call.join('bob', null);
    for (let n = 0; n < 9_999; n++) await arena.users.call.join('eve', null);
    await arena.users.call.byToken(second);
    expect(arena.disk.asked.get('playerByToken')).toBeUndefined();
    expect(await arena.users.call.byToken(token)).toEqual(player);
    expect(arena.disk.asked.get('playerByToken')).toBe(1);
  });

  test('is forgotten here a while after the store was asked, as the player may be gone', async () => {
    const arena = await newArena();
    const { player, token } = await arena.users.call.join('ada', null);
    arena.disk.players.delete(player.id);
    expect(await arena.users.call.byToken(token)).toEqual(player);
    await arena.clock.advance(3_600_000);
    expect(await arena.users.call.byToken(token)).toBeUndefined();
  });
});

test('a token of nobody is nobody, and what cannot be one is not asked for', async () => {
  const arena = await newArena();
  expect(await arena.users.call.byToken(newToken())).toBeUndefined();
  expect(await arena.users.call.byToken('nonsense')).toBeUndefined();
  expect(arena.disk.asked.get('playerByToken')).toBe(1);
});

test('while the store is away who is known is known, and others hear why not', async () => {
  const arena = await newArena();
  const { player, token } = await arena.users.call.join('ada', null);
  arena.disk.fault = 'away';
  expect(await arena.users.call.byToken(token)).toEqual(player);
  await expect(arena.users.call.byToken(newToken())).rejects.toMatchObject({ reason: 'store_unavailable' });
  await expect(arena.users.call.join('bob', null)).rejects.toMatchObject({ reason: 'store_unavailable' });
});

test('who waits for the store keeps nobody waiting', async () => {
  const arena = await newArena();
  const { player, token } = await arena.users.call.join('ada', null);
  arena.disk.fault = 'stuck';
  const stuck = arena.users.call.byToken(newToken()).catch((error: unknown) => error);
  expect(await arena.users.call.byToken(token)).toEqual(player);
  await arena.clock.advance(5_000);
  expect(await stuck).toMatchObject({ code: 'ERR_GENSERVER_CALL_TIMEOUT' });
});
