import { describe, expect, test } from '@jest/globals';
import { type Alias, Down, ExitReason, type MonitorAlias, type MonitorAliasOptions, send } from '../../src/index.js';
import { Probe } from '../gen-server/probe.js';
import { useRuntimes } from '../support/test-runtime.js';

const newRuntime = useRuntimes();

describe('an alias', () => {
  test('is a second address, until it is deactivated (PROC-039)', async () => {
    const { runtime } = newRuntime();
    const [probe, other] = [await runtime.start(Probe, { name: 'p' }), await runtime.start(Probe)];
    const alias = (await probe.call.run(({ self }) => self.alias())) as Alias;
    await other.call.run(() => [alias.send('one'), send(alias, 'two')]);
    expect([alias.isActive, alias.deactivate(), alias.isActive, alias.deactivate()]).toEqual([
      true,
      true,
      false,
      false,
    ]);
    expect(alias.send('three')).toBe(false);
    expect(await probe.call.received()).toEqual(['one', 'two']);
    expect([runtime.stats().dropped.dead_letter, String(alias)]).toEqual([1, 'alias of p']);
  });

  test('with reply takes one message (PROC-040)', async () => {
    const { runtime } = newRuntime();
    const probe = await runtime.start(Probe);
    const alias = (await probe.call.run(({ self }) => self.alias({ reply: true }))) as Alias;
    expect([alias.send('first'), alias.isActive, alias.send('second'), alias.deactivate()]).toEqual([
      true,
      false,
      false,
      false,
    ]);
    expect(await probe.call.received()).toEqual(['first']);
  });

  test('ends with its process (PROC-039)', async () => {
    const { runtime } = newRuntime();
    const probe = await runtime.start(Probe);
    const alias = (await probe.call.run(({ self }) => self.alias())) as Alias;
    runtime.kill(probe);
    expect([alias.isActive, alias.send('late'), alias.deactivate()]).toEqual([false, false, false]);
  });
});

/** `a` monitors `b` with an alias. */
async function watch(ends: MonitorAliasOptions['alias']) {
  const { runtime } = newRuntime();
  const [a, b] = [await runtime.start(Probe), await runtime.start(Probe)];
  const alias = (await a.call.run(({ self }) => self.monitor(b, { alias: ends }))) as MonitorAlias;
  return { runtime, a, b, alias, bPid: b.pid };
}

describe('a monitor with an alias', () => {
  test.each(['explicit_unalias', 'demonitor'] as const)(
    '%s: answers arrive, and so does the Down (MON-016)',
    async (ends) => {
      const { runtime, a, b, alias, bPid } = await watch(ends);
      await b.call.run(() => [alias.send('one'), alias.send('two')]);
      await runtime.stop(b);
      expect(await a.call.received()).toEqual(['one', 'two', new Down(alias.ref, bPid, ExitReason.normal)]);
      expect(alias.isActive).toBe(ends === 'explicit_unalias');
    },
  );

  test('reply_demonitor: the first answer removes the monitor, too (MON-016)', async () => {
    const { runtime, a, b, alias } = await watch('reply_demonitor');
    expect([alias.send('answer'), alias.send('another')]).toEqual([true, false]);
    await runtime.stop(b);
    expect(await a.call.received()).toEqual(['answer']);
  });

  test.each([
    ['explicit_unalias', true],
    ['demonitor', false],
    ['reply_demonitor', false],
  ] as const)('%s: after demonitor the alias is active: %p (MON-016)', async (ends, isActive) => {
    const { a, alias } = await watch(ends);
    expect(await a.call.run(({ self }) => self.demonitor(alias.ref))).toBe(true);
    expect([alias.isActive, alias.send('late')]).toEqual([isActive, isActive]);
  });

  test.each(['demonitor', 'reply_demonitor'] as const)(
    '%s: deactivating the alias leaves the monitor (MON-016)',
    async (ends) => {
      const { runtime, a, b, alias } = await watch(ends);
      alias.deactivate();
      await runtime.stop(b);
      expect(await a.call.received()).toMatchObject([{ ref: alias.ref }]);
    },
  );

  test('of a dead process gives noproc, and the alias has ended (MON-016)', async () => {
    const { runtime } = newRuntime();
    const a = await runtime.start(Probe);
    const alias = (await a.call.run(({ self }) => self.monitor('nobody', { alias: 'demonitor' }))) as MonitorAlias;
    expect(await a.call.received()).toEqual([new Down(alias.ref, undefined, ExitReason.noproc, 'nobody')]);
    expect(alias.isActive).toBe(false);
  });

  test('refuses another word', async () => {
    const { runtime } = newRuntime();
    const a = await runtime.start(Probe);
    const options = { alias: 'forever' } as unknown as MonitorAliasOptions;
    const call = a.call.run(({ self }) => self.monitor(a, options));
    await expect(call).rejects.toMatchObject({ cause: { code: 'ERR_GENSERVER_INVALID_OPTION', option: 'alias' } });
  });
});
