import type { CheckView } from './check-view.js';
import { HealthOptionError } from './errors.js';
import type { UserFunctions } from './failures.js';
import { type BodyFormat, CONTENT_TYPES, WRITERS } from './formats.js';
import type { StatusCodes } from './groups.js';
import { isHealthState } from './health.js';
import type { ProbeAnswer } from './probe.js';
import { type Details, redactErrors, type Redact, showsChecks, withoutTexts } from './redaction.js';
import type { HealthReport } from './report.js';

export interface ProbeWriterOptions {
  readonly details: Details;
  readonly redact: Redact | false | undefined;
  readonly format: BodyFormat;
}

/** Writes the answers to probes, and keeps them as long as the reports they tell. */
export class ProbeWriter {
  readonly #options: ProbeWriterOptions;
  readonly #functions: UserFunctions;
  #kept = new WeakMap<HealthReport, Map<string, ProbeAnswer>>();

  constructor(options: ProbeWriterOptions, functions: UserFunctions) {
    this.#options = options;
    this.#functions = functions;
  }

  write(
    report: HealthReport,
    statusCodes: StatusCodes,
    isAuthorized: boolean,
    format = this.#options.format,
  ): ProbeAnswer {
    const isShown = showsChecks(this.#options.details, isAuthorized);
    const key = isShown ? `${format} with checks` : format;
    const kept = this.#kept.get(report);
    const known = kept?.get(key);
    if (known !== undefined) return known;
    const answer = this.#make(report, statusCodes[report.state], isShown, format);
    if (kept === undefined) this.#kept.set(report, new Map([[key, answer]]));
    else kept.set(key, answer);
    return answer;
  }

  #make(report: HealthReport, statusCode: number, isShown: boolean, format: BodyFormat): ProbeAnswer {
    const views = isShown ? Object.values(report.checks) : undefined;
    const checks = views?.map((check) => this.#redact(check));
    const shown = { ...report, checks };
    const body = this.#functions.call(
      'redact',
      'body',
      () => JSON.stringify(WRITERS[format](shown, statusCode)),
      // A check may give data that JSON has no words for.
      () => JSON.stringify(WRITERS[format]({ ...shown, checks: views?.map(withoutTexts) }, statusCode)),
    );
    return {
      statusCode,
      headers: { 'content-type': CONTENT_TYPES[format], 'cache-control': 'no-store' },
      body,
    };
  }

  #redact(check: CheckView): CheckView {
    const { redact = redactErrors } = this.#options;
    if (redact === false) return check;
    return this.#functions.call(
      'redact',
      check.name,
      () => checkRedacted(redact(check)),
      () => withoutTexts(check),
    );
  }
}

function checkRedacted(given: unknown): CheckView {
  const { name, state, ok } = (given ?? {}) as Partial<CheckView>;
  if (typeof name === 'string' && isHealthState(state) && typeof ok === 'boolean') return given as CheckView;
  throw new HealthOptionError('redact', 'a function that gives a check as it may be shown', given);
}
