import { describe, expect, test } from '@jest/globals';
import { CircuitBreaker } from '@rookery/circuit-breaker';
import {
  child,
  type Clock,
  type Deferred,
  GenServer,
  refuse,
  type Runtime,
  type ServerRef,
  taskSupervisor,
} from '@rookery/genserver';
import { classifyMailError } from '../../src/mail/delivery.js';
import { EmailWorker } from '../../src/mail/email-worker.server.js';
import { MailFigures } from '../../src/mail/mail-figures.js';
import type { Mailer } from '../../src/mail/mailer.js';
import { StoreUnavailableError } from '../../src/store/errors.js';
import type { MailRecord } from '../../src/store/records.js';
import type { Repo } from '../../src/store/repo.server.js';
import { type Tree, useTrees } from '../support/trees.js';

const newTree = useTrees();

describe('the worker that sends mails', () => {
  test('sends what waits in the outbox, and takes it out', async () => {
    const post = await open({ mails: mailsTo(3) });

    await post.settled();

    expect(post.sent).toEqual([1, 2, 3]);
    expect(post.outbox.waiting()).toEqual([]);
  });

  test('looks again each five seconds', async () => {
    const post = await open({ mails: [] });
    await post.settled();
    post.outbox.mails.push(...mailsTo(1));

    await post.tree.clock.advance(4_999);
    await post.settled();
    expect(post.sent).toEqual([]);

    await post.tree.clock.advance(1);
    await post.settled();
    expect(post.sent).toEqual([1]);
  });

  test('goes on at once while a batch was full', async () => {
    const post = await open({ mails: mailsTo(12) });

    for (let batch = 0; batch < 3; batch++) await post.settled();

    expect(post.sent).toHaveLength(12);
  });

  test('tries again later what could not be sent, and says so in the outbox', async () => {
    const post = await open({ mails: mailsTo(1), send: () => Promise.reject(new Error('connection refused')) });

    await post.settled();

    expect(post.outbox.mails).toEqual([
      expect.objectContaining({ id: 1, attempts: 1, error: 'Error: connection refused' }),
    ]);
    expect(post.figures).toEqual({ sent: 0, putOff: 1, givenUp: 0 });
  });

  test('waits twice as long after each try, and at most half an hour', async () => {
    const post = await open({ mails: mailsTo(1), send: () => Promise.reject(fullMailbox) });

    const tries: number[] = [];
    for (let second = 0; second <= 9_000; second += 5) {
      await post.settled();
      if (post.tries() > tries.length) tries.push(second);
      await post.tree.clock.advance(5_000);
    }

    const pauses = tries.slice(1).map((at, index) => at - (tries[index] ?? 0));
    expect(pauses).toEqual([10, 20, 40, 80, 160, 320, 640, 1_280, 1_800, 1_800, 1_800]);
  });

  test('sends the others meanwhile: any number of mails that always fail keep nobody waiting', async () => {
    const post = await open({
      mails: mailsTo(50),
      send: ({ id }) => (id <= 50 ? Promise.reject(fullMailbox) : Promise.resolve()),
    });
    for (let batch = 0; batch < 10; batch++) await post.settled();
    expect(post.tries()).toBe(50); // one batch after the other, without a pause

    post.outbox.mails.push(...mailsTo(3, { firstId: 51 }));
    await post.tree.clock.advance(5_000);
    await post.settled();

    expect(post.sent).toEqual([51, 52, 53]);
    expect(post.breaker.state).toBe('closed');
  });

  test('gives up a mail after five days, when it fails once more', async () => {
    const almostOld = mailsTo(1, { writtenAgoMs: 5 * DAY_MS - HOUR_MS });
    const post = await open({ mails: almostOld, send: () => Promise.reject(fullMailbox) });

    await post.runFor(HOUR_MS - 1);
    expect(post.outbox.waiting()).toHaveLength(1);
    await post.runFor(HOUR_MS / 2);

    expect(post.outbox.waiting()).toEqual([]);
    expect(post.outbox.mails).toMatchObject([{ isGivenUp: true, error: 'Error: 452 mailbox is full' }]);
    expect(post.tree.lines).toContain(
      'Mail 1 is given up, as it could not be sent for 5 days: Error: 452 mailbox is full',
    );
    expect(post.figures).toMatchObject({ givenUp: 1 });
    const tries = post.tries();
    await post.runFor(HOUR_MS);
    expect(post.tries()).toBe(tries);
  });

  test('and those as well that were never tried, as the mail server was down all the time', async () => {
    const almostOld = mailsTo(200, { writtenAgoMs: 5 * DAY_MS - HOUR_MS });
    const post = await open({ mails: almostOld, send: () => Promise.reject(new Error('down')) });

    await post.runFor(HOUR_MS - 1);
    expect(post.outbox.waiting()).toHaveLength(200);
    expect(post.outbox.waiting().some(({ attempts }) => attempts === 0)).toBe(true);
    await post.runFor(HOUR_MS);

    expect(post.outbox.waiting()).toEqual([]);
    expect(post.figures).toMatchObject({ sent: 0, givenUp: 200 });
  });

  test('tries an old mail once more before it gives it up: the app may have been away for a week', async () => {
    const post = await open({ mails: mailsTo(1, { writtenAgoMs: 7 * DAY_MS }) });

    await post.settled();

    expect(post.sent).toEqual([1]);
    expect(post.figures).toEqual({ sent: 1, putOff: 0, givenUp: 0 });
  });

  test('gives up a mail that the server refuses for good, and the breaker stays closed', async () => {
    const refusal = Object.assign(new Error('550 no such mailbox'), { responseCode: 550 });
    const post = await open({ mails: mailsTo(5), send: () => Promise.reject(refusal) });

    await post.settled();

    expect(post.outbox.mails.map(({ isGivenUp }) => isGivenUp)).toEqual([true, true, true, true, true]);
    expect(post.breaker.state).toBe('closed');
    expect(post.tree.lines.filter((line) => line.includes('given up, as it is refused for good'))).toHaveLength(5);
  });

  test('leaves a mail server alone that is down, and looks again when the breaker lets it', async () => {
    let isDown = true;
    const post = await open({
      mails: mailsTo(3),
      send: () => (isDown ? Promise.reject(new Error('down')) : Promise.resolve()),
    });
    await post.settled(); // three failures: open
    expect(post.breaker.state).toBe('open');
    const attempts = post.tries();

    await post.tree.clock.advance(5_000);
    await post.settled();
    expect(post.tries()).toBe(attempts); // looked, not tried

    isDown = false;
    await post.tree.clock.advance(25_000);
    await post.settled();
    expect(post.sent).toEqual([1]); // the probe
    await post.tree.clock.advance(1_000);
    await post.settled();
    expect(post.outbox.waiting()).toEqual([]);
  });

  test('does not send twice what was sent while the store could not note it', async () => {
    const post = await open({ mails: mailsTo(2) });
    post.outbox.failsToNote = true;
    await post.settled();
    expect(post.sent).toEqual([1, 2]);

    post.outbox.failsToNote = false;
    await post.tree.clock.advance(5_000);
    await post.settled();

    expect(post.sent).toEqual([1, 2]);
    expect(post.outbox.waiting()).toEqual([]);
  });

  test('nor what was sent when the store does not say whether it has noted it', async () => {
    const post = await open({ mails: mailsTo(2) });
    const { pid } = post.worker;
    post.outbox.forgetsToAnswer = true;
    await post.tree.clock.advance(5_000); // the call times out
    post.outbox.forgetsToAnswer = false;
    await post.tree.clock.advance(5_000);
    await post.settled();

    expect(post.sent).toEqual([1, 2]);
    expect(post.outbox.waiting()).toEqual([]);
    expect(post.worker.pid).toBe(pid);
  });

  test('waits for a store that is away, without a crash', async () => {
    const post = await open({ mails: mailsTo(1) });
    post.outbox.isAway = true;
    const { pid } = post.worker;
    await post.settled();

    post.outbox.isAway = false;
    await post.tree.clock.advance(5_000);
    await post.settled();

    expect(post.sent).toEqual([1]);
    expect(post.worker.pid).toBe(pid); // the same process
  });

  test('lets the batch arrive that is on its way when the app stops, and closes the mailer', async () => {
    let arrive: () => void = () => undefined;
    const post = await open({
      mails: mailsTo(1),
      send: () => new Promise<void>((resolve) => (arrive = resolve)),
    });
    await post.tree.clock.advance(0);

    const stopped = post.tree.runtime.shutdown();
    arrive();
    await stopped;

    expect(post.outbox.waiting()).toEqual([]);
    expect(post.closed()).toBe(1);
  });
});

