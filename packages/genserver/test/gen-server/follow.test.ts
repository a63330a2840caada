import { AsyncLocalStorage } from 'node:async_hooks';
import { describe, expect, jest, test } from '@jest/globals';
import {
  type CallEnd,
  child,
  type Deferred,
  exit,
  ExitReason,
  GenServer,
  GenStateMachine,
  type HandlingEnd,
  ignore,
  InvalidOptionError,
  type MessageFollower,
  type MessageTrail,
  OverloadedError,
  postpone,
  refuse,
  type SentMessage,
  stop,
  Task,
} from '../../src/index.js';
import { gate, Probe, raise, rejection } from './probe.js';
import { useRuntimes } from '../support/test-runtime.js';

const newRuntime = useRuntimes();
const no = new Error('no');

/** Notes what it is told, one line each. */
class Notes implements MessageFollower {
  readonly lines: string[] = [];
  readonly errors: unknown[] = [];

  constructor(private readonly only?: string) {}

  sent(message: SentMessage): MessageTrail | undefined {
    return this.#trail('sent', message);
  }

  received(message: SentMessage): MessageTrail | undefined {
    return this.#trail('received', message);
  }

  undelivered({ kind, name, process }: { kind: string; name: string; process: string }, error: unknown): void {
    this.lines.push(`undelivered ${kind} ${name} to ${process}`);
    this.errors.push(error);
  }

  #trail(how: string, { kind, name }: SentMessage): MessageTrail | undefined {
    if (this.only !== undefined && name !== this.only) return undefined;
    this.lines.push(`${how} ${kind} ${name}`);
    return {
      handle: (run) => {
        this.lines.push(`begin ${name}`);
        run();
      },
      handled: (end: HandlingEnd) => {
        this.lines.push(`${end.kind} ${name}`);
        if ('error' in end) this.errors.push(end.error);
        if ('reason' in end) this.errors.push(end.reason);
      },
      answered: (end: CallEnd) => {
        this.lines.push(`${end.kind} for the caller of ${name}`);
        if ('error' in end) this.errors.push(end.error);
      },
    };
  }
}

class Clerk extends GenServer<number> {
  turn: Deferred<string> | undefined;

