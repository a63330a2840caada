import { AsyncLocalStorage } from 'node:async_hooks';
import { OPEN_MS, type Rival, type Subject, type SubjectOptions } from './subjects.js';

export interface Fault {
  readonly question: string;
  /** Whether it does what the question says; undefined if it cannot be asked. Time is fake: `pass` moves all clocks on. */
  readonly ask: (
    make: (options?: SubjectOptions) => Subject,
    pass: (ms: number) => Promise<void>,
    rival: Rival,
    time: { readonly setDateBack: (ms: number) => void; readonly timers: () => number },
  ) => Promise<boolean | undefined>;
}

const DOWN = new Error('down');
const IGNORED = new Error('ignored');
const down = (): Promise<never> => Promise.reject(DOWN);
const ignored = (): Promise<never> => Promise.reject(IGNORED);
const HOUR_MS = 3_600_000;

/** Whatever comes of it. */
const endOf = (call: Promise<unknown>): Promise<unknown> => call.catch((error: unknown) => error);

/** What has come of it so far. */
async function outcomeSoFar(call: Promise<unknown>, pass: (ms: number) => Promise<void>): Promise<unknown> {
  let outcome: unknown = 'pending';
  void endOf(call).then((end) => (outcome = end));
  await pass(0);
  return outcome;
}

/** A call that ends when it is told to. */
function held(): { readonly fn: () => Promise<unknown>; succeed: () => void; fail: () => void } {
  let succeed = (): void => {};
  let fail = (): void => {};
  const promise = new Promise((resolve, reject) => {
    succeed = () => resolve('held');
    fail = () => reject(DOWN);
  });
  return { fn: () => promise, succeed, fail };
}

/** Half-open with a probe under way, and a call that was begun while it was closed. */
async function withLateCall(
  subject: Subject,
  pass: (ms: number) => Promise<void>,
): Promise<{ readonly late: ReturnType<typeof held>; readonly probe: ReturnType<typeof held> }> {
  const [late, probe] = [held(), held()];
  void endOf(subject.call(late.fn));
  await endOf(subject.call(down));
  await pass(OPEN_MS + 1);
  void endOf(subject.call(probe.fn));
  await pass(0);
  return { late, probe };
}

