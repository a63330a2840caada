import { describe, expect, test } from '@jest/globals';
import { GenServer, NotStartedError, ProcessExitedError } from '../../src/index.js';
import { gate, Probe, raise, rejection } from './probe.js';
import { useRuntimes } from '../support/test-runtime.js';

const newRuntime = useRuntimes();
const boom = new Error('boom');

/** Something with a `then` that does as it likes. */
function thenable(work: (resolve: (value: unknown) => void, reject: (error: unknown) => void) => void): unknown {
  return withThen({ value: work });
}

/** A test of thenables needs what is otherwise a mistake. */
function withThen(property: PropertyDescriptor): unknown {
  return Object.defineProperty({}, String(Symbol('then').description), property);
}

const NO_FUNCTION = withThen({ value: 1 });

describe('a handler that returns a thenable', () => {
  test.each([
    ['resolves twice', thenable((resolve) => (resolve('first'), resolve('second'))), 'first'],
    ['resolves, then throws', thenable((resolve) => (resolve('value'), raise(boom))), 'value'],
    ['resolves at once', thenable((resolve) => resolve('now')), 'now'],
    ['resolves with another one', thenable((resolve) => resolve(thenable((inner) => inner('inner')))), 'inner'],
    ['has a then that is no function', NO_FUNCTION, NO_FUNCTION],
  ])('that %s is waited for once, as await would', async (_, result, reply) => {
    const { runtime } = newRuntime();
    const probe = await runtime.start(Probe);
    expect(await probe.call.run(() => result)).toEqual(reply);
    expect(await probe.call.ping()).toBe('pong');
  });

  const failing: readonly [string, () => unknown][] = [
    ['rejects', () => thenable((_, reject) => reject(boom))],
    ['throws in then', () => thenable(() => raise(boom))],
    ['throws when it is looked at', () => withThen({ get: () => raise(boom) })],
    ['is a revoked proxy', revoked],
  ];

  test.each(failing)('that %s ends its server, and no other', async (_, work) => {
    const { runtime } = newRuntime();
    const [probe, other] = [await runtime.start(Probe), await runtime.start(Probe)];
    const exited = runtime.exited(probe);
    expect(await rejection(probe.call.run(work))).toBeInstanceOf(ProcessExitedError);
    expect((await exited).kind).toBe('error');
    expect(await other.call.ping()).toBe('pong');
  });

  test('that never settles can be killed', async () => {
    const { runtime } = newRuntime();
    const probe = await runtime.start(Probe);
    const call = rejection(probe.call.run(() => thenable(() => undefined)));
    await Promise.resolve();
    runtime.kill(probe);
    expect(await call).toBeInstanceOf(ProcessExitedError);
  });

  test('that settles long after its server was killed is ignored', async () => {
    const { runtime, clock } = newRuntime();
    const probe = await runtime.start(Probe);
    const settle = gate<(value: unknown) => void>();
    probe.cast.run(() => thenable((resolve) => settle.open(resolve)));
    await clock.advance(0);
    runtime.kill(probe);
    (await settle.opened)('late');
    await clock.advance(0);
    expect(runtime.stats()).toMatchObject({ processes: 0, dropped: { late_reply: 0, late_failure: 0 } });
  });
});

function revoked(): unknown {
  const { proxy, revoke } = Proxy.revocable({}, {});
  revoke();
  return proxy;
}

describe('a handler may return', () => {
  test('a ref, a client, a process of its own: they are values, not promises', async () => {
    const { runtime } = newRuntime();
    const [probe, other] = [await runtime.start(Probe), await runtime.start(Probe)];
    expect(await probe.call.run(() => other)).toBe(other);
    expect(await probe.call.run(() => other.call)).toBe(other.call);
    expect(await probe.call.run(() => other.cast)).toBe(other.cast);
    expect(await probe.call.run(({ self }) => self.pid)).toBe(probe.pid);
  });

  test('the pending call of another server, which is waited for', async () => {
    const { runtime } = newRuntime();
    const [probe, other] = [await runtime.start(Probe), await runtime.start(Probe)];
    expect(await probe.call.run(() => other.call.ping())).toBe('pong');
  });

  test.each([undefined, null, 0, '', false, Number.NaN])('%p, which is not nothing', async (value) => {
    const { runtime } = newRuntime();
    const probe = await runtime.start(Probe);
    expect(await probe.call.run(() => value)).toEqual(value);
  });
});

test('a client can be looked at by tools without a complaint', async () => {
  const { runtime } = newRuntime();
  const { call } = await runtime.start(Probe);
  expect(JSON.stringify(call)).toBe('{}');
  expect(Object.prototype.toString.call(call)).toBe('[object Object]');
  expect(await Promise.resolve(call)).toBe(call);
  expect('ping' in call && typeof call.ping).toBe('function');
});

test('a server that no runtime has started has no self, and says what to do', () => {
  class Alone extends GenServer {
    pid(): number {
      return this.self.pid;
    }
  }
  expect(() => new Alone().pid()).toThrow(NotStartedError);
});
