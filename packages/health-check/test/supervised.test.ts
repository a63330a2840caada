import { describe, expect, test } from '@jest/globals';
import { child, ExitReason, GenServer, registry, type Runtime, via } from '@rookery/genserver';
import { settle } from '@rookery/genserver/testing';
import { expectTypeOf } from 'expect-type';
import {
  type Health,
  HealthCheck,
  type HealthCheckChildOptions,
  HealthCheckRef,
  type HealthEvent,
  HealthOptionError,
} from '../src/index.js';
import { Gate, useRuntimes } from './support/health.js';

const newRuntime = useRuntimes();

async function start(options: HealthCheckChildOptions = {}) {
  const { runtime, clock } = newRuntime();
  const children = [HealthCheck.childSpec({ name: 'health', jitter: 0, ...options })];
  await runtime.startSupervisor({ name: 'app', strategy: 'one_for_one', children });
  return { runtime, clock, health: HealthCheck.ref(runtime, 'health') };
}

async function crash(runtime: Runtime): Promise<void> {
  runtime.exit('health', ExitReason.error(new Error('crash')));
  await settle(runtime);
}

describe('a supervised health check', () => {
  test('does all that a plain one does, directly, on the runtime’s clock', async () => {
    const { health, clock } = await start({ checks: [{ name: 'a', check: () => {} }] });
    expect(health.getHealth().state).toBe('unknown');
    await clock.advance(0);
    expect(health.getHealth()).toMatchObject({ state: 'healthy', checks: { a: { successes: 1 } } });
    await clock.advance(30_000);
    expect([
      health.check('a')?.successes,
      health.group('liveness').state,
      health.probe('readiness').statusCode,
    ]).toEqual([2, 'healthy', 200]);
    health.add({ name: 'b', check: () => ({ kind: 'degraded', reason: 'slow' }) });
    expect((await health.checkNow('b')).checks['b']).toMatchObject({ state: 'degraded', reason: 'slow' });
    expect([health.remove('b'), health.stats().checks, health.phase]).toEqual([true, 1, 'serving']);
  });

  test('a check that hangs holds up nobody: the process goes on, and probes answer', async () => {
    const gate = new Gate();
    const { health, clock } = await start({ checks: [{ name: 'a', check: gate.check }] });
    const now = health.checkNow();
    await clock.advance(5_000);
    expect([(await now).state, health.probe('liveness').statusCode]).toEqual(['unhealthy', 200]);
  });

  test('knows nothing after a restart until its checks have run; refs by name go on', async () => {
    const events: HealthEvent[] = [];
    const { health, runtime, clock } = await start({
      checks: [{ name: 'a', check: () => {}, initialDelayMs: 10 }],
      onEvent: (event) => events.push(event),
    });
    await clock.advance(10);
    const { pid } = health;
    await crash(runtime);
    expect([health.isAlive, health.pid === pid, health.getHealth().state]).toEqual([true, false, 'unknown']);
    await clock.advance(10);
    expect(health.getHealth().state).toBe('healthy');
    expect(events.filter(({ kind }) => kind === 'check_changed')).toHaveLength(2);
  });

  test('while no process is there nothing is known: not ready, and no reason to be restarted', async () => {
    const { health, runtime } = await start({ checks: [{ name: 'a', check: () => {} }] });
    runtime.kill('health');
    expect([health.isAlive, health.pid, health.check('a'), health.remove('a'), health.stats().checks]).toEqual([
      false,
      undefined,
      undefined,
      false,
      0,
    ]);
    expect(health.getHealth()).toMatchObject({ group: 'overall', state: 'unknown', checks: {} });
    expect(['liveness', 'readiness', 'startup', 'mine'].map((group) => health.probe(group).statusCode)).toEqual([
      200, 503, 503, 503,
    ]);
    const refused = Promise.allSettled([health.checkNow(), health.shutdown()]);
    expect(() => health.subscribe(() => {})).toThrow('health is closed');
    expect(await refused).toMatchObject(
      [1, 2].map(() => ({ reason: { code: 'ERR_HEALTH_CHECK_CLOSED', health: 'health' } })),
    );
    await settle(runtime);
    expect(health.isAlive).toBe(true);
  });

  test('while no process is there groups of the user are as it was made, for a ref that has seen it', async () => {
    const groups = { payments: { statusCodes: { unknown: 429 } } } as const;
    const { health, runtime } = await start({ groups, format: 'health+json' });
    const fresh = HealthCheck.ref(runtime, 'health');
    expect(health.isAlive).toBe(true);
    runtime.kill('health');
    expect([health, fresh].map((ref) => ref.probe('payments').statusCode)).toEqual([429, 503]);
    expect(health.probe('payments').headers['content-type']).toBe('application/health+json; charset=utf-8');
    await settle(runtime);
  });

  test('what makes no sense is refused also while no process is there', () => {
    const health = HealthCheck.ref(newRuntime().runtime, 'nobody');
    expect(() => health.probe('readiness', { format: 'xml' as never })).toThrow("one of 'rookery'");
    expect(() => health.probe('')).toThrow('`group`');
  });

  test('a shutdown that has begun stays begun over a restart', async () => {
    const { health, runtime, clock } = await start({ checks: [{ name: 'a', check: () => {} }] });
    health.beginShutdown();
    expect([health.phase, health.probe('readiness').statusCode]).toEqual(['unready', 503]);
    runtime.kill('health');
    expect([health.phase, health.probe('readiness').statusCode, health.probe('liveness').statusCode]).toEqual([
      'unready',
      503,
      200,
    ]);
    await settle(runtime);
    await clock.advance(0);
    expect([health.probe('readiness').statusCode, health.check('a')?.state]).toEqual([503, 'healthy']);
  });

  test('that ends aborts its checks; who waits gets a HealthClosedError', async () => {
    const gate = new Gate();
    const { health, runtime, clock } = await start({ checks: [{ name: 'a', check: gate.check }] });
    await clock.advance(0);
    const end = health.checkNow().catch((error: unknown) => error);
    await crash(runtime);
    expect(await end).toMatchObject({ code: 'ERR_HEALTH_CHECK_CLOSED' });
    expect(gate.contexts[0]?.signal.aborted).toBe(true);
  });

  test.each([['stop'], ['kill'], ['shutdown']] as const)('leaves no timer after %s', async (how) => {
    const gate = new Gate();
    const { health, runtime, clock } = await start({
      restart: 'temporary',
      checks: [
        { name: 'a', check: gate.check },
        { name: 'b', check: () => {} },
      ],
    });
    await clock.advance(0);
    if (how === 'stop') await runtime.stop('health');
    else if (how === 'kill') runtime.kill('health');
    else await runtime.shutdown();
    await settle(runtime);
    expect([clock.allTimers, health.isAlive]).toEqual([0, false]);
  });

  test('is found under a key of a registry, too; without a name gives a ref by pid', async () => {
    const { runtime } = newRuntime();
    const name = via('healths', 7);
    const children = [registry({ name: 'healths', keys: 'unique' }), HealthCheck.childSpec({ name })];
    await runtime.startSupervisor({ strategy: 'rest_for_one', children });
    expect(HealthCheck.ref(runtime, name).isAlive).toBe(true);
    const health = await runtime.start(HealthCheck.childSpec());
    expectTypeOf(health).toEqualTypeOf<HealthCheckRef>();
    expect([health.isAlive, String(health)]).toEqual([true, expect.stringContaining('HealthCheckServer')]);
  });

  test('keeps what it knows when its code is replaced', async () => {
    const { health, runtime, clock } = await start({ checks: [{ name: 'a', check: () => {} }] });
    await clock.advance(0);
    await runtime.sys.restartWithState('health');
    expect(health.getHealth().state).toBe('healthy');
    await clock.advance(30_000);
    expect(health.check('a')?.successes).toBe(2);
  });

  test('a name that another kind of server holds is an error', async () => {
    class Other extends GenServer {}
    const { runtime } = newRuntime();
    await runtime.startSupervisor({ strategy: 'one_for_one', children: [child(Other, { name: 'health' })] });
    expect(() => HealthCheck.ref(runtime, 'health').getHealth()).toThrow('the name of a HealthCheckServer');
  });

  test('what makes no sense is refused before anything starts', () => {
    expect(() => HealthCheck.childSpec({ concurrency: 0 })).toThrow(HealthOptionError);
    expect(() => HealthCheck.childSpec({ restart: 'sometimes' as never })).toThrow('`restart`');
  });

  test('is one kind of thing with the plain one, in types', () => {
    expectTypeOf<HealthCheck>().toExtend<Health>();
    expectTypeOf<HealthCheckRef>().toExtend<Health>();
    expect(HealthCheck.prototype).toHaveProperty('getHealth');
  });
});
