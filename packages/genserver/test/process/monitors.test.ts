import { describe, expect, test } from '@jest/globals';
import {
  type Address,
  Down,
  Exit,
  ExitReason,
  type MonitorRef,
  Registry,
  type ServerRef,
  via,
} from '../../src/index.js';
import { gate, Probe, raise, within } from '../gen-server/probe.js';
import { useRuntimes } from '../support/test-runtime.js';

const newRuntime = useRuntimes();
const failed = ExitReason.error(new Error('boom'));

function monitor(owner: ServerRef<Probe>, target: Address): Promise<MonitorRef> {
  return owner.call.run(({ self }) => self.monitor(target)) as Promise<MonitorRef>;
}

function demonitor(owner: ServerRef<Probe>, ref: MonitorRef): Promise<unknown> {
  return owner.call.run(({ self }) => self.demonitor(ref));
}

describe('a monitor', () => {
  test.each([ExitReason.normal, ExitReason.shutdown, failed])(
    'gives one Down with the reason %j, and nothing else happens (MON-001)',
    async (reason) => {
      const { runtime } = newRuntime();
      const [a, b] = [await runtime.start(Probe), await runtime.start(Probe)];
      const { pid } = b;
      const ref = await monitor(a, b);
      await runtime.stop(b, reason);
      expect(await a.call.received()).toEqual([new Down(ref, pid, reason)]);
    },
  );

  test('of a dead process or an unknown name gives noproc, as a message (MON-002, MON-010)', async () => {
    const { runtime } = newRuntime();
    const [a, dead] = [await runtime.start(Probe), await runtime.start(Probe)];
    const { pid } = dead;
    await runtime.stop(dead);
    const refs = [await monitor(a, dead), await monitor(a, 'nobody')] as const;
    expect(await a.call.received()).toEqual([
      new Down(refs[0], pid, ExitReason.noproc),
      new Down(refs[1], undefined, ExitReason.noproc, 'nobody'),
    ]);
  });

  test('counts each time it is made (MON-003)', async () => {
    const { runtime } = newRuntime();
    const [a, b] = [await runtime.start(Probe), await runtime.start(Probe)];
    const refs = [await monitor(a, b), await monitor(a, b)];
    await runtime.stop(b);
    const downs = (await a.call.received()) as readonly Down[];
    expect(new Set(refs).size).toBe(2);
    expect(downs.map(({ ref }) => ref)).toEqual(refs);
  });

  test('is one-way: the end of its owner is no news (MON-004)', async () => {
    const { runtime } = newRuntime();
    const [a, b] = [await runtime.start(Probe), await runtime.start(Probe, { args: [{ trapExit: true }] })];
    await monitor(a, b);
    await runtime.stop(a, failed);
    expect(await b.call.received()).toEqual([]);
    await runtime.stop(b);
    expect(runtime.stats().dropped.dead_letter).toBe(0);
  });

  test('that was removed gives no Down; removing it tells whether it was active (MON-005, MON-008)', async () => {
    const { runtime } = newRuntime();
    const [a, b] = [await runtime.start(Probe), await runtime.start(Probe)];
    const ref = await monitor(a, b);
    expect([await demonitor(a, ref), await demonitor(a, ref), await demonitor(a, 999 as MonitorRef)]).toEqual([
      true,
      false,
      false,
    ]);
    await runtime.stop(b);
    expect(await a.call.received()).toEqual([]);
  });

  test('that has fired cannot take its Down back (MON-006, MON-008)', async () => {
    const { runtime } = newRuntime();
    const [a, b] = [await runtime.start(Probe), await runtime.start(Probe)];
    const removed = await a.call.run(({ self }) => {
      const ref = self.monitor(b);
      runtime.kill(b);
      return self.demonitor(ref);
    });
    expect(removed).toBe(false);
    expect(await a.call.received()).toHaveLength(1);
  });

  test('by name sticks to the process that held the name (MON-009, MON-011)', async () => {
    const { runtime } = newRuntime();
    const a = await runtime.start(Probe);
    const first = await runtime.start(Probe, { name: 'n' });
    const { pid } = first;
    const ref = await monitor(a, 'n');
    await runtime.stop('n');
    await runtime.start(Probe, { name: 'n' });
    await runtime.stop('n');
    expect(await a.call.received()).toEqual([new Down(ref, pid, ExitReason.normal, 'n')]);
  });

  test.each([
    ['a string', 'n', 'n'],
    ['a symbol', Symbol.for('n'), Symbol.for('n')],
    ['a ref by name', 'ref', 'ref'],
    ['a via name', via('rooms', 1), 'rooms/1'],
  ])('by %s says the name in its Down (MON-009)', async (what, name, expected) => {
    const { runtime } = newRuntime();
    await runtime.start(Registry, { args: [{ keys: 'unique' }], name: 'rooms' });
    const [a, b] = [await runtime.start(Probe), await runtime.start(Probe, { name })];
    const { pid } = b;
    const ref = await monitor(a, what === 'a ref by name' ? runtime.ref(Probe, name) : name);
    await runtime.stop(b);
    expect(await a.call.received()).toEqual([new Down(ref, pid, ExitReason.normal, expected)]);
  });

  test('by pid, or by a ref by pid, says no name', async () => {
    const { runtime } = newRuntime();
    const [a, b] = [await runtime.start(Probe), await runtime.start(Probe, { name: 'b' })];
    await monitor(a, b.pid ?? 'nobody');
    await runtime.stop(b);
    expect(await a.call.received()).toMatchObject([{ name: undefined, tag: 'DOWN' }]);
  });

  test('with a tag says it in its Down (MON-017)', async () => {
    const { runtime } = newRuntime();
    const [a, b] = [await runtime.start(Probe), await runtime.start(Probe)];
    await a.call.run(({ self }) => self.monitor(b, { tag: 'worker gone' }));
    await runtime.stop(b);
    expect(await a.call.received()).toMatchObject([{ tag: 'worker gone', reason: ExitReason.normal }]);
  });

  test('removed with flush leaves no Down, whether it has fired or not, and nothing else is lost (MON-007, MON-008)', async () => {
    const { runtime } = newRuntime();
    const [a, b, c] = [await runtime.start(Probe), await runtime.start(Probe), await runtime.start(Probe)];
    const removed = await within(a, ({ self }) => {
      const [fired, kept] = [self.monitor(b), self.monitor(b)];
      a.send('before');
      runtime.kill(b);
      a.send('after');
      const active = self.monitor(c);
      return [self.demonitor(fired, { flush: true }), self.demonitor(active, { flush: true }), kept] as const;
    });
    expect(removed.slice(0, 2)).toEqual([false, true]);
    expect(await a.call.received()).toEqual(['before', expect.objectContaining({ ref: removed[2] }), 'after']);
  });

  test('removed with flush leaves a call alone that somebody made with its Down (MON-007)', async () => {
    const { runtime } = newRuntime();
    class Forwarded extends Probe {
      told(message: unknown): boolean {
        return message instanceof Down;
      }
    }
    const [a, b] = [await runtime.start(Forwarded), await runtime.start(Probe)];
    const ref = await within(a, ({ self }) => self.monitor(b));
    await runtime.stop(b);
    const [down] = await a.call.received();
    const flushed = a.call.run(async ({ self }) => {
      await Promise.resolve();
      return self.demonitor(ref, { flush: true });
    });
    const told = a.call.told(down);
    expect(await Promise.all([flushed, told])).toEqual([false, true]);
  });

  test('can be removed only by the process that made it (MON-013)', async () => {
    const { runtime } = newRuntime();
    const [a, b, c] = [await runtime.start(Probe), await runtime.start(Probe), await runtime.start(Probe)];
    const ref = await monitor(a, b);
    expect(await demonitor(c, ref)).toBe(false);
    await runtime.stop(b);
    expect(await a.call.received()).toHaveLength(1);
  });

  test('of oneself never fires (MON-012)', async () => {
    const { runtime } = newRuntime();
    const a = await runtime.start(Probe);
    const ref = await monitor(a, a);
    expect(runtime.info(a)).toMatchObject({ monitors: [], monitoredBy: [] });
    expect(await demonitor(a, ref)).toBe(false); // as on the BEAM, there was none
    await runtime.stop(a);
    expect(runtime.stats()).toMatchObject({ processes: 0, dropped: { dead_letter: 0 } });
  });

  test.each([undefined, null, '', {}, true])('of %p, which is no address, is refused (MON-014)', async (target) => {
    const { runtime } = newRuntime();
    const a = await runtime.start(Probe);
    const code = await a.call.run(({ self }) => {
      try {
        return self.monitor(target as Address);
      } catch (error) {
        return (error as { readonly code: string }).code;
      }
    });
    expect(code).toBe('ERR_GENSERVER_INVALID_OPTION');
  });

  test.each([
    ['an error', (probe: Probe): void => raise(probe)],
    ['a stop', ({ self }: Probe): void => self.stop(failed)],
    ['a kill', ({ self, kill }: Probe & { kill?: (pid: Address) => void }): void => kill?.(self.pid)],
  ])('carries the reason that links carry, for the end by %s (MON-015)', async (_, work) => {
    const { runtime } = newRuntime();
    const [a, b] = [await runtime.start(Probe), await runtime.start(Probe)];
    const trapping = await runtime.start(Probe, { args: [{ trapExit: true }] });
    await monitor(a, b);
    await trapping.call.run(({ self }) => self.link(b));
    const exited = runtime.exited(b);
    b.cast.run((probe) => work(Object.assign(probe, { kill: (pid: Address) => runtime.kill(pid) })));
    const reason = await exited;
    const [[down], [exit]] = [await a.call.received(), await trapping.call.received()];
    expect((down as Down).reason).toBe(reason);
    expect((exit as Exit).reason).toBe(reason);
  });

  test('never misses an end between the start and the monitor: a start has either failed or runs (PROC-032)', async () => {
    const { runtime } = newRuntime();
    const a = await runtime.start(Probe);
    const { opened, open } = gate();
    const reason = await a.call.run(async ({ self }) => {
      const b = await runtime.start(Probe);
      self.monitor(b);
      b.cast.run(() => raise('at once'));
      void runtime.exited(b).then(() => open());
      await opened;
      return self.mailboxSize;
    });
    expect(reason).toBe(1);
    expect(await a.call.received()).toMatchObject([{ reason: ExitReason.error('at once') }]);
  });
});

test('a name is free, and can be taken, before anyone hears that its process has ended (PROC-029)', async () => {
  const { runtime } = newRuntime();
  const holder = await runtime.start(Probe, { name: 'n' });
  class Successor extends Probe {
    override async handleInfo(message: unknown): Promise<void> {
      this.seen.push(runtime.whereis('n'), await runtime.start(Probe, { name: 'n' }), message);
    }
  }
  const successor = await runtime.start(Successor);
  await monitor(successor, holder);
  runtime.kill(holder);
  const [found, started] = await successor.call.received();
  expect(found).toBeUndefined();
  expect((started as ServerRef<Probe>).isAlive).toBe(true);
});
