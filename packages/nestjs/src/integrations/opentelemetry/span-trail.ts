import { type Context, context, type Span } from '@opentelemetry/api';
import { type CallEnd, type HandlingEnd, isAbnormal, type MessageTrail, type Pid } from '@rookery/genserver';
import type { CrashedSpans } from './crashed-spans.js';
import { errorType, failCall, failHandling } from './span-errors.js';

/** No spans: the handler has this context. */
export class ContextTrail implements MessageTrail {
  constructor(private readonly within: Context) {}

  handle(run: () => void): void {
    context.with(this.within, run);
  }
}

/** A span of a handler, and the context in which the handler runs. */
export interface Handling {
  readonly span: Span;
  readonly context: Context;
}

/** The spans of one message: that of its handling, and for a call that of the caller. */
export class SpanTrail implements MessageTrail {
  #span: Span | undefined;

  constructor(
    private readonly begin: () => Handling,
    private readonly crashed: CrashedSpans,
    private readonly pid: Pid,
    private readonly caller?: Span,
  ) {}

  handle(run: () => void): void {
    const handling = this.begin();
    this.#span = handling.span;
    context.with(handling.context, run);
  }

  handled(end: HandlingEnd): void {
    const span = this.#span;
    if (span === undefined) return; // it expired, and its caller's span says so
    this.#span = undefined;
    if (end.kind === 'exited' && isAbnormal(end.reason)) return this.crashed.add(this.pid, span);
    tellEnd(span, end);
    span.end();
  }

  answered(end: CallEnd): void {
    const span = this.caller;
    if (span === undefined) return;
    if (end.kind === 'value') span.setAttribute('rpc.response.status_code', 'OK');
    else failCall(span, end.error);
    span.end();
  }
}

/** To say no is no failure of who says it. */
function tellEnd(span: Span, end: HandlingEnd): void {
  if (end.kind !== 'done') span.setAttribute('rookery.outcome', end.kind);
  if (end.kind === 'refused') span.setAttribute('rpc.response.status_code', errorType(end.error));
  else if (end.kind === 'exited') span.setAttribute('rookery.exit.reason', end.reason.kind);
  else if (end.kind === 'abandoned') failHandling(span, end.reason);
}
