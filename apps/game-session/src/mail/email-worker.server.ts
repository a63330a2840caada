import { Inject, Logger } from '@nestjs/common';
import type { Breaker } from '@rookery/circuit-breaker';
import { formatReason, GenServer, type ServerRef, type StreamResult, type TaskSupervisorRef } from '@rookery/genserver';
import { InjectServer, InjectTaskSupervisor, Supervised } from '@rookery/nestjs';
import { InjectCircuitBreaker } from '@rookery/nestjs/circuit-breaker';
import { Jobs } from '../background/jobs.supervisor.js';
import type { MailRecord } from '../store/records.js';
import { asked } from '../store/asked.js';
import { Repo } from '../store/repo.server.js';
import { WALL_CLOCK, type WallClock } from '../wall-clock.js';
import { deliver, type Delivery } from './delivery.js';
import { MailFigures } from './mail-figures.js';
import { type Mailer, OPEN_MAILER, type OpenMailer } from './mailer.js';
import { type Note, noteOf } from './retry.js';

/** The breaker in front of the mail server. */
export const MAIL_BREAKER = 'smtp';

/** So many are taken from the outbox at a time, and sent side by side. */
const BATCH = 5;
/** More than the breaker gives a call: only a mailer that does not listen to its signal gets here. */
const DELIVERY_MS = 30_000;
const LOOK_EVERY_MS = 5_000;
const SOON_MS = 1_000;
const look = Symbol('look into the outbox');

/**
 * Sends what waits in the outbox. A mail leaves it when the mail server has it, so each is sent at least once; should the app be
 * killed in between, twice, under the same message id. One that cannot be sent is put off for longer and longer, and given up in
 * the end: see retry.ts. Meanwhile it is in nobody's way.
 *
 * A batch is sent within one message: nobody asks this server for anything, and a shutdown, which is a message as well, then
 * comes after the batch.
 */
@Supervised({ shutdownMs: 10_000 })
export class EmailWorker extends GenServer {
  readonly #logger = new Logger(EmailWorker.name);
  /** What became of mails while the store was away: nothing is sent twice because it could not be noted. */
  readonly #unnoted = new Map<number, Note>();
  #mailer: Mailer | undefined;

  constructor(
    @InjectServer(Repo) private readonly repo: ServerRef<Repo>,
    @InjectTaskSupervisor(Jobs) private readonly jobs: TaskSupervisorRef,
    @InjectCircuitBreaker(MAIL_BREAKER) private readonly breaker: Breaker,
    @Inject(OPEN_MAILER) private readonly openMailer: OpenMailer,
    @Inject(MailFigures) private readonly figures: MailFigures,
    @Inject(WALL_CLOCK) private readonly now: WallClock,
  ) {
    super();
  }

  override init(): void {
    this.self.trapExit(true); // or `terminate` would not run at shutdown
    this.#mailer = this.openMailer();
    this.self.sendAfter(0, look); // not here: the start of the tree would wait for it
  }

  override async handleInfo(message: unknown): Promise<void> {
    if (message === look) this.self.sendAfter(await this.#work(), look);
    // Anything else is the end of a delivery, which is linked with us so that it ends when we do. Its result has come already.
  }

  override terminate(): void {
    this.#mailer?.close();
  }

  /** Sends a batch. Gives how long to wait before the next. */
  async #work(): Promise<number> {
    const done = await asked(this.#sendSome());
    if (done.kind === 'refused') throw done.error; // a mistake of ours
    return done.kind === 'ok' ? done.value : LOOK_EVERY_MS; // the store will be back, and the mails with it
  }

  async #sendSome(): Promise<number> {
    await this.#noteAll();
    const deliveries = await this.#sendAll(await this.repo.call.pendingMails(BATCH));
    await this.#noteAll();
    return pauseAfter(deliveries);
  }

  async #sendAll(mails: readonly MailRecord[]): Promise<readonly Delivery[]> {
    const { breaker } = this;
    const mailer = this.#mailer;
    if (mailer === undefined) return []; // never: `init` has made it
    const deliveries: Delivery[] = [];
    const results = this.jobs.asyncStream(
      this.self,
      mails,
      (mail, { signal }) => deliver(mail, { mailer, breaker, signal }),
      { maxConcurrency: BATCH, timeoutMs: DELIVERY_MS, onTimeout: 'kill_task' },
    );
    for await (const result of results) {
      const mail = mails[deliveries.length]; // results come in the order of the mails
      const delivery = deliveryOf(result);
      deliveries.push(delivery);
      const note = mail && noteOf(mail, delivery, this.now());
      if (mail !== undefined && note !== undefined) this.#unnoted.set(mail.id, note);
    }
    return deliveries;
  }

  async #noteAll(): Promise<void> {
    for (const [id, note] of this.#unnoted) {
      await this.#note(id, note);
      this.#unnoted.delete(id);
    }
  }

  async #note(id: number, note: Note): Promise<void> {
    if (note.kind === 'sent') {
      await this.repo.call.mailSent(id);
      this.figures.sent++;
    } else if (note.kind === 'put_off') {
      await this.repo.call.mailFailed(id, note.error, note.retryInMs);
      this.figures.putOff++;
    } else {
      await this.repo.call.mailFailed(id, note.error, null);
      this.figures.givenUp++;
      this.#logger.warn(`Mail ${id} is given up, as ${note.why}: ${note.error}`);
    }
  }
}

function deliveryOf(result: StreamResult<MailRecord, Delivery>): Delivery {
  return result.kind === 'ok' ? result.value : { kind: 'failed', error: formatReason(result.reason) };
}

/** At once while there are more; later when none waits, or the mail server has trouble. Those that failed have been put off, so they do not come again at once. */
function pauseAfter(deliveries: readonly Delivery[]): number {
  const has = (kind: Delivery['kind']): boolean => deliveries.some((delivery) => delivery.kind === kind);
  const closed = deliveries.find((delivery) => delivery.kind === 'not_tried');
  if (closed !== undefined && !has('sent')) return Math.max(closed.retryAfterMs ?? LOOK_EVERY_MS, SOON_MS);
  if (closed !== undefined) return SOON_MS; // it is up again, and the breaker lets one probe through at a time
  return deliveries.length === BATCH ? 0 : LOOK_EVERY_MS;
}
