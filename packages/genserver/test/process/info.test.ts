import { describe, expect, test } from '@jest/globals';
import { child, supervisor } from '../../src/index.js';
import { gate, Probe, within } from '../gen-server/probe.js';
import { useRuntimes } from '../support/test-runtime.js';

const newRuntime = useRuntimes();

describe('info', () => {
  test('of a dead process or an unknown name is undefined; an unnamed one has no name (PROC-031)', async () => {
    const { runtime } = newRuntime();
    const [probe, dead] = [await runtime.start(Probe), await runtime.start(Probe)];
    const { pid } = dead;
    await runtime.stop(dead);
    expect([runtime.info(pid ?? 'x'), runtime.info(dead), runtime.info('nobody')]).toEqual([
      undefined,
      undefined,
      undefined,
    ]);
    expect(runtime.info(probe)).toEqual({
      pid: probe.pid,
      process: `Probe<${probe.pid}>`,
      name: undefined,
      className: 'Probe',
      label: undefined,
      status: 'idle',
      handling: undefined,
      mailboxSize: 0,
      mailboxLimit: undefined,
      trapExit: false,
      timers: 0,
      links: [],
      monitors: [],
      monitoredBy: [],
      ancestors: [],
    });
  });

  test('tells what it is at work on, what waits, its name, timers and flag (PROC-031)', async () => {
    const { runtime, clock } = newRuntime();
    const probe = await runtime.start(Probe, { name: 'p', args: [{ trapExit: true }] });
    await probe.call.run(({ self }) => self.sendAfter(1000, 'later'));
    const { opened, open } = gate();
    probe.cast.run(() => opened);
    for (const message of [1, 2]) probe.send(message);
    await clock.advance(0);
    expect(runtime.info('p')).toMatchObject({
      process: 'p',
      name: 'p',
      status: 'running',
      handling: 'run',
      mailboxSize: 2,
      trapExit: true,
      timers: 1,
    });
    open();
  });

  test('says that a process is stopping (PROC-031)', async () => {
    const { runtime, clock } = newRuntime();
    const { opened, open } = gate();
    class Slow extends Probe {
      override terminate(): Promise<void> {
        return opened;
      }
    }
    const slow = await runtime.start(Slow);
    const stopped = runtime.stop(slow);
    await clock.advance(0);
    expect(runtime.info(slow)?.status).toBe('stopping');
    open();
    await stopped;
  });

  test('lists links, exactly those that there are (LINK-013)', async () => {
    const { runtime } = newRuntime();
    const [a, b, c] = [
      await runtime.start(Probe),
      await runtime.start(Probe, { name: 'b' }),
      await runtime.start(Probe),
    ];
    await a.call.run(({ self }) => [self.link(b), self.link(c), self.link(a)]);
    expect(runtime.info(a)?.links).toEqual([
      { pid: b.pid, process: 'b' },
      { pid: c.pid, process: `Probe<${c.pid}>` },
    ]);
    expect(runtime.info(b)?.links.map(({ pid }) => pid)).toEqual([a.pid]);
    await runtime.stop(b);
    expect(runtime.info(a)?.links.map(({ pid }) => pid)).toEqual([c.pid]);
  });

  test('lists monitors on both sides, once for each', async () => {
    const { runtime } = newRuntime();
    const [a, b] = [await runtime.start(Probe), await runtime.start(Probe)];
    await a.call.run(({ self }) => [self.monitor(b), self.monitor(b)]);
    void runtime.exited(b); // is no monitor of a process
    const pids = (list: readonly { readonly pid: number }[] = []): readonly number[] => list.map(({ pid }) => pid);
    expect([pids(runtime.info(a)?.monitors), pids(runtime.info(b)?.monitoredBy)]).toEqual([
      [b.pid, b.pid],
      [a.pid, a.pid],
    ]);
  });
});

test('a process knows who started it, nearest first (PROC-035)', async () => {
  const { runtime } = newRuntime();
  await runtime.startSupervisor({
    name: 'root',
    strategy: 'one_for_one',
    children: [supervisor({ id: 'inner', strategy: 'one_for_one', children: [child(Probe, { name: 'leaf' })] })],
  });
  const ancestors = await runtime.ref(Probe, 'leaf').call.run(({ self }) => self.ancestors);
  expect(ancestors).toEqual([
    { pid: expect.any(Number), process: expect.stringMatching(/^Supervisor<\d+>$/) },
    { pid: runtime.whereis('root'), process: 'root' },
  ]);
  expect(runtime.info('leaf')?.ancestors).toEqual(ancestors);
});

test('a process can carry a label of any kind (PROC-036)', async () => {
  const { runtime } = newRuntime();
  const probe = await runtime.start(Probe);
  expect([runtime.info(probe)?.label, await probe.call.run(({ self }) => self.label)]).toEqual([undefined, undefined]);
  const label = { game: 7 };
  await probe.call.run(({ self }) => self.setLabel(label));
  expect(runtime.info(probe)?.label).toBe(label);
  expect(await probe.call.run(({ self }) => self.label)).toBe(label);
});

test('the fields of a server are its own storage: others have theirs, and it is gone with the process (PROC-037)', async () => {
  const { runtime, clock } = newRuntime();
  await runtime.startSupervisor({
    strategy: 'one_for_one',
    children: [child(Probe, { name: 'a' }), child(Probe, { name: 'b' })],
  });
  const [a, b] = [runtime.ref(Probe, 'a'), runtime.ref(Probe, 'b')];
  await a.call.run(({ seen }) => seen.push('kept'));
  expect([await a.call.received(), await b.call.received()]).toEqual([['kept'], []]);
  runtime.kill('a');
  await clock.advance(0);
  expect(await a.call.received()).toEqual([]);
});

describe('request.callers', () => {
  const names = (probe: Probe): readonly string[] => probe.self.request?.callers.map(({ process }) => process) ?? [];

  test.each([true, false])('of a call: who called whom, nearest first (asyncContext: %p)', async (asyncContext) => {
    const { runtime } = newRuntime({ asyncContext });
    const [a, b, c] = [
      await runtime.start(Probe, { name: 'a' }),
      await runtime.start(Probe, { name: 'b' }),
      await runtime.start(Probe, { name: 'c' }),
    ];
    expect(await a.call.run(names)).toEqual([]);
    expect(await a.call.run(() => b.call.run(() => c.call.run(names)))).toEqual(['b', 'a']);
  });

  test('ends at what was no call, and is empty for a cast', async () => {
    const { runtime, clock } = newRuntime();
    const [a, b] = [await runtime.start(Probe, { name: 'a' }), await runtime.start(Probe, { name: 'b' })];
    const seen: (readonly string[])[] = [];
    a.cast.run(async (probe) => {
      seen.push(names(probe));
      seen.push(await within(b, names));
    });
    await clock.advance(0);
    expect(seen).toEqual([[], ['a']]);
  });

  test('ends at a handler that has ended', async () => {
    const { runtime, clock } = newRuntime();
    const [a, b, c] = [
      await runtime.start(Probe, { name: 'a' }),
      await runtime.start(Probe, { name: 'b' }),
      await runtime.start(Probe, { name: 'c' }),
    ];
    let seen: Promise<readonly string[]> | undefined;
    await a.call.run(() => b.call.run(() => void (seen = within(c, names))));
    await clock.advance(0);
    expect(await seen).toEqual(['b']);
  });
});
