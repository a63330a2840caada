import { afterEach, describe, expect, test } from '@jest/globals';
import { ConsoleLogger } from '@nestjs/common';
import { Test, type TestingModule } from '@nestjs/testing';
import { child, GenServer, Runtime, type ServerRef } from '@rookery/genserver';
import { ManualClock } from '@rookery/genserver/testing';
import {
  type DeclaredChild,
  getServerToken,
  Supervised,
  SupervisionModule,
  type SupervisionOptions,
} from '../src/index.js';
import { inner, treeOf } from './support/trees.js';

/** What a record of the log has, beside the time. */
type Entry = Record<string, unknown>;

/** Nest's own logger in its JSON mode; what it would write is kept. */
class RecordLogger extends ConsoleLogger {
  readonly records: Entry[] = [];

  constructor() {
    super({ json: true });
  }

  protected override printAsJson(...[message, options]: Parameters<ConsoleLogger['printAsJson']>): void {
    const { timestamp: _timestamp, pid: _pid, ...record } = this.getJsonLogObject(message, options);
    if (record.context === 'Supervision' && record.level !== 'log') this.records.push(record);
  }
}

@Supervised({ name: 'vault' })
class Vault extends GenServer<string> {
  override init(): string {
    return 'secret state';
  }
  open(_code: string): never {
    throw new Error('wrong code 1234');
  }
}

const apps: TestingModule[] = [];
afterEach(async () => {
  for (const app of apps.splice(0)) await app.close();
});

async function start(options: Partial<SupervisionOptions>, ...children: readonly DeclaredChild[]) {
  const logger = new RecordLogger();
  const clock = new ManualClock();
  const root = treeOf(...children);
  const imports = [SupervisionModule.forRoot({ root, clock, onGiveUp: () => undefined, ...options })];
  const app = await Test.createTestingModule({ imports, providers: [Vault] })
    .setLogger(logger)
    .compile();
  apps.push(app);
  await app.init();
  const crash = async (): Promise<void> => {
    app.get<ServerRef<Vault>>(getServerToken(Vault)).cast.open('1234');
    await clock.advance(0);
  };
  return { app, clock, runtime: app.get(Runtime), records: logger.records, crash };
}

describe('the log', () => {
  test('has a crash and a restart as text and as facts, without state and arguments', async () => {
    const { records, crash } = await start({}, Vault);
    await crash();
    expect(records).toEqual([
      {
        level: 'error',
        context: 'Supervision',
        message: 'vault crashed while handling "open" (0 messages waiting): Error: wrong code 1234',
        stack: expect.stringContaining('at Vault.open'),
        params: {
          event: 'process_crashed',
          process: 'vault',
          processId: expect.any(Number),
          className: 'Vault',
          path: 'Root > vault',
          reason: 'error',
          lastMessage: 'open',
          mailboxSize: 0,
          earlierFailures: 0,
        },
      },
      {
        level: 'warn',
        context: 'Supervision',
        message: 'Root restarted vault (restart 1 of this child)',
        params: {
          event: 'child_restarted',
          supervisor: 'Root',
          child: 'vault',
          processId: expect.any(Number),
          restarts: 1,
        },
      },
    ]);
    expect(JSON.stringify(records)).not.toContain('secret state');
  });

  test('has what redact leaves of a crash, and its stack no more than that', async () => {
    const redact: SupervisionOptions['redact'] = (report) => ({
      ...report,
      reason: { kind: 'error', error: new Error('hidden') },
      stack: undefined,
    });
    const { records, crash } = await start({ redact }, Vault);
    await crash();
    expect(records[0]).toMatchObject({ message: expect.stringContaining('Error: hidden') });
    expect(JSON.stringify(records)).not.toContain('1234');
  });

  test('says that redact has failed', async () => {
    const redact = (): never => {
      throw new Error('redact is broken');
    };
    const { records, crash } = await start({ redact }, Vault);
    await crash();
    expect(JSON.stringify(records)).not.toContain('1234');
    expect(records[1]).toMatchObject({
      level: 'error',
      message: 'redact failed for the crash report of vault, which tells plain facts only',
      stack: expect.stringContaining('redact is broken'),
    });
  });

  test('has a start that failed, a supervisor that gave up, and nothing of the error that its crash tells redacted', async () => {
    class Late extends GenServer {
      override init(): void {
        if (starts++ > 0) throw new Error('token 5678');
      }
      crash(): never {
        throw new Error('first');
      }
    }
    let starts = 0;
    const redact: SupervisionOptions['redact'] = (report) => ({ ...report, reason: { kind: 'killed' }, stack: '' });
    const late = inner('lates', child(Late, { name: 'late' }));
    const { records, runtime, clock } = await start({ redact }, late, Vault);
    runtime.ref(Late, 'late').cast.crash();
    await clock.advance(0);
    const failed = records.find(({ params }) => (params as Entry)['event'] === 'child_start_failed');
    expect(failed).toMatchObject({
      level: 'error',
      message: expect.stringMatching(/ could not start late: an error, see its crash$/),
      params: { child: 'late', reason: 'error' },
    });
    const gaveUp = records.find(({ params }) => (params as Entry)['event'] === 'supervisor_gave_up');
    expect(gaveUp).toMatchObject({ level: 'error', params: { child: 'late' } });
    expect(JSON.stringify(records)).not.toContain('5678');
  });

  test('has a restart that is put off', async () => {
    const slow = inner('slow', child(Vault, { name: 'other', backoff: { initialMs: 200, jitter: 'none' } }));
    const { records, runtime, clock } = await start({}, slow, Vault);
    runtime.ref(Vault, 'other').cast.open('1');
    await clock.advance(0);
    expect(records[1]).toMatchObject({
      level: 'warn',
      message: expect.stringContaining('restarts other in 200 ms'),
      params: { event: 'child_restart_scheduled', delayMs: 200 },
    });
    await clock.advance(200);
  });

  test('has a child that did not stop as it was told', async () => {
    class Stubborn extends GenServer {
      override init(): void {
        this.self.trapExit(true);
      }
      override terminate(): never {
        throw new Error('not yet');
      }
    }
    const { app, records, clock } = await start({}, child(Stubborn, { name: 'stubborn' }), Vault);
    const closed = app.close();
    await clock.advance(0);
    await closed;
    expect(records).toContainEqual(
      expect.objectContaining({
        level: 'warn',
        message: 'stubborn was told to stop by Root and ended otherwise: an error, see its crash',
        params: expect.objectContaining({ event: 'child_shutdown_failed', reason: 'error' }),
      }),
    );
  });
});
