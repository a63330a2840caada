import { describe, expect, test } from '@jest/globals';
import {
  type CrashReport,
  Exit,
  ExitReason,
  GenServer,
  ProcessExitedError,
  type ServerStatus,
  type ViaName,
} from '../../src/index.js';
import { Probe, raise, rejection } from '../gen-server/probe.js';
import { useRuntimes } from '../support/test-runtime.js';

// Whatever users give it: an end is an end. Who waits and who is linked hears of it.
const newRuntime = useRuntimes();
const boom = new Error('boom');

/** Looking at it throws. */
function untouchable(): object {
  const { proxy, revoke } = Proxy.revocable({}, {});
  revoke();
  return proxy;
}

class Odd extends Probe {
  format: (status: ServerStatus<void>) => ServerStatus = (status) => status;
  override formatStatus(status: ServerStatus<void>): ServerStatus {
    return this.format(status);
  }
}

const odd = (fields: object): ServerStatus => fields as ServerStatus;

describe('a formatStatus', () => {
  test.each<readonly [string, () => ServerStatus, object]>([
    ['throws what must not be looked at', () => raise(untouchable()), { reason: { error: boom } }],
    [
      'gives what must not be looked at',
      () =>
        odd({
          get state() {
            return raise(boom);
          },
        }),
      { state: '(formatStatus of Odd failed: boom)' },
    ],
    [
      'gives a reason and fields that are none',
      () => odd({ state: 1, reason: 'secret', fields: 'all' }),
      { state: 1, fields: {}, reason: ExitReason.error('not shown') },
    ],
  ])('that %s does not keep its server from ending (GS-084, GS-032)', async (_, format, report) => {
    const { runtime, events } = newRuntime();
    const server = await runtime.start(Odd);
    await server.call.run((self) => void (self.format = format));
    expect(await rejection(server.call.run(() => raise(boom)))).toBeInstanceOf(ProcessExitedError);
    expect(events.find(({ kind }) => kind === 'process_crashed')).toMatchObject(report);
  });
});

const circular: { readonly kind: string; readonly id: string; reason: unknown } = {
  kind: 'failed_to_start_child',
  id: 'x',
  reason: undefined,
};
circular.reason = ExitReason.shutdownWith(circular);

test.each([
  ['that only looks like a failed child', { kind: 'failed_to_start_child', id: 'x' }],
  ['that leads back to itself', circular],
  ['that must not be looked at', untouchable()],
])('a shutdown with a detail %s ends a process, and is told to all (PROC-033, LINK-001, GS-032)', async (_, detail) => {
  const { runtime } = newRuntime();
  const [server, friend] = [await runtime.start(Probe), await runtime.start(Probe, { args: [{ trapExit: true }] })];
  await friend.call.run(({ self }) => self.link(server));
  const { pid } = server;
  const [waiting, reason] = [rejection(server.call.ping()), ExitReason.shutdownWith(detail)];
  runtime.exit(server, reason);
  const error = await waiting;
  expect(error instanceof ProcessExitedError && error.reason === reason).toBe(true);
  const [exit] = await friend.call.received();
  expect(exit instanceof Exit && exit.from === pid && exit.reason === reason).toBe(true);
});

describe('a name in a directory of somebody else', () => {
  const directory = (claim: () => never): ViaName => ({ toString: () => 'odd', whereis: () => undefined, claim });

  test('that cannot be given back does not keep its holder from ending, and the failure is seen (PROC-029, LINK-001)', async () => {
    const { runtime } = newRuntime();
    const seen: unknown[] = [];
    const [friend, name] = [
      await runtime.start(Probe, { args: [{ trapExit: true }] }),
      directory(() => ({ release: () => raise(boom) }) as never),
    ];
    await friend.call.run(({ self }) => self.startLink(Probe, { name }));
    const pid = runtime.info(friend)?.links[0]?.pid;
    const original = globalThis.queueMicrotask;
    globalThis.queueMicrotask = (task) => original(() => seen.push(...thrownBy(task)));
    if (pid !== undefined) runtime.kill(pid);
    globalThis.queueMicrotask = original;
    expect(await friend.call.received()).toEqual([new Exit(pid, ExitReason.killed)]);
    expect(seen).toEqual([boom]);
  });

  test('whose claim gives nothing is refused, and nothing is started (GS-019)', async () => {
    const { runtime } = newRuntime();
    const name = directory(() => undefined as never);
    expect(await rejection(runtime.start(Probe, { name }))).toMatchObject({ option: 'name' });
    expect(runtime.stats().processes).toBe(0);
  });
});

function thrownBy(task: () => void): readonly unknown[] {
  try {
    task();
    return [];
  } catch (error) {
    return [error];
  }
}

test('a redactor that gives less than a report is not trusted (GS-084)', async () => {
  const { runtime, events } = newRuntime({ redact: () => ({ kind: 'process_crashed' }) as CrashReport });
  class Crasher extends GenServer {
    crash(): void {
      throw boom;
    }
  }
  await rejection((await runtime.start(Crasher)).call.crash());
  const report = events.find(({ kind }) => kind === 'process_crashed');
  expect(report).toMatchObject({ redactionError: expect.any(TypeError) as unknown, path: [expect.any(String)] });
});
