import { describe, expect, test } from '@jest/globals';
import {
  Application,
  child,
  consoleReporter,
  type ConsoleReporterOptions,
  dynamicSupervisor,
  ExitReason,
  GenServer,
  type Runtime,
  type ServerRef,
  type ServerStatus,
  supervisor,
} from '../../src/index.js';
import type { ManualClock } from '../../src/testing.js';
import { useRuntimes } from '../support/test-runtime.js';

class Cart extends GenServer {
  override init(failure?: Error): void {
    if (failure !== undefined) throw failure;
  }
  crash(...given: readonly unknown[]): void {
    throw given.length === 0 ? new Error('boom') : given[0];
  }
  fine(): void {}
  hang(): Promise<never> {
    return new Promise(() => {});
  }
}

const newRuntime = useRuntimes();

/** A stream that keeps what is written. */
class Screen {
  text = '';
  constructor(readonly isTTY = false) {}
  write(text: string): void {
    this.text += text;
  }
  /** What was written since it was asked last; stacks, which are of the test itself, as one line. */
  take(): readonly string[] {
    const { text } = this;
    this.text = '';
    const lines = text.split('\n').slice(0, -1);
    const short = lines.map((line) => line.replace(/^( +)at .*$/, '$1at')).filter((line) => !line.includes('… '));
    return short.filter((line, i) => line !== short[i - 1]);
  }
}

interface Watched {
  readonly runtime: Runtime;
  readonly clock: ManualClock;
  readonly screen: Screen;
}

async function watched(options: ConsoleReporterOptions = {}, act?: (w: Watched) => Promise<unknown>): Promise<Watched> {
  const { runtime, clock } = newRuntime();
  const screen = new Screen();
  const stopListening = runtime.subscribe(consoleReporter({ stream: screen, clock, ...options }));
  const made = { runtime, clock, screen };
  await act?.(made);
  await clock.advance(0);
  stopListening();
  return made;
}

const startTree = ({ runtime }: Watched, maxRestarts = 3) =>
  runtime.startSupervisor({
    name: 'app',
    strategy: 'one_for_one',
    children: [
      supervisor({
        name: 'carts',
        strategy: 'one_for_one',
        maxRestarts,
        children: [child(Cart, { name: 'ada' }), child(Cart, { name: 'kim', shutdownMs: 10 })],
      }),
    ],
  });