export const FAULTS: readonly Fault[] = [
  {
    question: 'a success of a call that was begun before it opened does not close it',
    ask: async (make, pass) => {
      const subject = make();
      const { late, probe } = await withLateCall(subject, pass);
      late.succeed();
      await pass(0);
      const isHalfOpen = subject.state() === 'half_open';
      probe.succeed();
      await pass(0);
      return isHalfOpen && subject.state() === 'closed';
    },
  },
  {
    question: 'nor does a failure of such a call open it again',
    ask: async (make, pass) => {
      const subject = make();
      const { late, probe } = await withLateCall(subject, pass);
      late.fail();
      await pass(0);
      const isHalfOpen = subject.state() === 'half_open';
      probe.succeed();
      await pass(0);
      return isHalfOpen && subject.state() === 'closed';
    },
  },
  {
    question: 'while a probe is under way, others are rejected at once',
    ask: async (make, pass) => {
      const subject = make();
      const { probe } = await withLateCall(subject, pass);
      const outcome = await outcomeSoFar(
        subject.call(() => 'called'),
        pass,
      );
      probe.succeed();
      await pass(0);
      return outcome instanceof Error;
    },
  },
  {
    question: 'of a thousand that come then, none is let loose when the probe succeeds',
    ask: async (make, pass) => {
      const subject = make();
      const { probe } = await withLateCall(subject, pass);
      let calls = 0;
      for (let call = 0; call < 1000; call++) void endOf(subject.call(() => calls++));
      probe.succeed();
      await pass(0);
      return calls === 0;
    },
  },
  {
    question: 'a probe that hangs does not keep it half-open for ever',
    ask: async (make, pass) => {
      const subject = make();
      await withLateCall(subject, pass);
      for (let hour = 0; hour < 24 && subject.state() === 'half_open'; hour++) await pass(HOUR_MS);
      await pass(OPEN_MS);
      return (
        (await outcomeSoFar(
          subject.call(() => 'called'),
          pass,
        )) === 'called'
      );
    },
  },
  {
    question: 'an ignored error of a probe does not close it',
    ask: async (make, pass) => {
      const subject = make({ ignores: (error) => error === IGNORED });
      await endOf(subject.call(down));
      await pass(OPEN_MS + 1);
      await endOf(subject.call(ignored));
      return subject.state() !== 'closed';
    },
  },
  {
    question: 'after such a probe and a good one, it takes as many failures as ever to open',
    ask: async (make, pass) => {
      const subject = make({ failures: 5, ignores: (error) => error === IGNORED });
      for (let call = 0; call < 5; call++) await endOf(subject.call(down));
      await pass(OPEN_MS + 1);
      await endOf(subject.call(ignored));
      if (subject.state() !== 'closed') await endOf(subject.call(() => Promise.resolve('works')));
      await endOf(subject.call(down));
      return subject.state() === 'closed';
    },
  },
  {
    question: 'a thousand rejected calls do not make it slower to open the next time',
    ask: async (make, pass) => {
      const subject = make({ rate: 0.5 });
      for (let call = 0; call < 10; call++) await endOf(subject.call(down));
      await pass(OPEN_MS - 1000);
      for (let call = 0; call < 1000; call++) await endOf(subject.call(() => 'called'));
      await pass(1001);
      await endOf(subject.call(() => Promise.resolve('works')));
      for (let call = 0; call < 20 && subject.state() === 'closed'; call++) await endOf(subject.call(down));
      return subject.state() === 'open';
    },
  },
  {
    question: 'failures of an hour ago are forgotten, though nobody has called since',
    ask: async (make, pass) => {
      const subject = make({ rate: 0.5 });
      for (let call = 0; call < 9; call++) await endOf(subject.call(down));
      await pass(HOUR_MS);
      for (let call = 0; call < 2; call++) await endOf(subject.call(down));
      return subject.state() === 'closed';
    },
  },
  {
    question: 'a rate of 100 % is met when all calls fail',
    ask: async (make) => {
      try {
        const subject = make({ rate: 1 });
        for (let call = 0; call < 50; call++) await endOf(subject.call(down));
        return subject.state() === 'open';
      } catch {
        return false; // refused
      }
    },
  },
  {
    question: 'a function that gives undefined, and no promise, has succeeded',
    ask: async (make) => {
      const subject = make();
      await endOf(subject.call(() => undefined));
      return subject.state() === 'closed';
    },
  },
  {
    question: 'one timeout does not abort the other calls under way',
    ask: async (make, pass) => {
      const subject = make({ failures: 5, callTimeoutMs: 1000 });
      const signals: (AbortSignal | undefined)[] = [];
      const hang = (signal?: AbortSignal): Promise<unknown> => new Promise(() => signals.push(signal));
      const first = endOf(subject.call(hang));
      await pass(600);
      const second = endOf(subject.call(hang));
      await pass(500);
      const isLeftAlone = signals[1]?.aborted === false;
      await pass(1000);
      await Promise.all([first, second]);
      return isLeftAlone;
    },
  },
  {
    question: 'nor does it give the next call a signal that has fired',
    ask: async (make, pass) => {
      const subject = make({ failures: 5, callTimeoutMs: 1000 });
      const first = endOf(subject.call(() => new Promise(() => {})));
      await pass(1001);
      await first;
      return (await endOf(subject.call((signal) => Promise.resolve(signal?.aborted)))) === false;
    },
  },
  {
    question: 'a call that its caller cancels is no failure',
    ask: async (make, pass, { takesSignal }) => {
      if (!takesSignal) return undefined;
      const subject = make();
      const controller = new AbortController();
      const untilAborted = (signal?: AbortSignal): Promise<unknown> =>
        new Promise((_, reject) => signal?.addEventListener('abort', () => reject(signal.reason as Error)));
      const call = endOf(subject.call(untilAborted, controller.signal));
      await pass(0);
      controller.abort();
      await call;
      return subject.state() === 'closed';
    },
  },
  {
    question: 'a call that its bulkhead has no room for is no failure',
    ask: async (make, pass) => {
      const subject = make({ failures: 5, limit: 1 });
      const running = held();
      const calls = [endOf(subject.call(running.fn))];
      for (let call = 0; call < 30; call++) calls.push(endOf(subject.call(() => Promise.resolve('waited'))));
      await pass(0);
      const isClosed = subject.state() === 'closed';
      running.succeed();
      await Promise.all(calls);
      return isClosed;
    },
  },
  {
    question: 'a call that has waited in its bulkhead runs in the async context of its caller',
    ask: async (make, pass, { hasQueue }) => {
      if (!hasQueue) return undefined;
      const subject = make({ limit: 1 });
      const storage = new AsyncLocalStorage<string>();
      const seen: unknown[] = [];
      const as = (name: string): Promise<unknown> =>
        storage.run(name, () => subject.call(async () => seen.push(name === storage.getStore())));
      const calls = ['a', 'b', 'c'].map(as);
      await pass(0);
      await Promise.all(calls);
      return seen.every((isOwn) => isOwn === true);
    },
  },
  {
    question: 'its fallback gets the error',
    ask: async (make) => (await make({ fallback: (error) => error }).call(down)) === DOWN,
  },
  {
    question: 'it opens for as long as ever though the date is set back meanwhile',
    ask: async (make, pass, _, { setDateBack }) => {
      const subject = make();
      await endOf(subject.call(down));
      setDateBack(HOUR_MS);
      await pass(OPEN_MS + 1);
      return (
        (await outcomeSoFar(
          subject.call(() => Promise.resolve('called')),
          pass,
        )) === 'called'
      );
    },
  },
  {
    question: 'what is restored from JSON stays open for the time that is left',
    ask: async (make, pass) => {
      const subject = make();
      await pass(HOUR_MS);
      await endOf(subject.call(down));
      const restored = make({ saved: subject.save?.() });
      await pass(OPEN_MS - 1000);
      const early = await outcomeSoFar(
        restored.call(() => Promise.resolve('called')),
        pass,
      );
      await pass(1001);
      const late = await outcomeSoFar(
        restored.call(() => Promise.resolve('called')),
        pass,
      );
      return early instanceof Error && late === 'called';
    },
  },
  {
    question: 'after its shutdown nothing of it runs, or changes its state',
    ask: async (make, pass) => {
      const subject = make();
      if (subject.shutdown === undefined) return undefined;
      let checks = 0;
      subject.check?.(() => {
        checks++;
        return checks > 1 ? down() : Promise.resolve();
      });
      subject.shutdown();
      const [state, before] = [subject.state(), checks];
      await pass(OPEN_MS);
      return subject.state() === state && checks === before;
    },
  },
  {
    question: 'its health check may be a function that gives no promise (ours has none: a probe is a call)',
    ask: async (make) => {
      const subject = make();
      if (subject.check === undefined) return undefined;
      try {
        subject.check(() => undefined);
        return true;
      } catch {
        return false;
      }
    },
  },
  {
    question: 'one that nobody calls has no timer',
    ask: async (make, _pass, _, { timers }) => {
      const before = timers();
      make();
      return timers() === before;
    },
  },
];