/** An SMTP server says so of one mail. */
const fullMailbox = Object.assign(new Error('452 mailbox is full'), { responseCode: 452, code: 'EENVELOPE' });
const HOUR_MS = 3_600_000;
const DAY_MS = 24 * HOUR_MS;

interface Post {
  readonly tree: Tree;
  readonly outbox: Outbox;
  readonly breaker: CircuitBreaker;
  readonly worker: ServerRef<EmailWorker>;
  readonly figures: MailFigures;
  /** The ids of the mails that were sent, in turn. */
  readonly sent: readonly number[];
  tries(): number;
  closed(): number;
  /** Lets what is due run, and waits until the worker is done with it. */
  settled(): Promise<void>;
  /** Lets so much time go by, in large steps. */
  runFor(ms: number): Promise<void>;
}

interface Row extends MailRecord {
  readonly error?: string;
  readonly isGivenUp?: boolean;
  readonly nextTryAt?: number;
}

/** What the worker asks of the store. */
class Outbox extends GenServer {
  mails: Row[] = [];
  failsToNote = false;
  forgetsToAnswer = false;
  isAway = false;

  waiting(): readonly Row[] {
    return this.mails.filter(({ isGivenUp }) => isGivenUp !== true);
  }

  pendingMails(limit: number): readonly MailRecord[] | ReturnType<typeof refuse> {
    if (this.isAway) return refuse(new StoreUnavailableError('away', false));
    const due = this.waiting().filter(({ nextTryAt = 0 }) => nextTryAt <= this.self.now());
    return due.toSorted((a, b) => (a.nextTryAt ?? 0) - (b.nextTryAt ?? 0)).slice(0, limit);
  }

