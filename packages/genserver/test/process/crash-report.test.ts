import { inspect } from 'node:util';
import { describe, expect, test } from '@jest/globals';
import {
  child,
  type CrashReport,
  exit,
  ExitReason,
  GenServer,
  type Redact,
  Runtime,
  type RuntimeEvent,
  type ServerStatus,
  supervisor,
} from '../../src/index.js';
import { gate, Probe, raise, rejection, within } from '../gen-server/probe.js';
import { type TestRuntime, useRuntimes } from '../support/test-runtime.js';

const newRuntime = useRuntimes();
const boom = new Error('boom');

class Vault extends GenServer<{ readonly gold: number }> {
  override init(gold: number): { readonly gold: number } {
    return { gold };
  }
  rob(amount: number, _mask: string): void {
    this.state = { gold: this.state.gold - amount };
    throw boom;
  }
  override handleInfo(message: unknown): void {
    throw message;
  }
}

function crashes(events: readonly RuntimeEvent[]): readonly CrashReport[] {
  return events.filter((event) => event.kind === 'process_crashed');
}

async function robbed(
  options: { readonly redact?: Redact } = {},
): Promise<TestRuntime & { readonly report: CrashReport }> {
  const made = newRuntime(options);
  const vault = await made.runtime.start(Vault, { args: [100], name: 'vault' });
  await rejection(vault.call.rob(30, 'dog'));
  const [report, ...more] = crashes(made.events);
  if (report === undefined || more.length > 0) throw new Error('Expected one crash report.');
  return { ...made, report };
}

describe('a crash report', () => {
  test('says who, why, at which message of whom, in which state, and where in the tree (PROC-034, GS-085)', async () => {
    const { runtime, clock, events } = newRuntime();
    await runtime.startSupervisor({
      name: 'root',
      strategy: 'one_for_one',
      children: [
        supervisor({ name: 'bank', strategy: 'one_for_one', children: [child(Vault, { args: [100], name: 'vault' })] }),
      ],
    });
    const robber = await runtime.start(Probe, { name: 'robber' });
    const vault = runtime.ref(Vault, 'vault');
    const { pid } = vault;
    const { opened, open } = gate();
    const done = within(robber, async () => {
      const failed = rejection(vault.call.rob(30, 'dog'));
      vault.send('waiting');
      await failed;
      await opened;
    });
    await clock.advance(0);
    expect(crashes(events)).toEqual([
      {
        kind: 'process_crashed',
        pid,
        process: 'vault',
        className: 'Vault',
        label: undefined,
        reason: ExitReason.error(boom),
        stack: boom.stack,
        lastMessage: 'rob',
        message: { kind: 'call', name: 'rob', args: [30, 'dog'], from: 'robber' },
        sender: { pid: robber.pid, process: 'robber', isAlive: true },
        mailboxSize: 1,
        state: { gold: 70 },
        fields: {},
        ancestors: ['bank', 'root'],
        path: ['root', 'bank', 'vault'],
        restartHistory: [],
      },
    ]);
    open();
    await done;
  });

  test('comes once for each abnormal end, with what the server had restarted before (PROC-034)', async () => {
    const { runtime, clock, events } = newRuntime();
    await runtime.startSupervisor({ strategy: 'one_for_one', children: [child(Vault, { args: [1], name: 'vault' })] });
    for (const amount of [1, 2]) {
      await rejection(runtime.ref(Vault, 'vault').call.rob(amount, ''));
      await clock.advance(10);
    }
    expect(crashes(events).map(({ restartHistory }) => restartHistory)).toEqual([
      [],
      [{ atMs: 0, reason: ExitReason.error(boom) }],
    ]);
  });

  test.each([
    ['normal', (): void => exit(ExitReason.normal)],
    ['shutdown', (): void => exit(ExitReason.shutdown)],
    ['shutdown with a detail', (): void => exit(ExitReason.shutdownWith('done'))],
  ])('does not come for a clean end: %s (PROC-033)', async (_, work) => {
    const { runtime, events } = newRuntime();
    const probe = await runtime.start(Probe);
    await rejection(probe.call.run(work));
    expect(crashes(events)).toEqual([]);
  });

  test('does not come for a process that others have ended (PROC-034)', async () => {
    const { runtime, events } = newRuntime();
    const [killed, signalled] = [await runtime.start(Probe), await runtime.start(Probe)];
    runtime.kill(killed);
    runtime.exit(signalled, ExitReason.error(boom));
    expect(crashes(events)).toEqual([]);
  });

  test('carries the label (PROC-036)', async () => {
    const { runtime, events } = newRuntime();
    const probe = await runtime.start(Probe);
    await rejection(probe.call.run(({ self }) => (self.setLabel('game 7'), raise('x'))));
    expect(crashes(events)).toMatchObject([{ label: 'game 7', reason: ExitReason.error('x'), stack: undefined }]);
  });

  test.each([
    [true, 'sender'],
    [false, undefined],
  ])(
    'of a message or cast says who sent it, if the runtime keeps contexts: %p (GS-085)',
    async (asyncContext, process) => {
      const { runtime, clock, events } = newRuntime({ asyncContext });
      const [sender, one, two] = [
        await runtime.start(Probe, { name: 'sender' }),
        await runtime.start(Vault, { args: [1] }),
        await runtime.start(Vault, { args: [1] }),
      ];
      const { pid } = sender;
      const call = rejection(
        sender.call.run(() => {
          one.cast.rob(1, '');
          two.send('junk');
          runtime.kill(sender);
        }),
      );
      await clock.advance(0);
      await call;
      const expected = process && { pid, process, isAlive: false };
      expect(crashes(events)).toMatchObject([
        { sender: expected, message: { kind: 'cast', name: 'rob', args: [1, ''] } },
        { sender: expected, message: { kind: 'info', name: 'send', args: ['junk'] } },
      ]);
    },
  );

  test('of a start has the arguments of init, and of a stop by itself its reason', async () => {
    const { runtime, events } = newRuntime();
    class Failing extends Probe {
      override init(_options: { readonly trapExit?: boolean } = {}): void {
        throw boom;
      }
    }
    await rejection(runtime.start(Failing, { args: [{ trapExit: true }] }));
    const probe = await runtime.start(Probe);
    await runtime.stop(probe, ExitReason.error('asked'));
    expect(crashes(events)).toMatchObject([
      { message: { kind: 'start', name: 'init', args: [{ trapExit: true }] } },
      { message: { kind: 'stop', name: 'stop' }, reason: ExitReason.error('asked') },
    ]);
  });

  test('shows the fields of a server, or what its formatStatus gives (GS-084)', async () => {
    const { runtime, events } = newRuntime();
    class Shy extends Probe {
      override formatStatus(status: ServerStatus<void>): ServerStatus {
        return { ...status, state: 'secret', fields: {}, message: undefined, reason: ExitReason.error('hidden') };
      }
    }
    class Hostile extends Probe {
      override formatStatus(): ServerStatus {
        throw boom;
      }
    }
    for (const Kind of [Probe, Shy, Hostile]) await rejection((await runtime.start(Kind)).call.run(() => raise(boom)));
    expect(crashes(events)).toMatchObject([
      { state: undefined, fields: { seen: [] }, reason: { error: boom }, stack: boom.stack },
      { state: 'secret', fields: {}, message: undefined, reason: { error: 'hidden' }, stack: undefined },
      { state: '(formatStatus of Hostile failed: boom)', fields: {}, message: { name: 'run', args: [] } },
    ]);
  });
});