describe('a crash', () => {
  test('says who, where in the tree, why with its stack and cause, and at what; then what the supervisor did', async () => {
    const { screen } = await watched({}, async (w) => {
      await startTree(w);
      const ada = w.runtime.ref(Cart, 'ada');
      ada.cast.crash(new Error('boom', { cause: new RangeError('too much') }));
      ada.cast.fine();
      ada.cast.fine();
      await w.clock.advance(0);
    });
    expect(screen.take()).toEqual([
      '✖ ada crashed in app › carts',
      '  Error: boom',
      '      at',
      '  caused by RangeError: too much',
      '      at',
      '  while handling "crash", 2 messages waiting',
      '✉ 2 messages were sent to nobody: "fine" to ada',
      '↻ carts restarted ada (restart 1)',
    ]);
  });

  test('has the earlier failures of the same child, the newest first', async () => {
    const { screen } = await watched({}, async (w) => {
      await startTree(w, 10);
      const ada = w.runtime.ref(Cart, 'ada');
      ada.cast.crash('one');
      await w.clock.advance(400);
      w.runtime.kill('ada');
      await w.clock.advance(2_500);
      ada.cast.crash('two');
      await w.clock.advance(100);
      ada.cast.crash('three');
      await w.clock.advance(150_000);
      ada.cast.crash('four');
      await w.clock.advance(0);
    });
    expect(screen.take().filter((line) => line.includes('before'))).toEqual([
      '  failed before: 2.5 s ago (killed), 2.9 s ago (one)',
      '  failed before: 100 ms ago (two), 2.6 s ago (killed), 3.0 s ago (one)',
      '  failed before: 3 min ago (three), 3 min ago (two), 3 min ago (killed), and 1 more',
    ]);
  });

  test('shows of the stack what is the user’s, with paths that a terminal can open', async () => {
    const { screen } = await watched({}, async (w) => {
      const cart = await w.runtime.start(Cart);
      cart.cast.crash();
      await w.clock.advance(0);
    });
    const frames = screen.text.split('\n').filter((line) => line.startsWith('      at '));
    expect(frames.length).toBeGreaterThan(0);
    expect(frames[0]).toMatch(/test\/reporter\/console-reporter\.test\.ts:\d+:\d+/);
    expect(frames.join('\n')).not.toMatch(/file:|node:|genserver\/src\//);
    expect(frames.length).toBeLessThanOrEqual(5);
    expect(screen.text).toMatch(/Cart<1> crashed\n/); // in no tree
  });

  test.each([
    ['a string', 'just text', 'just text'],
    ['nothing', undefined, 'undefined'],
    ['a circle of causes', circle(), 'Error: round'],
    ['an error without a stack', Object.assign(new Error('bare'), { stack: undefined }), 'Error: bare'],
  ])('with %s is told, too', async (_, thrown, text) => {
    const { screen } = await watched({}, async ({ runtime, clock }) => {
      const cart = await runtime.start(Cart, { name: 'ada' });
      cart.cast.crash(thrown);
      await clock.advance(0);
    });
    expect(screen.text).toContain(`✖ ada crashed\n  ${text}`);
  });
});

function circle(): Error {
  const error = new Error('round');
  error.cause = error;
  return error;
}

describe('decisions of supervisors', () => {
  test('restarts tell how the child had ended', async () => {
    const { screen } = await watched({ detail: 'short' }, async (w) => {
      await startTree(w);
      for (let kills = 0; kills < 3; kills++) {
        w.runtime.kill('ada');
        await w.clock.advance(0);
      }
      w.runtime.exit('kim', ExitReason.shutdown);
      await w.clock.advance(0);
    });
    expect(screen.take()).toEqual([
      '↻ carts restarted ada, which was killed (restart 1)',
      '↻ carts restarted ada, which was killed (restart 2)',
      '↻ carts restarted ada, which was killed (restart 3)',
      '✖ carts gave up: more restarts than it may make',
      '↻ app restarted carts (restart 1)',
    ]);
  });

  test('a supervisor that gives up says at which child', async () => {
    const { screen } = await watched({}, async (w) => {
      await startTree(w, 0);
      w.runtime.kill('ada');
      await w.clock.advance(0);
    });
    expect(screen.take()).toEqual([
      '✖ carts gave up: more restarts than it may make',
      '  the last to fail was ada: killed',
      '↻ app restarted carts (restart 1)',
    ]);
  });

  test('a child that cannot start, one that must be killed, a restart that is put off', async () => {
    const { screen } = await watched({ detail: 'short' }, async ({ runtime, clock }) => {
      const pool = await runtime.start(
        dynamicSupervisor({ name: 'pool', backoff: { initialMs: 100, maxMs: 100, jitter: 'none' } }),
      );
      await pool.startChild(child(Cart, { name: 'bad', args: [new Error('no port')] })).catch(() => {});
      await pool.startChild(child(Cart, { name: 'slow' }));
      runtime.kill('slow');
      await clock.advance(100);
    });
    expect(screen.take()).toEqual([
      '✖ bad crashed in pool: Error: no port, while handling "init", no messages waiting',
      '✖ pool could not start bad: Error: no port',
      '↻ pool restarts slow in 100 ms',
      '↻ pool restarted slow, which was killed (restart 1)',
    ]);
  });
});

describe('applications', () => {
  test('tell that they are up and have stopped, what had to be killed, and callbacks that failed', async () => {
    const { screen } = await watched({}, async ({ runtime, clock }) => {
      const app = await Application.start({
        name: 'shop',
        runtime,
        root: { strategy: 'one_for_one', children: [child(Cart, { name: 'ada', shutdownMs: 5 })] },
        prepStop: () => Promise.reject(new Error('not ready')),
      });
      await app.stop();
      const late = await Application.start({ name: 'late', runtime, prepStop: () => new Promise<undefined>(() => {}) });
      void late.stop({ timeoutMs: 1 });
      await clock.advance(1);
    });
    expect(screen.take()).toEqual([
      '▶ shop is up',
      '✖ prepStop of shop failed; it stops all the same',
      '  Error: not ready',
      '      at',
      '■ shop has stopped (asked to)',
      '▶ late is up',
      '■ late has stopped (asked to)',
      '  killed, as time was up: late',
    ]);
  });
});

describe('messages that are dropped', () => {
  const cast = (runtime: Runtime, name: string, times: number): void => {
    for (let i = 0; i < times; i++) runtime.ref(Cart, name).cast.fine();
  };

  test('are told when they begin, then summed up once a second, until none come any more', async () => {
    const { runtime, clock } = newRuntime();
    const screen = new Screen();
    const stopListening = runtime.subscribe(consoleReporter({ stream: screen, clock }));
    cast(runtime, 'ghost', 1000);
    await clock.advance(0);
    expect(screen.take()).toEqual(['✉ 1000 messages were sent to nobody: "fine" to ghost']);
    cast(runtime, 'ghost', 9);
    for (const [name, times] of [['a', 1], ['b', 2], ['c', 3], ['d', 4], ['e', 5]] as const) cast(runtime, name, times); // prettier-ignore
    await clock.advance(999);
    expect(screen.take()).toEqual([]);
    await clock.advance(1);
    expect(screen.take()).toEqual([
      '✉ 24 messages were sent to nobody: 9 × "fine" to ghost, 5 × "fine" to e, 4 × "fine" to d, 6 to others',
    ]);
    cast(runtime, 'ghost', 7);
    await clock.advance(1_000);
    expect(screen.take()).toEqual(['✉ 7 messages were sent to nobody: "fine" to ghost']);
    await clock.advance(5_000);
    expect(screen.take()).toEqual([]);
    cast(runtime, 'ghost', 1);
    await clock.advance(0);
    expect(screen.take()).toEqual(['✉ a message was sent to nobody: "fine" to ghost']);
    expect(clock.pendingTimers).toBe(0); // its timer keeps nothing alive
    stopListening();
  });

  test('are not lost when an application stops before the second is over', async () => {
    const { screen } = await watched({}, async ({ runtime, clock }) => {
      const app = await Application.start({ name: 'shop', runtime });
      cast(runtime, 'ghost', 1);
      await clock.advance(0);
      cast(runtime, 'ghost', 2);
      await app.stop();
    });
    expect(screen.take()).toEqual([
      '▶ shop is up',
      '✉ a message was sent to nobody: "fine" to ghost',
      '✉ 2 messages were sent to nobody: "fine" to ghost',
      '■ shop has stopped (asked to)',
    ]);
  });
});

describe('options', () => {
  const crash = async ({ runtime, clock }: Watched): Promise<void> => {
    (await runtime.start(Cart, { name: 'ada' })).cast.crash();
    await clock.advance(0);
  };

  test('detail short is a line, full is all of it', async () => {
    const short = await watched({ detail: 'short' }, crash);
    expect(short.screen.take()).toEqual(['✖ ada crashed: Error: boom, while handling "crash", no messages waiting']);
    const full = await watched({ detail: 'full' }, async (w) => {
      await startTree(w);
      w.runtime.ref(Cart, 'ada').cast.crash();
      await w.clock.advance(0);
      await w.runtime.stop('kim');
    });
    expect(full.screen.text).toMatch(/at Scheduler\.run /);
    expect(full.screen.take()).toEqual([
      '▶ carts started ada',
      '▶ carts started kim',
      '▶ app started carts',
      '✖ ada crashed in app › carts',
      '  Error: boom',
      '      at',
      expect.stringMatching(/^ {2}while handling "crash", no messages waiting, pid \d+$/),
      '  the message: cast crash()',
      '▶ carts started ada',
      '↻ carts restarted ada (restart 1)',
      '■ kim ended: normal',
      '▶ carts started kim',
      '↻ carts restarted kim, which had ended (normal) (restart 1)',
    ]);
  });

  test('detail full shows what was sent by whom, and what the server held, as formatStatus and redact leave it', async () => {
    class Vault extends GenServer<{ pin: string }> {
      readonly owner = 'ada';
      override init() {
        return { pin: '1234' };
      }
      open(pin: string): never {
        throw new Error(`not ${pin.length} digits`);
      }
      override formatStatus(status: ServerStatus<{ pin: string }>): ServerStatus {
        return { ...status, state: { pin: '****' } };
      }
    }
    class Client extends GenServer {
      ask(vault: ServerRef<Vault>): Promise<unknown> {
        return vault.call.open('12').catch(() => {});
      }
    }
    const { screen } = await watched({ detail: 'full' }, async ({ runtime }) => {
      const vault = await runtime.start(Vault, { name: 'vault' });
      await (await runtime.start(Client, { name: 'kim' })).call.ask(vault);
      await runtime.stop('kim');
    });
    const lines = screen.take().map((line) => line.trim());
    expect(
      lines.slice(
        lines.findIndex((line) => line.startsWith('the message')),
        -1,
      ),
    ).toEqual([
      `the message: call open('12')`,
      'sent by kim',
      `its state: { pin: '****' }`,
      `its fields: { owner: 'ada' }`,
    ]);
  });

  test.each(['short', 'normal', 'full'] as const)(
    'detail %s: what a crash report hides of its reason, no line about what follows shows',
    async (detail) => {
      const { runtime, clock } = newRuntime({
        redact: (report) => ({ ...report, reason: ExitReason.error('hidden'), message: undefined, restartHistory: [] }),
      });
      const screen = new Screen();
      const stopListening = runtime.subscribe(consoleReporter({ stream: screen, clock, detail }));
      const root = await runtime.startSupervisor({ strategy: 'one_for_one', maxRestarts: 1, children: [Cart] });
      await root.startChild(child(Cart, { id: 'late', args: [new Error('secret')] })).catch(() => undefined);
      for (const thrown of [new Error('secret'), 'secret']) {
        const [cart] = await root.whichChildren();
        if (cart?.pid !== undefined) runtime.ref(Cart, cart.pid).cast.crash(thrown);
        await clock.advance(0);
      }
      stopListening();
      expect(screen.text).toContain('hidden');
      expect(screen.text).toContain('gave up');
      expect(screen.text).not.toContain('secret');
    },
  );

  test('a value that cannot be shown hides no crash', async () => {
    const { screen } = await watched({ detail: 'full' }, async ({ runtime, clock }) => {
      const ada = await runtime.start(Cart, { name: 'ada' });
      const { proxy, revoke } = Proxy.revocable({}, {});
      revoke();
      ada.cast.crash(new Error('boom'), proxy);
      await clock.advance(0);
    });
    expect(screen.text).toContain('the message: cast crash(Error: boom');
  });

  test('a prefix comes before each entry', async () => {
    const { screen } = await watched({ detail: 'short', prefix: () => '12:00' }, crash);
    expect(screen.text).toMatch(/^12:00 ✖ ada crashed/);
  });

  test.each([
    ['a terminal', true, undefined, undefined, true],
    ['a terminal, with NO_COLOR', true, '1', undefined, false],
    ['a terminal, with an empty NO_COLOR', true, '', undefined, true],
    ['a file', false, undefined, undefined, false],
    ['a file that is to be coloured', false, '1', true, true],
    ['a terminal that is not to be coloured', true, undefined, false, false],
  ])('%s: colours as they should be', async (_, isTTY, noColor, color, isColoured) => {
    const before = process.env['NO_COLOR'];
    if (noColor === undefined) delete process.env['NO_COLOR'];
    else process.env['NO_COLOR'] = noColor;
    const screen = new Screen(isTTY);
    await watched({ stream: screen, ...(color !== undefined && { color }) }, crash);
    if (before === undefined) delete process.env['NO_COLOR'];
    else process.env['NO_COLOR'] = before;
    expect(screen.text.includes('\u001B[')).toBe(isColoured);
    expect(screen.text).toContain('boom');
  });

  test.each([
    ['detail', { detail: 'loud' }],
    ['stream', { stream: {} }],
    ['prefix', { prefix: 'x' }],
  ])('a bad %s is refused', (option, options) => {
    expect(() => consoleReporter(options as ConsoleReporterOptions)).toThrow(expect.objectContaining({ option }));
  });
});
