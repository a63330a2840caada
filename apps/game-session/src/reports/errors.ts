import { type ExitReason, formatReason } from '@rookery/genserver';
import type { Day } from './report-day.js';

/** There are no standings yet of a day that is not over. */
export class ReportTooEarlyError extends Error {
  override readonly name = 'ReportTooEarlyError';
  readonly reason = 'day_not_over';

  constructor(readonly day: Day) {
    super(`${day} is not over (UTC). Ask again when it is.`);
  }
}

/** The report could not be drawn or written. */
export class ReportFailedError extends Error {
  override readonly name = 'ReportFailedError';
  readonly reason = 'report_failed';

  constructor(
    readonly day: Day,
    reason: ExitReason,
  ) {
    super(`The report of ${day} could not be written: ${formatReason(reason)}`);
  }
}

/** None was written of this day, or it is no day. */
export class UnknownReportError extends Error {
  override readonly name = 'UnknownReportError';
  readonly reason = 'unknown_report';

  constructor(readonly day: string) {
    super(`There is no report of ${JSON.stringify(day)}.`);
  }
}
