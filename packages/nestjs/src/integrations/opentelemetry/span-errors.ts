import { type Span, SpanStatusCode } from '@opentelemetry/api';
import { type CrashReport, type ExitReason, formatReason } from '@rookery/genserver';
import { isPlainError } from '../../tree/plain-error.js';

/** What an error is called where errors are counted: its code or its class. Looking at what was thrown never throws. */
export function errorType(error: unknown): string {
  try {
    if (!(error instanceof Error)) return '_OTHER';
    const { code, name } = error as { readonly code?: unknown; readonly name: unknown };
    if (typeof code === 'string' && code !== '') return code;
    return typeof name === 'string' && name !== '' ? name : '_OTHER';
  } catch {
    return '_OTHER';
  }
}

/** For its caller a call has failed. What an error of the application says is not told: it may hold anything, and no `redact` has seen it. */
export function failCall(span: Span, error: unknown): void {
  const type = errorType(error);
  span.setAttributes({ 'error.type': type, 'rpc.response.status_code': type });
  span.setStatus(isPlainError(error) ? { code: SpanStatusCode.ERROR, message: error.message } : FAILED);
}

/** The process ended with its handler. */
export function failHandling(span: Span, reason: ExitReason, message?: string): void {
  span.setAttributes({
    'error.type': reason.kind === 'error' ? errorType(reason.error) : reason.kind,
    'rookery.exit.reason': reason.kind,
  });
  span.setStatus(message === undefined ? FAILED : { code: SpanStatusCode.ERROR, message });
}

/** The process crashed: told as `formatStatus` and `redact` have left it, like the log. */
export function tellCrash(span: Span, { reason, stack }: CrashReport): void {
  const message = formatReason(reason);
  failHandling(span, reason, message);
  if (reason.kind !== 'error') return;
  span.addEvent('exception', {
    'exception.type': errorType(reason.error),
    'exception.message': message,
    ...(stack !== undefined && { 'exception.stacktrace': stack }),
  });
}

const FAILED = { code: SpanStatusCode.ERROR } as const;
