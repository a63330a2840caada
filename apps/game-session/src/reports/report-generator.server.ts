import { Inject, Logger } from '@nestjs/common';
import {
  type Deferred,
  Down,
  formatReason,
  GenServer,
  type InfoTimer,
  type MonitorRef,
  refuse,
  type ServerRef,
  type TaskSupervisorRef,
} from '@rookery/genserver';
import { InjectServer, InjectTaskSupervisor, Supervised } from '@rookery/nestjs';
import { Jobs } from '../background/jobs.supervisor.js';
import { SETTINGS } from '../settings.js';
import type { FinishedGame } from '../store/records.js';
import { Repo } from '../store/repo.server.js';
import { WALL_CLOCK, type WallClock } from '../wall-clock.js';
import { dailyReport } from './daily-report.js';
import { boundsOf, type Day, dayOf, lastDueDay, msUntil, type TimeOfDay } from './report-day.js';
import { ReportFailedError, ReportTooEarlyError } from './errors.js';
import { REPORT_FILES, type ReportFiles } from './report-files.js';

/** What reports need of the settings. */
export interface ReportSettings {
  /** When the report of the day before is written, UTC. */
  readonly reportAt: TimeOfDay;
}

/** A daily report that failed is tried again so much later. */
const AGAIN_MS = 5 * 60_000;
/** More players than this are not listed. */
const MOST_ROWS = 10_000;
const PAGE = 500;
const due = Symbol('the daily report is due');

interface Writing {
  readonly day: Day;
  /** Who asked for it; nobody, if it is the daily one only. */
  readonly callers: Deferred<Day>[];
}

/**
 * Writes the standings of each day that is over, and of any day when asked. Each report is a task of its own: the server goes on
 * taking messages, and a report that fails ends a task only. One after the other: however many are asked for, there is room for other
 * jobs.
 */
@Supervised()
export class ReportGenerator extends GenServer {
  readonly #logger = new Logger(ReportGenerator.name);
  /** The first one is being written. */
  readonly #queue: Writing[] = [];
  #task: MonitorRef | undefined;
  #timer: InfoTimer | undefined;

  constructor(
    @InjectServer(Repo) private readonly repo: ServerRef<Repo>,
    @InjectTaskSupervisor(Jobs) private readonly jobs: TaskSupervisorRef,
    @Inject(SETTINGS) private readonly settings: ReportSettings,
    @Inject(REPORT_FILES) private readonly files: ReportFiles,
    @Inject(WALL_CLOCK) private readonly now: WallClock,
  ) {
    super();
  }

  /** Looks at once: the app may have been down when a report was due. */
  override init(): void {
    this.#dueIn(0);
  }

  /** Resolves when the report is written. Two who ask for the same day get the same one. */
  write(day: Day): Deferred<Day> {
    if (day >= dayOf(this.now())) return refuse(new ReportTooEarlyError(day));
    const turn = this.self.defer<Day>();
    this.#add(day).callers.push(turn);
    return turn;
  }

  override async handleInfo(message: unknown): Promise<void> {
    if (message === due) return this.#daily();
    if (message instanceof Down && message.ref === this.#task) this.#ended(message); // a TaskReply came before: that it ended well is all we need
  }

  /** Also after a restart of the app that was down when one was due. */
  async #daily(): Promise<void> {
    const now = this.now();
    this.#dueIn(msUntil(this.settings.reportAt, now));
    const day = lastDueDay(this.settings.reportAt, now);
    const written = await this.files.read(day, 'csv').catch(() => undefined); // a folder of no use fails the task, not the server
    if (written === undefined) this.#add(day);
  }

  #dueIn(delayMs: number): void {
    this.#timer?.cancel();
    this.#timer = this.self.sendAfter(delayMs, due);
  }

  #add(day: Day): Writing {
    const known = this.#queue.find((writing) => writing.day === day);
    if (known !== undefined) return known;
    const writing = { day, callers: [] };
    this.#queue.push(writing);
    this.#next();
    return writing;
  }

  #next(): void {
    const [first] = this.#queue;
    if (first === undefined || this.#task !== undefined) return;
    this.#task = this.jobs.asyncNolink(this.self, () => this.#draw(first.day), { asMessage: true }).ref;
  }

  /** What the task does. */
  async #draw(day: Day): Promise<void> {
    const { from, to } = boundsOf(day);
    const standings = await this.repo.call.standings({ since: from, until: to, limit: MOST_ROWS });
    const games = await this.#countGames(from, to);
    await this.files.write(day, dailyReport({ day, games, standings }));
  }

  /** Page by page, so that no statement keeps the moves of running games waiting. */
  async #countGames(from: Date, to: Date): Promise<number> {
    let count = 0;
    let page: readonly FinishedGame[] = [];
    do {
      const after = page.at(-1);
      page = await this.repo.call.gamesFinishedBetween(from, to, { limit: PAGE, ...(after && { after }) });
      count += page.filter(({ ending }) => ending.kind !== 'abandoned').length;
    } while (page.length === PAGE);
    return count;
  }

  #ended({ reason }: Down): void {
    this.#task = undefined;
    const writing = this.#queue.shift();
    this.#next();
    if (writing === undefined) return; // never: the task was about the first one
    const { day, callers } = writing;
    if (reason.kind === 'normal') {
      this.#logger.log(`The report of ${day} is written`);
      for (const caller of callers) caller.reply(day);
      return;
    }
    for (const caller of callers) caller.refuse(new ReportFailedError(day, reason));
    this.#logger.error(`The report of ${day} failed: ${formatReason(reason)}`);
    this.#dueIn(AGAIN_MS); // it may have been the daily one
  }
}
