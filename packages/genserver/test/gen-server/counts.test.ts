import { describe, expect, test } from '@jest/globals';
import { child, type Deferred, ExitReason, GenServer, stop, type Stopped, supervisor } from '../../src/index.js';
import { useRuntimes } from '../support/test-runtime.js';

const newRuntime = useRuntimes();

class Desk extends GenServer {
  readonly signals: boolean[] = [];
  #turn: Deferred<string> | undefined;

  wait(): Deferred<string> {
    return (this.#turn = this.self.defer<string>());
  }

  answer(how: 'reply' | 'refuse'): void {
    this.#turn?.[how]('too late');
  }

  async lookLate(go: Promise<void>): Promise<void> {
    const { request } = this.self;
    await go;
    this.signals.push(request?.signal?.aborted === true);
    this.signals.push(request?.remainingMs === 0);
  }

  seen(): readonly boolean[] {
    return this.signals;
  }
}

describe('what comes too late is counted', () => {
  test.each(['reply', 'refuse'] as const)('%s of an answer that was put off', async (how) => {
    const { runtime, clock } = newRuntime();
    const desk = await runtime.start(Desk);
    const call = desk.with({ timeoutMs: 5 }).call.wait();
    call.catch(() => {}); // its timeout is the point
    await clock.advance(5);
    await desk.call.answer(how);
    expect(runtime.stats().dropped).toMatchObject({ late_reply: 1 });
  });
});

test('the signal of a request has fired, and no time is left, for who looks after the caller gave up', async () => {
  const { runtime, clock } = newRuntime();
  const desk = await runtime.start(Desk);
  let go = (): void => {};
  const call = desk.with({ timeoutMs: 5 }).call.lookLate(new Promise((resolve) => (go = resolve)));
  call.catch(() => {}); // its timeout is the point
  await clock.advance(20);
  go();
  expect(await desk.call.seen()).toEqual([true, true]);
});

class Refusing extends GenServer {
  override init(): Stopped {
    return stop(ExitReason.error(new Error('no database')));
  }
}

class Grandchild extends GenServer {
  fail(): void {
    throw new Error('boom');
  }
}

describe('a crash report', () => {
  test('tells of a start that was refused with an error', async () => {
    const { runtime, events } = newRuntime();
    await expect(runtime.start(Refusing, { name: 'refusing' })).rejects.toThrow('no database');
    expect(events).toContainEqual(expect.objectContaining({ kind: 'process_crashed', process: 'refusing' }));
  });

  test('names all ancestors, nearest first (PROC-035)', async () => {
    const { runtime, clock, events } = newRuntime();
    const root = await runtime.startSupervisor({ name: 'root', strategy: 'one_for_one', children: [] });
    const children = [child(Grandchild, { name: 'grandchild' })];
    await root.startChild(supervisor({ name: 'inner', strategy: 'one_for_one', children }));
    runtime.ref(Grandchild, 'grandchild').cast.fail();
    await clock.advance(0);
    expect(events).toContainEqual(expect.objectContaining({ kind: 'process_crashed', ancestors: ['inner', 'root'] }));
  });
});
