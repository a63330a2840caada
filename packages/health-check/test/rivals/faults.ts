import type { Question, Subject } from './subjects.js';

/** Whether it does what is asked; undefined if it cannot be asked that. */
type Verdict = boolean | undefined;

/** A question, and how to ask it. What follows from a `true` is what a user would want. */
export interface Fault {
  readonly id: string;
  readonly question: string;
  /** About an option (`cacheFor`, `withTimeout`), so it is asked with it only. */
  readonly isOfOption?: boolean;
  readonly ask: (make: (...questions: readonly Question[]) => Promise<Subject>) => Promise<Verdict>;
}

const nextTurn = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));
const never = (): Promise<void> => new Promise(() => {});
const up = (): void => {};

/** So many turns of the event loop are enough for what waits for nothing but itself. */
async function turns(): Promise<void> {
  for (let turn = 0; turn < 20; turn++) await nextTurn();
}

/** Turns of the event loop until this is so; for what time brings, however slow the machine is. */
async function until(isSo: () => boolean): Promise<void> {
  while (!isSo()) await nextTurn();
}

/** What it comes to, or `pending` while nothing but time could end it. */
async function settled<T>(promise: Promise<T>): Promise<T | 'pending'> {
  let value: T | 'pending' = 'pending';
  promise.then(
    (given) => (value = given),
    () => {},
  );
  await turns();
  return value;
}

/** What it comes to, or `pending` when the time limit is long over. */
async function answersInTime<T>(promise: Promise<T>, limitMs: number): Promise<T | 'pending'> {
  const startedAt = performance.now();
  let value: T | 'pending' = 'pending';
  promise.then(
    (given) => (value = given),
    () => {},
  );
  await until(() => value !== 'pending' || performance.now() > startedAt + 20 * limitMs);
  await turns(); // timers that are due have fired by then, however late it is
  return value;
}

const failing = (text: string) => (): never => {
  throw new Error(text);
};

