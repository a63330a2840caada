import { EventEmitter } from 'node:events';
import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import {
  agent,
  child,
  ExitReason,
  GenServer,
  InvalidOptionError,
  NoProcessError,
  ProcessExitedError,
  Runtime,
  type ServerRef,
} from '@rookery/genserver';
import { LeakDetector, ManualClock, settle } from '@rookery/genserver/testing';
import { expectTypeOf } from 'expect-type';
import type { Observable, Subscription } from 'rxjs';
import { type Drainable, drained, observe, type ObserveOptions } from '../../src/index.js';

interface Hall {
  readonly guests: readonly string[];
  readonly open: boolean;
}

class HallServer extends GenServer<Hall> {
  override init(): Hall {
    return { guests: [], open: true };
  }
  join(guest: string): void {
    this.state = { ...this.state, guests: [...this.state.guests, guest] };
  }
  toggle(): void {
    this.state = { ...this.state, open: !this.state.open };
  }
  async joinLate(guest: string): Promise<void> {
    this.state = { ...this.state, guests: ['half-way'] };
    await Promise.resolve();
    this.state = { ...this.state, guests: [guest] };
  }
  crash(): never {
    throw new Error('the roof came down');
  }
  leave(): void {
    this.self.stop(ExitReason.normal);
  }
}

/** Values, and how it ended. */
function record(source: Observable<unknown>): { readonly told: unknown[]; readonly subscription: Subscription } {
  const told: unknown[] = [];
  const subscription = source.subscribe({
    next: (value) => void told.push(value),
    error: (error: unknown) => void told.push(error),
    complete: () => void told.push('complete'),
  });
  return { told, subscription };
}

const count = (hall: Hall): number => hall.guests.length;

let clock: ManualClock;
let runtime: Runtime;
let leaks: LeakDetector;

beforeEach(() => {
  leaks = new LeakDetector();
  clock = new ManualClock();
  runtime = new Runtime({ clock });
});

afterEach(async () => {
  await runtime.shutdown();
  await leaks.assertNone({ runtime, clock });
});

const startHall = (): Promise<ServerRef<HallServer>> => runtime.start(HallServer, { name: 'hall' });

async function supervisedHall(restart: 'permanent' | 'temporary' = 'permanent'): Promise<ServerRef<HallServer>> {
  const children = [child(HallServer, { name: 'hall', restart })];
  await runtime.startSupervisor({ strategy: 'one_for_one', maxRestarts: 1, children });
  return runtime.ref(HallServer, 'hall');
}

describe('values', () => {
  test('are the one now and each that differs', async () => {
    const hall = await startHall();
    await hall.call.join('ada');
    const { told } = record(observe(hall, count));
    expectTypeOf(observe(hall, count)).toEqualTypeOf<Observable<number>>();
    await settle(runtime);
    await hall.call.toggle();
    await hall.call.join('bob');
    await hall.call.toggle();
    await settle(runtime);
    expect(told).toEqual([1, 2]);
  });

  test('are the state itself without a selector', async () => {
    const hall = await startHall();
    const { told } = record(observe(hall));
    expectTypeOf(observe(hall)).toEqualTypeOf<Observable<Hall>>();
    await hall.call.toggle();
    await settle(runtime);
    expect(told).toEqual([
      { guests: [], open: true },
      { guests: [], open: false },
    ]);
  });

  test('differ as `equals` says', async () => {
    const hall = await startHall();
    const equals = (one: readonly string[], other: readonly string[]): boolean => one.join() === other.join();
    const { told } = record(observe(hall, ({ guests }) => [...guests], { equals }));
    await hall.call.toggle();
    await hall.call.join('ada');
    await settle(runtime);
    expect(told).toEqual([[], ['ada']]);
  });

  test('of several changes in one go are the last only, and none when nothing has changed then', async () => {
    const hall = await startHall();
    const joined = record(observe(hall, count));
    const opened = record(observe(hall, ({ open }) => open));
    await settle(runtime);
    for (let i = 0; i < 100; i++) hall.cast.join('guest');
    for (let i = 0; i < 2; i++) hall.cast.toggle();
    await settle(runtime);
    expect(joined.told).toEqual([0, 100]);
    expect(opened.told).toEqual([true]);
  });

  test('are never those of a handler in its middle', async () => {
    const hall = await startHall();
    const { told } = record(observe(hall, ({ guests }) => guests[0]));
    await settle(runtime);
    hall.cast.join('ada');
    hall.cast.joinLate('bob');
    await settle(runtime);
    expect(told).not.toContain('half-way');
    expect(told.at(-1)).toBe('bob');
  });

  test('come from agents, too', async () => {
    const basket = await runtime.start(agent({ initial: () => 1 }));
    const { told } = record(observe(basket));
    await basket.update((items) => items + 1);
    await settle(runtime);
    expect(told).toEqual([1, 2]);
    expectTypeOf(observe(basket)).toEqualTypeOf<Observable<number>>();
  });

  test('go to each subscriber for itself', async () => {
    const hall = await startHall();
    const guests = observe(hall, count);
    const first = record(guests);
    await hall.call.join('ada');
    const second = record(guests);
    await settle(runtime);
    expect([first.told, second.told]).toEqual([[0, 1], [1]]);
  });
});

