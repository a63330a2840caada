import { GenServerError } from '../errors.js';
import { causeOf, endWithReason, type ExitReason } from '../process/exit-reason.js';
import { type ApplicationReport, formatCause } from './report.js';

/** An application did not start: its start callback or its tree failed. What had started is stopped (APP-003, APP-004). */
export class ApplicationStartError extends GenServerError {
  readonly code = 'ERR_GENSERVER_APPLICATION_START_FAILED';

  constructor(
    readonly application: string,
    /** What failed: the `start` callback, what it returned, or a child of the tree. */
    readonly stage: 'start' | 'bad_return' | 'root',
    readonly reason: ExitReason,
  ) {
    super(`The application ${application} did not start, ${STAGES[stage]}: ${endWithReason(reason)}`, {
      cause: causeOf(reason),
    });
  }
}

const STAGES: Record<ApplicationStartError['stage'], string> = {
  start: 'its start callback failed',
  bad_return: 'its start callback returned what is no tree',
  root: 'its tree failed',
};

/** An application of this name runs, or is just being started, in this runtime (APP-002). */
export class ApplicationAlreadyStartedError extends GenServerError {
  readonly code = 'ERR_GENSERVER_APPLICATION_ALREADY_STARTED';

  constructor(readonly application: string) {
    super(
      `The application ${application} runs in this runtime already. Use that one (Application.running), stop it first, ` +
        'or start what is missing with Application.startAll().',
    );
  }
}

/** An application that this one depends on does not run in this runtime (APP-005). Nothing was started. */
export class ApplicationNotStartedError extends GenServerError {
  readonly code = 'ERR_GENSERVER_APPLICATION_NOT_STARTED';

  constructor(
    readonly application: string,
    /** Who should run first. */
    readonly dependency: string,
  ) {
    super(
      `The application ${application} depends on ${dependency}, which does not run in this runtime. Start it first, or ` +
        'start both with Application.startAll().',
    );
  }
}

/**
 * A stop was asked for while the application was starting: it has been stopped, in order, once it was up (APP-020). Or a
 * signal had stopped the applications of its runtime before: then it has not been started.
 */
export class ApplicationStoppedError extends GenServerError {
  readonly code = 'ERR_GENSERVER_APPLICATION_STOPPED';

  constructor(
    readonly application: string,
    /** How the stop went; undefined when nothing had been started. */
    readonly report?: ApplicationReport,
  ) {
    super(
      report === undefined
        ? `The application ${application} was not started: the applications of its runtime are stopping.`
        : `The application ${application} was stopped while it was starting (${formatCause(report.cause)}).`,
    );
  }
}
