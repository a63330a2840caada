import { describe, expect, test } from '@jest/globals';
import { expectTypeOf } from 'expect-type';
import { abcast, GenServer, multiCall, type MultiCallResult, refuse, type ServerRef } from '../../src/index.js';
import { raise } from './probe.js';
import { type TestRuntime, useRuntimes } from '../support/test-runtime.js';

const newRuntime = useRuntimes();
const no = new Error('no');

class Room extends GenServer {
  guests = 0;
  readonly delayMs: number;
  constructor(delayMs = 0) {
    super();
    this.delayMs = delayMs;
  }
  enter(count: number): void {
    this.guests += count;
  }
  size(): number | Promise<number> {
    return this.delayMs === Infinity ? new Promise(() => {}) : this.guests;
  }
  deny(): number {
    return this.guests === 0 ? refuse(no) : this.guests;
  }
}

interface Rooms extends TestRuntime {
  readonly rooms: readonly ServerRef<Room>[];
}

async function threeRooms(delaysMs = [0, 0, 0]): Promise<Rooms> {
  const made = newRuntime();
  const starts = delaysMs.map((delayMs) => made.runtime.start(Room, { create: () => new Room(delayMs) }));
  return { ...made, rooms: await Promise.all(starts) };
}

describe('multiCall', () => {
  test('gives who answered what, in the order of the refs; typed by their class (GS-088)', async () => {
    const { rooms } = await threeRooms();
    for (const [index, room] of rooms.entries()) room.cast.enter(index);
    const result = multiCall(rooms, (room) => room.size());
    expectTypeOf(result).toEqualTypeOf<Promise<MultiCallResult<Room, number>>>();
    expect(await result).toEqual({ replies: rooms.map((ref, value) => ({ ref, value })), failures: [] });
  });

  test('never rejects: who is gone, too slow, or refuses is a failure; the slow one delays no longer than the limit (GS-088)', async () => {
    const { runtime, clock, rooms } = await threeRooms([0, Infinity, 0]);
    const [gone, slow, fine] = rooms as [ServerRef<Room>, ServerRef<Room>, ServerRef<Room>];
    runtime.kill(gone);
    const result = multiCall([gone, slow, fine, gone], (room) => room.size(), { timeoutMs: 200 });
    await clock.advance(200);
    expect(await result).toEqual({
      replies: [{ ref: fine, value: 0 }],
      failures: [
        { ref: gone, error: expect.objectContaining({ code: 'ERR_GENSERVER_NO_PROCESS' }) },
        { ref: slow, error: expect.objectContaining({ code: 'ERR_GENSERVER_CALL_TIMEOUT', timeoutMs: 200 }) },
        { ref: gone, error: expect.objectContaining({ code: 'ERR_GENSERVER_NO_PROCESS' }) },
      ],
    });
    runtime.kill(slow);
  });

  test('asks all at the same time; one that refuses, or a function that throws, fails alone (GS-088)', async () => {
    const { rooms } = await threeRooms();
    rooms[1]?.cast.enter(1);
    const denied = await multiCall(rooms, (room) => room.deny());
    expect([denied.replies.length, denied.failures.map(({ error }) => error)]).toEqual([1, [no, no]]);
    let asked = 0;
    const odd = await multiCall(rooms, (room) => (asked++ === 0 ? raise(no) : room.size()));
    expect([odd.replies.length, odd.failures.length]).toEqual([2, 1]);
  });

  test('of nobody is empty; a wrong option is refused', async () => {
    const { rooms } = await threeRooms();
    expect(await multiCall([] as ServerRef<Room>[], (room) => room.size())).toEqual({ replies: [], failures: [] });
    await expect(multiCall(rooms, (room) => room.size(), { timeoutMs: -1 })).rejects.toThrow('timeoutMs');
  });
});

test('abcast tells all, and does not mind who is gone (GS-088)', async () => {
  const { runtime, rooms } = await threeRooms();
  runtime.kill(rooms[0] ?? 'nobody');
  abcast(rooms, (room) => room.enter(2));
  const { replies } = await multiCall(rooms, (room) => room.size());
  expect(replies.map(({ value }) => value)).toEqual([2, 2]);
  expect(runtime.stats().dropped.dead_letter).toBe(1);
});