  override init(): number {
    return 0;
  }
  add(by: number): number {
    return (this.state += by);
  }
  async addLater(by: number): Promise<number> {
    await Promise.resolve();
    return (this.state += by);
  }
  deny(): number {
    return refuse(no);
  }
  async denyLater(): Promise<number> {
    await Promise.resolve();
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
  async crashLater(): Promise<void> {
    await Promise.resolve();
    raise(no);
  }
  leave(): never {
    return exit(ExitReason.shutdown);
  }
  async hang(until: Promise<void>): Promise<void> {
    await until;
  }
  later(): void {
    this.self.continue();
  }
  override handleContinue(): void {}
  override handleInfo(): void {}
}

describe.each([true, false])('with asyncContext: %s', (asyncContext) => {
  const clerkOf = async (only?: string) => {
    const { runtime, clock, events } = newRuntime({ asyncContext });
    const clerk = await runtime.start(Clerk, { name: 'clerk' });
    const notes = new Notes(only);
    const unfollow = runtime.follow(notes);
    return { runtime, clock, events, clerk, notes, unfollow };
  };

  test.each(['add', 'addLater'] as const)('a call is sent, handled and answered: %s', async (name) => {
    const { clerk, notes } = await clerkOf();
    await clerk.call[name](2);
    expect(notes.lines).toEqual([
      `sent call ${name}`,
      `begin ${name}`,
      `done ${name}`,
      `value for the caller of ${name}`,
    ]);
  });

  test.each(['add', 'addLater'] as const)('nobody answers a cast: %s', async (name) => {
    const { clerk, notes, clock } = await clerkOf();
    clerk.cast[name](2);
    await clock.advance(0);
    expect(notes.lines).toEqual([`sent cast ${name}`, `begin ${name}`, `done ${name}`]);
  });

  test.each(['deny', 'denyLater'] as const)('a refusal is none of the ends of a server: %s', async (name) => {
    const { clerk, notes } = await clerkOf();
    await rejection(clerk.call[name]());
    expect(notes.lines.slice(2)).toEqual([`refused ${name}`, `refused for the caller of ${name}`]);
    expect(notes.errors).toEqual([no, no]);
  });

  test('an answer that is put off comes after the handler', async () => {
    const { clerk, notes } = await clerkOf('wait');
    const answer = clerk.call.wait();
    await clerk.call.done();
    await answer;
    expect(notes.lines).toEqual(['sent call wait', 'begin wait', 'deferred wait', 'value for the caller of wait']);
  });

  test.each(['crash', 'crashLater'] as const)(
    'a handler that throws ends with the reason of its process: %s',
    async (name) => {
      const { clerk, notes } = await clerkOf();
      const error = await rejection(clerk.call[name]());
      expect(notes.lines.slice(2)).toEqual([`exited ${name}`, `failed for the caller of ${name}`]);
      expect(notes.errors).toEqual([ExitReason.error(no), error]);
    },
  );

  test('exit() is told with its reason', async () => {
    const { clerk, notes } = await clerkOf('leave');
    await rejection(clerk.call.leave());
    expect(notes.lines.slice(2)).toEqual(['exited leave', 'failed for the caller of leave']);
    expect(notes.errors[0]).toEqual(ExitReason.shutdown);
  });

  test('a handler that is at work when its process is ended is abandoned, once', async () => {
    const { runtime, clerk, notes, clock } = await clerkOf();
    const { opened, open } = gate();
    const hanging = rejection(clerk.call.hang(opened));
    await clock.advance(0);
    runtime.kill(clerk);
    open();
    await hanging;
    await clock.advance(0);
    expect(notes.lines).toEqual(['sent call hang', 'begin hang', 'abandoned hang', 'failed for the caller of hang']);
    expect(notes.errors[0]).toEqual(ExitReason.killed);
  });

  test('a request that nobody waits for any more is expired, and never begins', async () => {
    const { clerk, notes, clock } = await clerkOf('add');
    const { opened, open } = gate();
    clerk.cast.hang(opened);
    const expired = rejection(clerk.with({ timeoutMs: 100 }).call.add(1));
    await clock.advance(100);
    open();
    await expired;
    await clock.advance(0);
    expect(notes.lines).toEqual(['sent call add', 'failed for the caller of add', 'expired add']);
  });

  test('a full mailbox refuses, and nothing is handled', async () => {
    const { runtime, notes, clock } = await clerkOf('add');
    const clerk = await runtime.start(Clerk, { mailbox: { limit: 1, overflow: 'reject' } });
    const { opened, open } = gate();
    clerk.cast.hang(opened);
    await clock.advance(0);
    clerk.cast.later();
    expect(await rejection(clerk.call.add(1))).toBeInstanceOf(OverloadedError);
    expect(notes.lines).toEqual(['sent call add', 'refused for the caller of add']);
    open();
  });

  test('what reaches nobody is told with what its caller gets, or without an error', async () => {
    const { runtime, clerk, notes } = await clerkOf();
    const nobody = runtime.ref(Clerk, 'nobody');
    const errors = [
      await rejection(nobody.call.add(1)),
      await rejection(clerk.with({ signal: AbortSignal.abort() }).call.add(1)),
    ];
    nobody.cast.add(1);
    nobody.send('news');
    expect(notes.lines).toEqual([
      'undelivered call add to nobody',
      'undelivered call add to clerk',
      'undelivered cast add to nobody',
      'undelivered info send to nobody',
    ]);
    expect(notes.errors).toEqual([...errors, undefined, undefined]);
  });

  test('a call that would wait for ever reaches nobody', async () => {
    const { runtime, notes } = await clerkOf('ping');
    const probe = await runtime.start(Probe, { name: 'probe' });
    await probe.call.run(async () => rejection(probe.call.ping()));
    expect(notes.lines).toEqual(['undelivered call ping to probe']);
  });

  test('timers, continuations and what was sent before are received, not sent', async () => {
    const { runtime, clerk, clock, unfollow } = await clerkOf();
    unfollow();
    clerk.cast.later();
    const notes = new Notes();
    runtime.follow(notes);
    runtime.sendAfter(clerk, 10, 'tick');
    await clock.advance(10);
    const lines = notes.lines.filter((line) => !line.startsWith('begin'));
    expect(lines).toEqual([
      'received cast later',
      'done later',
      'received continue continue',
      'done continue',
      'received info timer',
      'done timer',
    ]);
  });

  test('starts are followed, however init ends', async () => {
    const { runtime, notes } = await clerkOf('init');
    class Odd extends GenServer {
      override init(how: () => unknown): never {
        return how() as never;
      }
    }
    for (const how of [() => 1, () => ignore(), () => stop(ExitReason.shutdown), () => refuse(no), () => raise(no)]) {
      await runtime.start(Odd, { args: [how] }).catch(() => undefined);
    }
    expect(notes.lines.filter((line) => /^(?!sent|begin)\w+ init$/.test(line))).toEqual([
      'done init',
      'done init',
      'exited init',
      'refused init',
      'exited init',
    ]);
  });

  test('an event that is postponed is handled again', async () => {
    class Gate extends GenStateMachine<{ kind: 'shut' } | { kind: 'open' }> {
      override init() {
        return { kind: 'shut' } as const;
      }
      pass(): string {
        return this.when({ shut: () => postpone(), open: () => 'passed' });
      }
      open(): void {
        this.state = { kind: 'open' };
      }
    }
    const { runtime, notes } = await clerkOf('pass');
    const machine = await runtime.start(Gate);
    const passed = machine.call.pass();
    machine.cast.open();
    expect(await passed).toBe('passed');
    expect(notes.lines).toEqual([
      'sent call pass',
      'begin pass',
      'postponed pass',
      'begin pass',
      'done pass',
      'value for the caller of pass',
    ]);
  });

  test('the function of a task is handled as what a process sends itself', async () => {
    const { runtime, notes } = await clerkOf();
    await Task.async(runtime, function count() {
      return 1;
    }).await();
    expect(notes.lines).toEqual(['sent continue count', 'begin count', 'done count']);
  });

  test('a handler, and what it awaits and calls, runs in the context that its trail gives it', async () => {
    const { runtime, clock } = newRuntime({ asyncContext });
    const trace = new AsyncLocalStorage<string>();
    const seen: unknown[] = [];
    const probe = await runtime.start(Probe, { name: 'probe' });
    const other = await runtime.start(Probe, { name: 'other' });
    runtime.follow({
      sent: ({ process, name }) => {
        const id = `${trace.getStore() ?? 'root'} > ${process}.${name}`;
        return { handle: (run) => trace.run(id, run) };
      },
    });
    await probe.call.run(async () => {
      seen.push(trace.getStore());
      await Promise.resolve();
      await other.call.run(() => seen.push(trace.getStore()));
    });
    await clock.advance(0);
    expect(seen).toEqual(['root > probe.run', 'root > probe.run > other.run']);
  });

  test('deadlines and callers are those of a message that nobody follows', async () => {
    const { runtime, clock } = newRuntime({ asyncContext });
    runtime.follow(new Notes());
    const other = await runtime.start(Probe, { name: 'other' });
    class Caller extends GenServer {
      async ask(): Promise<unknown> {
        await clock.advance(50);
        return other.call.run((self) => [self.self.request?.caller, self.self.request?.remainingMs]);
      }
    }
    const caller = await runtime.start(Caller, { name: 'caller' });
    const seen = await caller.with({ timeoutMs: 200 }).call.ask();
    expect(seen).toEqual(['caller', 150]);
  });
});

describe('Runtime.follow', () => {
  test('tells who gets a message, and what it carries', async () => {
    const { runtime } = newRuntime();
    const seen: unknown[] = [];
    const unfollow = runtime.follow({
      sent: ({ kind, name, args, pid, process, className, isNamed }) => {
        seen.push({ kind, name, args, pid, process, className, isNamed });
        return undefined;
      },
    });
    const clerk = await runtime.start(Clerk);
    await runtime.start(Clerk, { name: 'bob' });
    await clerk.call.add(2);
    clerk.send('news');
    unfollow();
    const { pid } = clerk;
    const process = `Clerk<${pid}>`;
    expect(seen).toEqual([
      { kind: 'start', name: 'init', args: [], pid, process, className: 'Clerk', isNamed: false },
      expect.objectContaining({ process: 'bob', isNamed: true }),
      { kind: 'call', name: 'add', args: [2], pid, process, className: 'Clerk', isNamed: false },
      { kind: 'info', name: 'send', args: ['news'], pid, process, className: 'Clerk', isNamed: false },
    ]);
  });

  test('a message that it was told of and does not follow is not told again when it is handled', async () => {
    const { runtime } = newRuntime();
    const clerk = await runtime.start(Clerk);
    const received: string[] = [];
    runtime.follow({
      sent: () => undefined,
      received: ({ name }) => {
        received.push(name);
        return undefined;
      },
    });
    await clerk.call.later();
    clerk.cast.add(1);
    await clerk.call.add(1);
    expect(received).toEqual(['continue']);
  });

  test('stopped, it is told of no more messages, but of the end of those under way', async () => {
    const { runtime } = newRuntime();
    const clerk = await runtime.start(Clerk);
    const notes = new Notes();
    const unfollow = runtime.follow(notes);
    const answer = clerk.call.add(1);
    unfollow();
    unfollow();
    await answer;
    await clerk.call.add(1);
    expect(notes.lines).toEqual(['sent call add', 'value for the caller of add']);
  });

  test('one may follow twice, and the first of several is outermost', async () => {
    const { runtime } = newRuntime();
    const clerk = await runtime.start(Clerk);
    const seen: string[] = [];
    const follower = (name: string): MessageFollower => ({
      sent: () => ({
        handle: (run) => {
          seen.push(`${name} in`);
          run();
          seen.push(`${name} out`);
        },
        handled: () => void seen.push(`${name} handled`),
        answered: () => void seen.push(`${name} answered`),
      }),
    });
    const twice = follower('a');
    const first = runtime.follow(twice);
    runtime.follow(twice);
    first();
    runtime.follow(follower('b'));
    await clerk.call.add(1);
    expect(seen).toEqual(['a in', 'b in', 'b out', 'a out', 'a handled', 'b handled', 'a answered', 'b answered']);
  });

  test.each<[string, MessageTrail['handle']]>([
    ['does not run the handler', () => undefined],
    ['runs it twice', (run) => (run(), run())],
    ['throws before', () => raise(no)],
    [
      'throws after',
      (run) => {
        run();
        raise(no);
      },
    ],
  ])('a trail that %s changes nothing: the handler runs once', async (_, handle) => {
    const later = jest.spyOn(globalThis, 'queueMicrotask').mockImplementation(() => undefined);
    const { runtime } = newRuntime();
    const clerk = await runtime.start(Clerk);
    const twoAlike = [
      runtime.follow({ sent: () => ({ ...(handle && { handle }) }) }),
      runtime.follow({ sent: () => ({}) }),
    ];
    expect(await clerk.call.add(1)).toBe(1);
    expect(await rejection(clerk.call.crash())).toMatchObject({ cause: no });
    for (const unfollow of twoAlike) unfollow();
    later.mockRestore();
  });

  test('what a follower throws is an uncaught exception, and no process notices', async () => {
    const thrown: unknown[] = [];
    const later = jest.spyOn(globalThis, 'queueMicrotask').mockImplementation((action) => {
      try {
        action();
      } catch (error) {
        thrown.push(error);
      }
    });
    const { runtime } = newRuntime();
    const clerk = await runtime.start(Clerk);
    const fail = (): never => raise(no);
    const stops = [
      runtime.follow({ sent: fail, received: fail, undelivered: fail }),
      runtime.follow({ sent: () => ({ handle: fail, handled: fail, answered: fail }) }),
    ];
    expect(await clerk.call.addLater(1)).toBe(1);
    runtime.ref(Clerk, 'nobody').cast.add(1);
    for (const unfollow of stops) unfollow();
    later.mockRestore();
    expect(thrown).toEqual([no, no, no, no, no]);
  });

  test('a supervisor restarts who is followed', async () => {
    const { runtime, clock } = newRuntime();
    runtime.follow(new Notes());
    await runtime.startSupervisor({ strategy: 'one_for_one', children: [child(Clerk, { name: 'clerk' })] });
    const clerk = runtime.ref(Clerk, 'clerk');
    await rejection(clerk.call.crashLater());
    await clock.advance(0);
    expect(await clerk.call.add(1)).toBe(1);
  });

  test('sys.trace, watch and follow listen to one server together', async () => {
    const { runtime } = newRuntime();
    const clerk = await runtime.start(Clerk);
    const seen: string[] = [];
    const notes = new Notes('add');
    const stops = [
      runtime.follow(notes),
      runtime.sys.trace(clerk, ({ kind }) => void seen.push(kind)),
      clerk.watch({ state: (state) => void seen.push(String(state)) }),
    ];
    await clerk.call.add(1);
    for (const each of stops) each();
    expect(seen).toEqual(['0', 'in', 'out', 'state', '1']);
    expect(notes.lines).toEqual(['sent call add', 'begin add', 'done add', 'value for the caller of add']);
  });

  test.each([undefined, null, {}, { sent: 1 }])('refuses %j', (follower) => {
    const { runtime } = newRuntime();
    expect(() => runtime.follow(follower as never)).toThrow(InvalidOptionError);
  });
});
