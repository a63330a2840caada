import { afterEach, expect, test } from '@jest/globals';
import { child, GenServer, Runtime, type RuntimeEvent } from '@rookery/genserver';
import { settle } from '@rookery/genserver/testing';
import { tellOf } from '../../src/operations/tree-events.js';

class Game extends GenServer {
  crash(): never {
    throw new Error('crashed on purpose');
  }
}

const runtime = new Runtime();
afterEach(() => runtime.shutdown());

test('people read of crashes, restarts and kills, and of nothing that is in order', async () => {
  const lines: string[] = [];
  const stop = runtime.subscribe((event: RuntimeEvent) => {
    const told = tellOf(event);
    if (told !== undefined) lines.push(`${told.kind}: ${told.text}`);
  });
  await runtime.startSupervisor({
    name: 'Games',
    strategy: 'one_for_one',
    maxRestarts: 2,
    children: [child(Game, { name: 'game' })],
  });
  const game = runtime.ref(Game, 'game');
  game.cast.crash();
  await settle(runtime);
  runtime.kill('game');
  await settle(runtime);
  expect(lines).toEqual([
    'crashed: game crashed: Error: crashed on purpose',
    'restarted: Games restarted game (restart 1)',
    'killed: game was killed',
    'restarted: Games restarted game (restart 2)',
  ]);
  game.cast.crash();
  await settle(runtime);
  expect(lines.slice(4)).toEqual([
    'crashed: game crashed: Error: crashed on purpose',
    'gave_up: Games gave up: game was restarted too often',
  ]);
  stop();
});