export const FAULTS: readonly Fault[] = [
  {
    id: 'hangs',
    question: 'a check that hangs does not hang the probe',
    ask: async (make) => {
      const subject = await make({ name: 'hangs', check: never, timeoutMs: 50 });
      const answer = await answersInTime(
        subject.sample().then(() => subject.probe()),
        50,
      );
      return answer !== 'pending' && answer.statusCode === 503;
    },
  },
  {
    id: 'at-once',
    question: 'a probe is answered at once, while the checks still run',
    ask: async (make) => {
      const subject = await make({ name: 'slow', check: never });
      return (await settled(subject.probe())) !== 'pending';
    },
  },
  {
    id: 'throws',
    question: 'a check that throws is unhealthy, and those beside it are told',
    ask: async (make) => {
      const subject = await make({ name: 'throws', check: failing('boom') }, { name: 'beside', check: up });
      await subject.sample();
      const { statusCode, text } = await subject.probe();
      return statusCode === 503 && text.includes('beside') && text.includes('throws');
    },
  },
  {
    id: 'unknown-status',
    question: 'a status that nobody knows is not taken for healthy',
    ask: async (make) => {
      const subject = await make({ name: 'odd', check: () => ({ odd: { status: 'UP?' } }) });
      await subject.sample();
      return (await subject.probe()).statusCode !== 200;
    },
  },
  {
    id: 'duplicates',
    question: 'two checks of one name are refused',
    ask: async (make) => {
      const twin = { name: 'twin', check: up };
      const subject = await make(twin, twin).catch(() => undefined);
      return subject === undefined || (await subject.probe()).statusCode === 500;
    },
  },
  {
    id: 'mixed-up',
    question: 'a kept result is never given to another check of the same name',
    isOfOption: true,
    ask: async (make) => {
      const twin = (isLiveness: boolean, check: Question['check']): Question => ({
        name: 'twin',
        isLiveness,
        check,
        keepMs: 60_000,
      });
      const subject = await make(twin(false, failing('down')), twin(true, up)).catch(() => undefined);
      if (subject === undefined) return true; // refused
      const [ready, live] = [await subject.probe('readiness'), await subject.probe('liveness')];
      return ready.statusCode !== 200 && live.statusCode === 200;
    },
  },
  {
    id: 'flood',
    question: 'many probes run a check no more than once',
    ask: async (make) => {
      let runs = 0;
      const subject = await make({ name: 'a', check: () => void runs++, keepMs: 60_000 });
      await subject.sample();
      runs = 0;
      for (let i = 0; i < 100; i++) await subject.probe();
      return runs <= 1;
    },
  },
  {
    id: 'single-flight',
    question: 'nor a second time while it runs, though that is longer than a result is kept',
    isOfOption: true,
    ask: async (make) => {
      let runs = 0;
      const keepMs = 20;
      const check = async (): Promise<void> => {
        runs++;
        await never();
      };
      const subject = await make({ name: 'slow', check, keepMs, timeoutMs: 10_000 });
      const begunAt = Date.now();
      for (const begin of [subject.sample, subject.probe]) begin().catch(() => {}); // ends with the subject
      await until(() => Date.now() > begunAt + 2 * keepMs);
      for (const begin of [subject.sample, subject.probe]) begin().catch(() => {}); // ends with the subject
      await turns();
      return runs === 1;
    },
  },
  {
    id: 'leftovers',
    question: 'ten probes leave no more than one hung run behind',
    ask: async (make) => {
      let hung = 0;
      const check = async (): Promise<void> => {
        hung++;
        await never();
      };
      const subject = await make({ name: 'hangs', check, keepMs: 60_000 });
      for (let i = 0; i < 10; i++) void subject.probe();
      await turns();
      return hung <= 1;
    },
  },
  {
    id: 'clock',
    question: 'a date that is set back keeps no result alive past its time',
    isOfOption: true,
    ask: async (make) => {
      let runs = 0;
      const keepMs = 20;
      const subject = await make({ name: 'a', check: () => void runs++, keepMs });
      await subject.sample();
      await subject.probe();
      const before = runs;
      const { now } = Date;
      const startedAt = performance.now();
      Date.now = () => now() - 3_600_000;
      try {
        await until(() => performance.now() > startedAt + 2 * keepMs);
        await subject.sample();
        await subject.probe();
        return runs > before;
      } finally {
        Date.now = now;
      }
    },
  },
  {
    id: 'long-timeout',
    question: 'a timeout longer than a timer can hold is refused, or holds',
    isOfOption: true,
    ask: async (make) => {
      const check = async (signal: AbortSignal): Promise<void> => {
        const startedAt = performance.now();
        await until(() => signal.aborted || performance.now() > startedAt + 30);
        if (signal.aborted) throw new Error('aborted');
      };
      const subject = await make({ name: 'a', check, timeoutMs: 2 ** 31 + 5 }).catch(() => undefined);
      if (subject === undefined) return true;
      await subject.sample();
      return (await subject.probe()).statusCode === 200;
    },
  },
  {
    id: 'degraded',
    question: 'what is degraded is told, with 200',
    ask: async (make) => {
      const subject = await make({ name: 'a', check: () => ({ a: { status: 'degraded' } }) });
      await subject.sample();
      const { statusCode, text } = await subject.probe();
      return statusCode === 200 && text.includes('degraded');
    },
  },
  {
    id: 'damped',
    question: 'one failure among successes takes nothing out',
    ask: async (make) => {
      let runs = 0;
      const subject = await make({
        name: 'a',
        check: () => (++runs === 2 ? { a: { status: 'down' } } : undefined),
      });
      for (let i = 0; i < 2; i++) {
        await subject.sample();
        const { statusCode } = await subject.probe();
        if (statusCode !== 200) return false;
      }
      return runs === 2;
    },
  },
  {
    id: 'redacted',
    question: 'the text of an error is not shown to whoever asks',
    ask: async (make) => {
      const secret = 'postgres://app:hunter2@db';
      const subject = await make({ name: 'a', check: failing(secret) });
      await subject.sample();
      const { statusCode, text } = await subject.probe();
      return statusCode === 503 && !text.includes(secret);
    },
  },
  {
    id: 'shutdown-readiness',
    question: 'a shutdown takes readiness down',
    ask: async (make) => {
      const subject = await make({ name: 'a', check: up });
      await subject.sample();
      await subject.beginShutdown();
      return (await subject.probe('readiness')).statusCode === 503;
    },
  },
  {
    id: 'shutdown-liveness',
    question: 'and leaves liveness up: who drains is alive',
    ask: async (make) => {
      const subject = await make({ name: 'a', check: up, isLiveness: true });
      await subject.sample();
      await subject.beginShutdown();
      return (await subject.probe('liveness')).statusCode === 200;
    },
  },
  {
    id: 'culprit',
    question: 'a check that blocks the thread is named',
    ask: async (make) => {
      const blocks = (): void => {
        const end = performance.now() + 80;
        while (performance.now() < end);
      };
      const subject = await make({ name: 'blocks', check: blocks, timeoutMs: 10_000 });
      await subject.sample();
      await subject.probe();
      return subject.culprits?.().includes('blocks') === true;
    },
  },
  {
    id: 'since',
    question: 'it tells since when a check has been in its state',
    ask: async (make) => {
      const subject = await make({ name: 'a', check: up });
      await subject.sample();
      await subject.probe();
      return subject.lastChange?.('a') !== undefined;
    },
  },
];