describe('a restart', () => {
  test('goes on with the state of the new process', async () => {
    const hall = await supervisedHall();
    const { told } = record(observe(hall, count));
    await hall.call.join('ada');
    await settle(runtime);
    await hall.call.crash().catch(() => undefined);
    await settle(runtime);
    await hall.call.join('bob');
    await settle(runtime);
    expect(told).toEqual([0, 1, 0, 1]);
  });
});

describe('the end', () => {
  test('completes after the last value when the server has stopped and does not come back', async () => {
    const hall = await supervisedHall('temporary');
    const { told, subscription } = record(observe(hall, count));
    await settle(runtime);
    hall.cast.join('ada');
    hall.cast.leave();
    await settle(runtime);
    expect(told).toEqual([0, 1, 'complete']);
    expect(subscription.closed).toBe(true);
  });

  test('errs with what it died of when it crashed and does not come back', async () => {
    const hall = await supervisedHall('temporary');
    const { told } = record(observe(hall, count));
    await hall.call.crash().catch(() => undefined);
    await settle(runtime);
    expect(told[1]).toBeInstanceOf(ProcessExitedError);
    expect(told[1]).toMatchObject({ server: 'hall', request: 'observe', cause: { message: 'the roof came down' } });
  });

  test('errs when its supervisor has given up, after downMs', async () => {
    const hall = await supervisedHall();
    const { told } = record(observe(hall, count, { downMs: 50 }));
    for (let i = 0; i < 2; i++) {
      await hall.call.crash().catch(() => undefined);
      await settle(runtime);
    }
    expect(told).toEqual([0]);
    await clock.advance(50);
    expect(told[1]).toBeInstanceOf(ProcessExitedError);
  });

  test('errs when nobody has come', async () => {
    const { told } = record(observe(runtime.ref(HallServer, 'hall'), count));
    await clock.advance(5000);
    expect(told[0]).toBeInstanceOf(NoProcessError);
  });

  test('completes with the runtime', async () => {
    const hall = await supervisedHall();
    const { told } = record(observe(hall, count));
    await runtime.shutdown();
    await settle(runtime);
    expect(told).toEqual([0, 'complete']);
  });

  test.each<[string, (hall: ServerRef<HallServer>, error: Error) => Observable<unknown>]>([
    ['selector', (hall, error) => observe(hall, ({ guests }) => guests.length > 0 && fail(error))],
    ['equals', (hall, error) => observe(hall, count, { equals: () => fail(error) })],
    ['ready', (hall, error) => observe(hall, count, { ready: () => fail(error) })],
    ['a rejecting ready', (hall, error) => observe(hall, count, { ready: () => Promise.reject(error) })],
  ])('errs when %s fails, and the server lives on', async (_, source) => {
    const hall = await startHall();
    const error = new Error('consumer');
    const { told } = record(source(hall, error));
    await settle(runtime);
    await hall.call.join('ada');
    await hall.call.join('bob');
    await settle(runtime);
    expect(told).toHaveLength(2);
    expect(told[1]).toBe(error);
    expect(hall.isAlive).toBe(true);
  });
});

