import { describe, expect, test } from '@jest/globals';
import { type Deferred, ExitReason, GenServer } from '../../src/index.js';
import { gate, raise } from './probe.js';
import { useRuntimes } from '../support/test-runtime.js';

const newRuntime = useRuntimes();

/** Writes down what it handles, and asks for what the test wants to go on with. */
class Steps extends GenServer {
  trace: unknown[] = [];
  onContinue: (step: unknown) => unknown = () => undefined;
  turn: Deferred<string> | undefined;

  override init(first?: unknown, onContinue?: (step: unknown, steps: Steps) => unknown): void {
    this.onContinue = (step) => onContinue?.(step, this);
    if (first !== undefined) this.self.continue(first);
  }
  override handleInfo(message: unknown): void {
    this.trace.push(message);
  }
  override async handleContinue(step: unknown): Promise<void> {
    this.trace.push(`continue ${String(step)}`);
    await this.onContinue(step);
  }
  override terminate(reason: ExitReason): void {
    this.trace.push(reason.kind);
  }
  go(...steps: readonly unknown[]): unknown[] {
    for (const step of steps) this.self.continue(step);
    return this.trace;
  }
  later(): Deferred<string> {
    this.self.continue('answer');
    return (this.turn = this.self.defer<string>());
  }
  stopper(): () => void {
    return () => this.self.continue('between');
  }
}

describe('continue', () => {
  test('runs before any waiting message (GS-061)', async () => {
    const { runtime } = newRuntime();
    const start = runtime.start(Steps, { name: 'steps', args: ['first'] });
    runtime.ref(Steps, 'steps').send('sent during init');
    const steps = await start;
    expect(await steps.call.go()).toEqual(['continue first', 'sent during init']);
  });

  test('runs after the start has returned (GS-062)', async () => {
    const { runtime } = newRuntime();
    const { opened, open } = gate();
    const steps = await runtime.start(Steps, { args: ['slow', () => opened] });
    const trace = steps.call.go();
    open();
    expect(await trace).toEqual(['continue slow']);
  });

  test('can be asked for again, still before waiting messages, in the order asked for (GS-063)', async () => {
    const { runtime, clock } = newRuntime();
    const again = (step: unknown, { self }: Steps): void => {
      if (step === 'a') self.continue('a2');
    };
    const steps = await runtime.start(Steps, { args: [undefined, again] });
    const trace = steps.call.go('a', 'b');
    steps.send('waiting');
    await clock.advance(0);
    expect(await trace).toEqual(['continue a', 'continue a2', 'continue b', 'waiting']);
  });

  test('comes after the reply (GS-064)', async () => {
    const { runtime } = newRuntime();
    const { opened, open } = gate();
    const steps = await runtime.start(Steps, { args: [undefined, () => opened] });
    expect(await steps.call.go('slow')).toEqual(['continue slow']);
    open();
    expect(await steps.call.go()).toEqual(['continue slow']);
  });

  test('works from casts, plain messages, and can answer or stop (GS-065)', async () => {
    const { runtime } = newRuntime();
    const work = (step: unknown, { self, turn }: Steps): void => {
      if (step === 'answer') turn?.reply('answered');
      else if (step === 'stop') self.stop();
    };
    const steps = await runtime.start(Steps, { args: [undefined, work] });
    expect(await steps.call.later()).toBe('answered');
    const exited = runtime.exited(steps);
    steps.cast.go('stop', 'never');
    expect(await exited).toEqual(ExitReason.normal);
  });

  test('is dropped when the handler that asked for it throws or stops', async () => {
    const { runtime } = newRuntime();
    const traces: unknown[][] = [];
    class Ending extends Steps {
      end(how: 'throw' | 'stop'): void {
        traces.push(this.trace);
        this.self.continue('never');
        if (how === 'stop') this.self.stop();
        else raise('boom');
      }
    }
    for (const how of ['throw', 'stop'] as const) {
      const ending = await runtime.start(Ending);
      const exited = runtime.exited(ending);
      ending.cast.end(how);
      await exited;
    }
    expect(traces).toEqual([['error'], ['normal']]);
  });

  test('between messages, from code that a handler left behind, runs next', async () => {
    const { runtime } = newRuntime();
    const steps = await runtime.start(Steps);
    (await steps.call.stopper())();
    steps.send('after');
    expect(await steps.call.go()).toEqual(['continue between', 'after']);
  });

  test('without a handleContinue ends the server, and says why (GS-042)', async () => {
    const { runtime } = newRuntime();
    class None extends GenServer {
      go(): void {
        this.self.continue();
      }
    }
    const none = await runtime.start(None);
    const exited = runtime.exited(none);
    none.cast.go();
    expect(await exited).toMatchObject({ error: { message: expect.stringContaining('no handleContinue') as unknown } });
  });
});
