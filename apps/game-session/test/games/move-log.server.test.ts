import { expect, test } from '@jest/globals';
import { useCores } from '../support/core.js';

const newCore = useCores();

test('the log keeps the players and moves of each game, in order', async () => {
  const { log } = await newCore();
  await log.call.open('one', ['ada', 'bob']);
  await log.call.open('two', ['eve', 'dan']);
  for (const column of [3, 3, 4]) await log.call.append('one', column);
  expect(await log.call.ids()).toEqual(['one', 'two']);
  expect(await log.call.game('one')).toEqual({ players: ['ada', 'bob'], moves: [3, 3, 4] });
  expect(await log.call.game('two')).toEqual({ players: ['eve', 'dan'], moves: [] });
});

test('what the log has handed out does not change', async () => {
  const { log } = await newCore();
  await log.call.open('one', ['ada', 'bob']);
  const before = await log.call.game('one');
  await log.call.append('one', 3);
  expect(before).toEqual({ players: ['ada', 'bob'], moves: [] });
});

test('a forgotten game is gone; forgetting it again is harmless', async () => {
  const { log } = await newCore();
  await log.call.open('one', ['ada', 'bob']);
  await log.call.forget('one');
  await log.call.forget('one');
  expect(await log.call.has('one')).toBe(false);
  expect(await log.call.game('one')).toBeUndefined();
});

test('moves of an unknown game and a second game of the same id are refused, and the log lives on', async () => {
  const { log } = await newCore();
  await log.call.open('one', ['ada', 'bob']);
  const { pid } = log;
  await expect(log.call.append('two', 3)).rejects.toMatchObject({ reason: 'unknown_game' });
  await expect(log.call.open('one', ['eve', 'dan'])).rejects.toThrow('Game one exists already');
  expect(await log.call.game('one')).toMatchObject({ players: ['ada', 'bob'] });
  expect(log.pid).toBe(pid);
});