test('what formatStatus hides of a reason is hidden in the history of the next report, too (GS-084)', async () => {
  class Discreet extends GenServer {
    login(password: string): never {
      throw new Error(`${password} is wrong`);
    }
    override formatStatus(status: ServerStatus): ServerStatus {
      return { ...status, message: undefined, reason: ExitReason.error(new Error('wrong password')) };
    }
  }
  const { runtime, clock, events } = newRuntime();
  const children = [child(Discreet, { name: 'discreet' })];
  await runtime.startSupervisor({ strategy: 'one_for_one', children });
  for (let round = 0; round < 2; round++) {
    runtime.ref(Discreet, 'discreet').cast.login('secret');
    await clock.advance(1);
  }
  const reports = events.filter(({ kind }) => kind === 'process_crashed');
  expect(reports).toMatchObject([{}, { restartHistory: [{ atMs: 0, reason: { kind: 'error' } }] }]);
  expect(inspect(reports, { depth: 20 })).not.toContain('secret is wrong');
});

describe('redact', () => {
  test('gives the report that subscribers see (GS-084)', async () => {
    const { report } = await robbed({ redact: (one) => ({ ...one, state: 'hidden', message: undefined }) });
    expect(report).toMatchObject({ process: 'vault', state: 'hidden', message: undefined, reason: { error: boom } });
  });

  test.each([
    ['throws', () => raise('redactor'), 'redactor'],
    ['gives something else', () => 'nothing' as never, expect.any(TypeError)],
  ])('that %s leaves the plain facts, and says so; all else goes on (GS-084)', async (_, redact, redactionError) => {
    const { report, runtime } = await robbed({ redact });
    expect(report).toEqual({
      kind: 'process_crashed',
      pid: report.pid,
      process: 'vault',
      className: 'Vault',
      label: undefined,
      reason: ExitReason.error('not shown'),
      stack: undefined,
      lastMessage: 'rob',
      message: undefined,
      sender: undefined,
      mailboxSize: 0,
      state: undefined,
      fields: {},
      ancestors: [],
      path: ['vault'],
      restartHistory: [],
      redactionError,
    });
    expect(runtime.whereis('vault')).toBeUndefined();
  });

  test('is not asked when nobody listens: then no report is made', async () => {
    let asked = 0;
    const runtime = new Runtime({ redact: (report) => (asked++, report) });
    const crash = async (): Promise<unknown> => rejection((await runtime.start(Probe)).call.run(() => raise(boom)));
    await crash();
    expect(asked).toBe(0);
    const unsubscribe = runtime.subscribe(() => undefined);
    await crash();
    unsubscribe();
    expect(asked).toBe(1);
  });

  test('has to be a function', () => {
    expect(() => new Runtime({ redact: 'all' as unknown as Redact })).toThrow('Expected `redact`');
  });
});

describe('a dead letter', () => {
  test('says whom it was for, what it was and who sent it (PROC-023)', async () => {
    const { runtime, events } = newRuntime();
    const [sender, dead] = [
      await runtime.start(Probe, { name: 'sender' }),
      await runtime.start(Probe, { name: 'dead' }),
    ];
    const { opened, open } = gate();
    dead.cast.run(() => opened);
    await sender.call.run(() => dead.cast.run(() => 'waits for ever'));
    await sender.call.run(() => void dead.send('waits, too'));
    runtime.kill(dead);
    await sender.call.run(() => void dead.send('late'));
    dead.send('from outside');
    const letters = events.filter((event) => event.kind === 'message_dropped');
    expect(letters.map(({ process, message, detail, sender: by }) => [process, message, detail, by])).toEqual([
      ['dead', 'run', [expect.any(Function)], 'sender'],
      ['dead', 'send', 'waits, too', 'sender'],
      ['dead', 'send', 'late', 'sender'],
      ['dead', 'send', 'from outside', undefined],
    ]);
    open();
  });
});
