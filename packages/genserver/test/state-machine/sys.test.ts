import { describe, expect, test } from '@jest/globals';
import { type GenServer, postpone, ProcessExitedError } from '../../src/index.js';
import { rejection } from '../gen-server/probe.js';
import { useRuntimes } from '../support/test-runtime.js';
import { B, EnteringLab, Lab, type LabState } from './lab.js';

const newRuntime = useRuntimes();

describe('runtime.sys', () => {
  test('gives the state with its name, which is no event: timeouts run on (GS-081)', async () => {
    const { runtime, clock } = newRuntime();
    const log: string[] = [];
    const lab = await runtime.start(Lab, { args: [{ log }] });
    await lab.call.run((one) => one.self.eventTimeout.set(10, () => one.note('timeout')));
    expect(await runtime.sys.getState(lab)).toEqual({ kind: 'a' });
    await clock.advance(10);
    expect(log).toEqual(['timeout in a']);
  });

  test('replaces the state without entering it, and without retrying what was postponed (gen_statem)', async () => {
    const { runtime, clock } = newRuntime();
    const log: string[] = [];
    const lab = await runtime.start(EnteringLab, { args: [{ log }] });
    lab.cast.run((one) => (one.state.kind === 'a' ? postpone() : one.note('retried')));
    await runtime.sys.replaceState(lab, () => B);
    await lab.call.note('next');
    await clock.advance(0);
    expect(log).toEqual(['enter a from a', 'next in b']);
  });

  test('that replaces the state with none ends the machine at the next event, with an error that says so', async () => {
    const { runtime } = newRuntime();
    const lab = await runtime.start(Lab);
    await runtime.sys.replaceState(lab, () => ({}) as never);
    const error = await rejection(lab.call.run(() => undefined));
    expect(error).toBeInstanceOf(ProcessExitedError);
    expect(error).toMatchObject({ cause: { code: 'ERR_GENSERVER_STATE_MACHINE' } });
  });

  test('holds a machine: what has come due waits, too (GS-082)', async () => {
    const { runtime, clock } = newRuntime();
    const log: string[] = [];
    const lab = await runtime.start(Lab, { args: [{ log }] });
    await lab.call.run((one) => one.self.stateTimeout.set(10, () => one.note('timeout')));
    await runtime.sys.suspend(lab);
    lab.cast.note('waiting');
    await clock.advance(10);
    expect(log).toEqual([]);
    await runtime.sys.resume(lab);
    await clock.advance(0);
    expect(log).toEqual(['waiting in a', 'timeout in a']);
  });

  test('changes the code of a machine: postponed events, timeouts and self stay (GS-083)', async () => {
    const { runtime, clock } = newRuntime();
    const log: string[] = [];
    class Newer extends EnteringLab {
      override codeChange(oldState: unknown, _extra: unknown, old: GenServer<unknown>): LabState {
        this.log = (old as Lab).log;
        return oldState as LabState;
      }
      override note(name: string): string {
        return super.note(`new ${name}`);
      }
    }
    const lab = await runtime.start(Lab, { args: [{ log }] });
    lab.send((one: Lab) => (one.state.kind === 'a' ? postpone() : one.note('retried')));
    await runtime.sys.restartWithState(lab, { serverClass: Newer });
    await lab.call.run((one) => void (one.state = B));
    await clock.advance(0);
    expect(log).toEqual(['enter b from a', 'new retried in b']);
  });
});

test.each([
  ['an inserted event', true],
  ['an inserted event', false],
  ['a timeout', true],
  ['a timeout', false],
] as const)('%s that waits is known as the caller, with asyncContext %p', async (how, asyncContext) => {
  const { runtime, clock } = newRuntime({ asyncContext });
  const lab = await runtime.start(Lab);
  const log: string[] = [];
  const callMyself = async (): Promise<void> => {
    await Promise.resolve();
    log.push(String(await rejection(lab.call.note('myself'))));
  };
  lab.send((one: Lab) => {
    if (how === 'a timeout') one.self.stateTimeout.set(10, callMyself);
    else one.self.insert(callMyself);
  });
  await clock.advance(10);
  expect(log).toEqual([expect.stringContaining('CallCycleError')]);
});