describe('unsubscribing', () => {
  test('ends it at once, values that wait included', async () => {
    const hall = await startHall();
    const calls: number[] = [];
    const { told, subscription } = record(observe(hall, (state) => calls.push(count(state))));
    subscription.unsubscribe();
    await hall.call.join('ada');
    await settle(runtime);
    expect([told, calls]).toEqual([[], [0]]);
  });

  test('ends the waiting for a restart', async () => {
    const { told, subscription } = record(observe(runtime.ref(HallServer, 'hall')));
    subscription.unsubscribe();
    await startHall();
    await clock.advance(5000);
    expect(told).toEqual([]);
  });
});

describe('a consumer that is not ready', () => {
  const slow = () => {
    const turns: (() => void)[] = [];
    const signals: AbortSignal[] = [];
    const ready = (signal: AbortSignal): Promise<void> => {
      signals.push(signal);
      return new Promise((resolve) => turns.push(resolve));
    };
    return { ready, turns, signals };
  };

  test('gets the latest value when it is', async () => {
    const hall = await startHall();
    const { ready, turns } = slow();
    const { told } = record(observe(hall, count, { ready }));
    for (let i = 0; i < 3; i++) {
      await hall.call.join('guest');
      await settle(runtime);
    }
    expect(told).toEqual([0]);
    turns[0]?.();
    await settle(runtime);
    expect(told).toEqual([0, 3]);
    turns[1]?.();
    await settle(runtime);
    await hall.call.join('guest');
    await settle(runtime);
    expect(told).toEqual([0, 3, 4]);
  });

  test('gets the last value before the end', async () => {
    const hall = await supervisedHall('temporary');
    const { ready, turns } = slow();
    const { told } = record(observe(hall, count, { ready }));
    await settle(runtime);
    await hall.call.join('ada');
    hall.cast.leave();
    await settle(runtime);
    expect(told).toEqual([0]);
    for (let i = 0; i < 2; i++) {
      turns[i]?.();
      await settle(runtime);
    }
    expect(told).toEqual([0, 1, 'complete']);
  });

  test('hears that nobody listens any more', async () => {
    const hall = await startHall();
    const { ready, signals } = slow();
    const { subscription } = record(observe(hall, count, { ready }));
    await settle(runtime);
    subscription.unsubscribe();
    expect(signals.map(({ aborted }) => aborted)).toEqual([true]);
  });

  test.each(['drain', 'close', 'unsubscribe'] as const)('a full stream is waited for, until %s', async (how) => {
    const hall = await startHall();
    const stream = Object.assign(new EventEmitter(), { writableNeedDrain: true });
    const { told, subscription } = record(observe(hall, count, { ready: drained(stream) }));
    await settle(runtime);
    await hall.call.join('ada');
    await settle(runtime);
    expect(told).toEqual([0]);
    stream.writableNeedDrain = false;
    if (how === 'unsubscribe') subscription.unsubscribe();
    else stream.emit(how);
    await settle(runtime);
    expect(told).toEqual(how === 'unsubscribe' ? [0] : [0, 1]);
    expect(stream.eventNames()).toEqual([]);
  });
});

test.each<[string, unknown[]]>([
  ['ref', [undefined]],
  ['ref', [{}]],
  ['selector', [{ watch: () => undefined }, 'guests']],
  ['equals', [{ watch: () => undefined }, count, { equals: true }]],
  ['ready', [{ watch: () => undefined }, count, { ready: 100 }]],
])('a bad `%s` is refused at once', (option, args) => {
  const call = (): unknown => observe(...(args as [never, never, ObserveOptions<unknown>]));
  expect(call).toThrow(InvalidOptionError);
  expect(call).toThrow(`\`${option}\``);
  expect(() => drained({} as Drainable)).toThrow('`stream`');
});

function fail(error: Error): never {
  throw error;
}
