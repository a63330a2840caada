import { describe, expect, test } from '@jest/globals';
import { child, type NameError, type Pid, type ServerRef, type Runtime } from '../../src/index.js';
import { Probe } from '../gen-server/probe.js';
import { useRuntimes } from '../support/test-runtime.js';

const newRuntime = useRuntimes();

function refusal(action: () => void): NameError | undefined {
  try {
    action();
    return undefined;
  } catch (error) {
    return error as NameError;
  }
}

async function threeOf(runtime: Runtime): Promise<readonly [ServerRef<Probe>, ServerRef<Probe>, ServerRef<Probe>]> {
  const dead = await runtime.start(Probe);
  await runtime.stop(dead);
  return [await runtime.start(Probe, { name: 'n' }), await runtime.start(Probe), dead];
}

describe('register', () => {
  test('gives a running process a name, by which refs find it and errors call it (PROC-026, PROC-028)', async () => {
    const { runtime } = newRuntime();
    const probe = await runtime.start(Probe);
    const byName = runtime.ref(Probe, 'n');
    expect([byName.isAlive, runtime.whereis('n')]).toEqual([false, undefined]);
    runtime.register('n', probe);
    expect([byName.pid, await byName.call.ping(), runtime.whereis('n'), String(probe)]).toEqual([
      probe.pid,
      'pong',
      probe.pid,
      'n',
    ]);
  });

  test('is refused when the name is taken, the process has one, or is dead; nothing changes (PROC-026)', async () => {
    const { runtime } = newRuntime();
    const [named, unnamed, dead] = await threeOf(runtime);
    const errors = [
      refusal(() => runtime.register('n', unnamed)),
      refusal(() => runtime.register('other', named)),
      refusal(() => runtime.register('other', dead)),
      refusal(() => runtime.register('other', 'nobody')),
    ];
    expect(errors).toMatchObject([
      { code: 'ERR_GENSERVER_NAME_TAKEN', kind: 'taken', nameText: 'n', pid: named.pid },
      { code: 'ERR_GENSERVER_ALREADY_NAMED', kind: 'already_named', nameText: 'other', pid: named.pid },
      { code: 'ERR_GENSERVER_NO_PROCESS' },
      { code: 'ERR_GENSERVER_NO_PROCESS' },
    ]);
    expect([runtime.whereis('n'), runtime.whereis('other')]).toEqual([named.pid, undefined]);
  });

  test.each([null, undefined, '', true, 5])('refuses %p as a name (PROC-027)', async (name) => {
    const { runtime } = newRuntime();
    const probe = await runtime.start(Probe);
    expect(refusal(() => runtime.register(name as string, probe))).toMatchObject({ option: 'name' });
    expect(refusal(() => runtime.unregister(name as string))).toMatchObject({ option: 'name' });
  });

  test('by the process itself; the name is free again when it ends (PROC-026, PROC-029)', async () => {
    const { runtime } = newRuntime();
    const [first, second] = [await runtime.start(Probe), await runtime.start(Probe)];
    const name = Symbol('n');
    await first.call.run(({ self }) => self.register(name));
    expect(await first.call.run(({ self }) => self.name)).toBe('n');
    runtime.kill(first);
    await second.call.run(({ self }) => self.register(name));
    expect(runtime.whereis(name)).toBe(second.pid);
  });

  test('does not name the next instance: a restarted child comes back without it', async () => {
    const { runtime, clock } = newRuntime();
    const tree = await runtime.startSupervisor({ strategy: 'one_for_one', children: [child(Probe)] });
    const [{ pid } = {}] = await tree.whichChildren();
    runtime.register('n', pid ?? 'nobody');
    runtime.kill('n');
    await clock.advance(0);
    expect([runtime.whereis('n'), (await tree.countChildren()).active]).toEqual([undefined, 1]);
  });
});

describe('unregister', () => {
  test('takes the name away; the process lives on unnamed and may get another (PROC-030)', async () => {
    const { runtime } = newRuntime();
    const [named, unnamed] = await threeOf(runtime);
    const pid = named.pid ?? 'nobody';
    runtime.unregister('n');
    expect([runtime.whereis('n'), runtime.info(pid)?.process]).toEqual([undefined, `Probe<${String(pid)}>`]);
    runtime.register('n', unnamed);
    runtime.register('other', pid);
    expect([runtime.whereis('n'), runtime.whereis('other')]).toEqual([unnamed.pid, pid]);
    await runtime.stop('other');
    expect([runtime.whereis('n'), runtime.whereis('other')]).toEqual([unnamed.pid, undefined]);
  });

  test('of a name that nobody holds is an error (PROC-030)', () => {
    const { runtime } = newRuntime();
    expect(refusal(() => runtime.unregister('n'))).toMatchObject({
      code: 'ERR_GENSERVER_NAME_NOT_REGISTERED',
      kind: 'not_registered',
      message: 'The name n is held by nobody.',
    });
  });
});

describe('a ref by pid', () => {
  test('means that process, whoever holds its name (PROC-026)', async () => {
    const { runtime } = newRuntime();
    const first = await runtime.start(Probe, { name: 'n' });
    const byPid = runtime.ref(Probe, first.pid as Pid);
    runtime.unregister('n');
    await runtime.start(Probe, { name: 'n' });
    expect([await byPid.call.run(({ self }) => self.pid), byPid.pid]).toEqual([byPid.pid, byPid.pid]);
    expect(byPid.pid).not.toBe(runtime.whereis('n'));
    runtime.kill(byPid);
    expect([byPid.isAlive, byPid.send('late')]).toEqual([false, false]);
    await expect(byPid.call.ping()).rejects.toMatchObject({ code: 'ERR_GENSERVER_NO_PROCESS' });
  });
});