  mailSent(id: number): void | Deferred<void> {
    if (this.forgetsToAnswer) return this.self.defer<void>();
    if (this.failsToNote) return refuse(new StoreUnavailableError('away', false));
    this.mails = this.mails.filter((mail) => mail.id !== id);
  }

  mailFailed(id: number, error: string, retryInMs: number | null): void {
    const next = retryInMs === null ? { isGivenUp: true } : { nextTryAt: this.self.now() + retryInMs };
    this.mails = this.mails.map((mail) =>
      mail.id === id ? { ...mail, attempts: mail.attempts + 1, error, ...next } : mail,
    );
  }
}

async function open({
  mails,
  send = () => Promise.resolve(),
}: {
  readonly mails: readonly MailRecord[];
  readonly send?: Mailer['send'];
}): Promise<Post> {
  const outbox = new Outbox();
  outbox.mails = [...mails];
  const sent: number[] = [];
  let tries = 0;
  let closed = 0;
  const mailer: Mailer = {
    send: async (mail) => {
      tries++;
      await send(mail);
      sent.push(mail.id);
    },
    close: () => closed++,
  };
  let breaker: CircuitBreaker | undefined;
  const figures = new MailFigures();
  const tree = await newTree((runtime, clock) => {
    const smtp = newBreaker(clock);
    breaker = smtp;
    return [
      child(Outbox, { name: 'Repo', create: () => outbox }),
      taskSupervisor({ name: 'Jobs' }),
      child(EmailWorker, {
        name: 'EmailWorker',
        create: () => {
          const jobs = runtime.taskSupervisor('Jobs');
          return new EmailWorker(
            repoOf(runtime),
            jobs,
            smtp,
            () => mailer,
            figures,
            () => new Date(clock.now()),
          );
        },
      }),
    ];
  });
  if (breaker === undefined) throw new Error('the tree has not been asked for its children');
  const worker = tree.runtime.ref(EmailWorker, 'EmailWorker');
  const settled = async (): Promise<void> => {
    await tree.clock.advance(0);
    await tree.runtime.sys.getState(worker); // answered after the batch
  };
  const runFor = async (ms: number): Promise<void> => {
    await tree.clock.advance(ms);
    await settled();
  };
  return { tree, outbox, breaker, worker, figures, sent, tries: () => tries, closed: () => closed, settled, runFor };
}

/** As in the app: see app.module.ts. */
function newBreaker(clock: Clock): CircuitBreaker {
  return new CircuitBreaker({
    label: 'smtp',
    clock,
    failureThreshold: 3,
    timeoutMs: 30_000,
    classifyError: classifyMailError,
  });
}

/** The outbox answers to the store's name. */
function repoOf(runtime: Runtime): ServerRef<Repo> {
  return runtime.ref(Outbox, 'Repo') as unknown as ServerRef<Repo>;
}

/** The clock stands at 0. */
function mailsTo(count: number, { firstId = 1, writtenAgoMs = 0 } = {}): MailRecord[] {
  return Array.from({ length: count }, (_, index) => {
    const id = firstId + index;
    const to = `p${id}@example.org`;
    return { id, to, subject: 'you won', text: 'text', createdAt: new Date(-writtenAgoMs), attempts: 0 };
  });
}
