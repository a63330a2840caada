import { AsyncLocalStorage } from 'node:async_hooks';
import { describe, expect, test } from '@jest/globals';
import { child, CallTimeoutError, ExitReason, GenServer, type Runtime, stop } from '../../src/index.js';
import { useRuntimes } from '../support/test-runtime.js';

const newRuntime = useRuntimes();

const revoked = Proxy.revocable({}, {});
revoked.revoke();

const UNSPEAKABLE: readonly (readonly [string, unknown])[] = [
  [
    'an object whose kind throws',
    {
      get kind(): never {
        throw new Error('kind');
      },
    },
  ],
  ['a revoked proxy', revoked.proxy],
  [
    'an object that cannot become text',
    Object.create(null, {
      toJSON: {
        get: () => {
          throw new Error('json');
        },
      },
    }),
  ],
];

class Thrower extends GenServer {
  fail(value: unknown): void {
    throw value;
  }

  value(): number {
    return 1;
  }
}

describe('whatever a handler throws, its process ends in good order', () => {
  test.each(UNSPEAKABLE)('%s', async (_, value) => {
    const { runtime, clock } = newRuntime();
    await runtime.startSupervisor({ strategy: 'one_for_one', children: [child(Thrower, { name: 'thrower' })] });
    const thrower = runtime.ref(Thrower, 'thrower');
    await expect(thrower.call.fail(value)).rejects.toMatchObject({ code: 'ERR_GENSERVER_PROCESS_EXITED' });
    await clock.advance(0);
    expect(await thrower.call.value()).toBe(1); // its supervisor heard of it
  });

  test('stop() without a reason fails the start with an error that says so', async () => {
    class Careless extends GenServer {
      override init(): ReturnType<typeof stop> {
        return stop(undefined as never);
      }
    }
    const { runtime } = newRuntime();
    await expect(runtime.start(Careless)).rejects.toMatchObject({
      code: 'ERR_GENSERVER_START_FAILED',
      cause: { code: 'ERR_GENSERVER_INVALID_OPTION' },
    });
  });
});

class Log extends GenServer {
  readonly lines: string[] = [];

  async write(line: string): Promise<void> {
    await Promise.resolve();
    this.lines.push(line);
  }

  read(): readonly string[] {
    return this.lines;
  }
}

class Slow extends GenServer {
  #runtime: Runtime | undefined;
  #go: Promise<void> = Promise.resolve();

  override init(runtime: Runtime, go: Promise<void>): void {
    this.#runtime = runtime;
    this.#go = go;
  }

  async work(): Promise<void> {
    await this.#go;
    throw new Error('too late');
  }

  async leaveSomething(later: Promise<void>): Promise<void> {
    await this.#go;
    void later.then(() => this.#runtime?.ref(Log, 'log').call.write('left running'));
  }

  async startLate(later: Promise<void>): Promise<void> {
    await later;
    await this.#runtime?.start(Log, { name: 'late' });
  }

  override terminate(): Promise<void> | undefined {
    return this.#runtime?.ref(Log, 'log').call.write('last words');
  }
}

describe('when the caller has given up', () => {
  test('the last words of the server are said all the same', async () => {
    const { runtime, clock } = newRuntime();
    const log = await runtime.start(Log, { name: 'log' });
    let go = (): void => {};
    const slow = await runtime.start(Slow, { args: [runtime, new Promise((resolve) => (go = resolve))] });
    const call = slow.with({ timeoutMs: 30 }).call.work();
    call.catch(() => {}); // looked at below
    await clock.advance(30);
    await expect(call).rejects.toThrow(CallTimeoutError);
    go();
    await clock.advance(10);
    expect(await log.call.read()).toEqual(['last words']);
  });

  test('what the handler has left running has all its own time', async () => {
    const { runtime, clock } = newRuntime();
    const log = await runtime.start(Log, { name: 'log' });
    let go = (): void => {};
    let later = (): void => {};
    const slow = await runtime.start(Slow, { args: [runtime, new Promise((resolve) => (go = resolve))] });
    const call = slow.with({ timeoutMs: 30 }).call.leaveSomething(new Promise((resolve) => (later = resolve)));
    call.catch(() => {}); // looked at below
    await clock.advance(30);
    await expect(call).rejects.toThrow(CallTimeoutError);
    go();
    await clock.advance(100);
    later();
    await clock.advance(10);
    expect(await log.call.read()).toEqual(['left running']);
  });
});

describe('a handler that outlives its process', () => {
  test('starts nothing any more: nobody would stop it', async () => {
    const { runtime, clock, events } = newRuntime();
    let later = (): void => {};
    const slow = await runtime.start(Slow, { args: [runtime, Promise.resolve()] });
    slow.cast.startLate(new Promise((resolve) => (later = resolve)));
    await clock.advance(0);
    runtime.kill(slow);
    later();
    await clock.advance(0);
    expect(runtime.tree()).toEqual([]);
    expect(events).toContainEqual(expect.objectContaining({ kind: 'message_dropped', drop: 'late_failure' }));
  });
});

test.each(['kill', 'exit'] as const)(
  'a restart after runtime.%s does not run in the context of who did it',
  async (how) => {
    const requests = new AsyncLocalStorage<string>();
    const seen: (string | undefined)[] = [];
    class Watched extends GenServer {
      override init(): void {
        seen.push(requests.getStore());
      }
    }
    const { runtime, clock } = newRuntime();
    await runtime.startSupervisor({ strategy: 'one_for_one', children: [child(Watched, { name: 'watched' })] });
    requests.run('a request', () => {
      if (how === 'kill') runtime.kill('watched');
      else runtime.exit('watched', ExitReason.error('boom'));
    });
    await clock.advance(0);
    expect(seen).toEqual([undefined, undefined]);
    requests.disable();
  },
);

test('a class with a method named then is refused: it would look like a promise', async () => {
  const methods = { [String(Symbol('then').description)]: () => 'mine' };
  class Thenish extends GenServer {}
  Object.assign(Thenish.prototype, methods);
  const { runtime } = newRuntime();
  await expect(runtime.start(Thenish)).rejects.toMatchObject({ code: 'ERR_GENSERVER_INVALID_OPTION' });
});
