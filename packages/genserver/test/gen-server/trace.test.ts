import { describe, expect, test } from '@jest/globals';
import { type Deferred, formatTree, GenServer, NoProcessError, refuse, type TraceEvent } from '../../src/index.js';
import { Probe, raise, rejection } from './probe.js';
import { useRuntimes } from '../support/test-runtime.js';

const newRuntime = useRuntimes();
const no = new Error('no');

class Counter extends GenServer<number> {
  turn: Deferred<string> | undefined;

  override init(): number {
    return 0;
  }
  async add(by: number): Promise<number> {
    return Promise.resolve((this.state += by));
  }
  deny(): number {
    return refuse(no);
  }
  wait(): Deferred<string> {
    return (this.turn = this.self.defer<string>());
  }
  done(): void {
    this.turn?.reply('done');
  }
  crash(): never {
    return raise(no);
  }
  override handleInfo(): void {
    this.state = -1;
  }
}

/** What a trace tells, in short. */
function short(event: TraceEvent): string {
  const { kind, name, args } = event.message;
  if (event.kind === 'in') return `in ${kind} ${name} ${JSON.stringify(args)}`;
  if (event.kind === 'state') return `state ${String(event.state)}`;
  const { reply } = event;
  return `out ${name} ${reply.kind === 'value' ? String(reply.value) : String(reply.error)}`;
}

describe('sys.trace', () => {
  test('stopped and begun anew tells everything once, as before', async () => {
    const { runtime } = newRuntime();
    const counter = await runtime.start(Counter);
    runtime.sys.trace(counter, () => undefined)();
    const seen: string[] = [];
    const stop = runtime.sys.trace(counter, (event) => void seen.push(short(event)));
    await counter.call.add(2);
    await counter.call.add(1);
    stop();
    expect(seen).toEqual(['in call add [2]', 'out add 2', 'state 2', 'in call add [1]', 'out add 3', 'state 3']);
  });

  test('tells of no reply that comes too late', async () => {
    const { runtime, clock } = newRuntime();
    const counter = await runtime.start(Counter);
    const seen: string[] = [];
    const stop = runtime.sys.trace(counter, (event) => void seen.push(short(event)));
    const late = rejection(counter.with({ timeoutMs: 10 }).call.wait());
    await clock.advance(10);
    expect(await late).toMatchObject({ code: 'ERR_GENSERVER_CALL_TIMEOUT' });
    await counter.call.done();
    stop();
    expect(seen.filter((line) => line.startsWith('out wait done'))).toEqual([]);
  });

  test('tells of each message in, each reply out, each state after, in this order', async () => {
    const { runtime } = newRuntime();
    const counter = await runtime.start(Counter, { name: 'counter' });
    const seen: string[] = [];
    const stop = runtime.sys.trace(counter, (event) => void seen.push(short(event)));
    await counter.call.add(2);
    counter.send('hello');
    await rejection(counter.call.deny());
    expect(seen).toEqual([
      'in call add [2]',
      'out add 2',
      'state 2',
      'in info send ["hello"]',
      'state -1',
      'in call deny []',
      'out deny Error: no',
      'state -1',
    ]);
    stop();
    await counter.call.add(2);
    expect(seen).toHaveLength(8);
  });

  test('tells of an answer that was put off when it is given, and to whom', async () => {
    const { runtime, clock } = newRuntime();
    const [counter, probe] = [await runtime.start(Counter), await runtime.start(Probe, { name: 'probe' })];
    const events: TraceEvent<number>[] = [];
    runtime.sys.trace(counter, (event) => void events.push(event));
    const waits = probe.call.run(() => counter.call.wait());
    await clock.advance(0);
    counter.cast.done();
    await waits;
    expect(events.map(short)).toEqual(['in call wait []', 'state 0', 'in cast done []', 'out wait done', 'state 0']);
    expect(events[0]).toEqual({
      kind: 'in',
      pid: counter.pid,
      process: 'Counter<1>',
      message: { kind: 'call', name: 'wait', args: [], from: 'probe' },
    });
  });

  test('has several listeners; each stops on its own, twice without harm', async () => {
    const { runtime } = newRuntime();
    const counter = await runtime.start(Counter);
    const seen: string[] = [];
    const listener = (event: TraceEvent): void => void seen.push(event.kind);
    const stops = [runtime.sys.trace(counter, listener), runtime.sys.trace(counter, listener)];
    await counter.call.add(1);
    expect(seen).toHaveLength(6);
    stops[0]?.();
    stops[0]?.();
    await counter.call.add(1);
    expect(seen).toHaveLength(9);
    stops[1]?.();
    await counter.call.add(1);
    expect(seen).toHaveLength(9);
  });

  test('ends with its process, and leaves a crash as it is', async () => {
    const { runtime } = newRuntime();
    const counter = await runtime.start(Counter);
    const seen: string[] = [];
    runtime.sys.trace(counter, (event) => void seen.push(short(event)));
    expect(await rejection(counter.call.crash())).toMatchObject({ cause: no });
    expect(seen).toEqual(['in call crash []']);
  });

  test('does not hide a supervisor from the tree', async () => {
    const { runtime } = newRuntime();
    const tree = await runtime.startSupervisor({ name: 'tree', strategy: 'one_for_one', children: [] });
    runtime.sys.trace(tree, () => undefined);
    expect(formatTree(runtime.tree())).toBe('└─ tree (one_for_one)');
  });

  test('shows no requests of sys', async () => {
    const { runtime } = newRuntime();
    const counter = await runtime.start(Counter);
    const seen: string[] = [];
    runtime.sys.trace(counter, (event) => void seen.push(event.kind));
    await runtime.sys.getState(counter);
    expect(seen).toEqual([]);
  });

  test('refuses nobody, and what is no function', async () => {
    const { runtime } = newRuntime();
    expect(() => runtime.sys.trace('nobody', () => undefined)).toThrow(NoProcessError);
    expect(() => runtime.sys.trace('nobody', 1 as never)).toThrow('listener');
  });
});
