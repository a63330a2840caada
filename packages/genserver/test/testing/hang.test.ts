import { describe, expect, test } from '@jest/globals';
import { child } from '../../src/index.js';
import { crash, hang } from '../../src/testing.js';
import { gate, Probe, rejection } from '../gen-server/probe.js';
import { useRuntimes } from '../support/test-runtime.js';

const newRuntime = useRuntimes();

describe('a process that hangs', () => {
  test('lets calls time out, as the clock says', async () => {
    const { runtime, clock } = newRuntime();
    const probe = await runtime.start(Probe, { name: 'probe' });
    const hung = hang(runtime, 'probe');
    const answer = rejection(probe.call.ping());
    expect([hung.pid, hung.waiting]).toEqual([probe.pid, 1]);
    await clock.advance(5_000);
    expect(await answer).toMatchObject({ code: 'ERR_GENSERVER_CALL_TIMEOUT' });
  });

  test('goes on when it is released, with what has waited, in order', async () => {
    const { runtime, clock } = newRuntime();
    const probe = await runtime.start(Probe);
    const hung = hang(runtime, probe);
    probe.send('one');
    probe.send('two');
    const received = probe.call.received();
    await clock.advance(4_999);
    await hung.release();
    expect(await received).toEqual(['one', 'two']);
    await hung.release(); // once more does no harm
    expect(await probe.call.ping()).toBe('pong');
  });

  test('ends the handler that is at work', async () => {
    const { runtime } = newRuntime();
    const probe = await runtime.start(Probe);
    const { opened, open } = gate<string>();
    const running = probe.call.run(() => opened);
    const next = probe.call.ping();
    await new Promise((resolve) => setImmediate(resolve));
    const hung = hang(runtime, probe);
    open('done');
    expect(await running).toBe('done');
    expect(hung.waiting).toBe(1);
    await hung.release();
    expect(await next).toBe('pong');
  });

  test('can be crashed, and the next one does not hang; nor is there anything to release', async () => {
    const { runtime } = newRuntime();
    await runtime.startSupervisor({ strategy: 'one_for_one', children: [child(Probe, { name: 'probe' })] });
    const hung = hang(runtime, 'probe');
    expect(await crash(runtime, 'probe')).toMatchObject({ kind: 'restarted' });
    expect(await runtime.ref(Probe, 'probe').call.ping()).toBe('pong');
    await hung.release();
    expect(hung.waiting).toBe(0);
  });

  test('must be there', () => {
    const { runtime } = newRuntime();
    expect(() => hang(runtime, 'nobody')).toThrow(expect.objectContaining({ code: 'ERR_GENSERVER_NO_PROCESS' }));
  });
});
