import type { Span } from '@opentelemetry/api';
import type { Pid, RuntimeEvent } from '@rookery/genserver';
import { failHandling, tellCrash } from './span-errors.js';

interface Waiting {
  readonly span: Span;
  /** When its handler failed: what `terminate` does is no part of it. */
  readonly endedAt: number;
}

/** Spans of handlers that have failed, until the report of the crash says what may be told of it. */
export class CrashedSpans {
  readonly #waiting = new Map<Pid, Waiting>();

  add(pid: Pid, span: Span): void {
    this.#waiting.set(pid, { span, endedAt: performance.now() });
  }

  readonly hear = (event: RuntimeEvent): void => {
    if (event.kind !== 'process_crashed' && event.kind !== 'process_exited') return;
    const waiting = this.#waiting.get(event.pid);
    if (waiting === undefined) return;
    this.#waiting.delete(event.pid);
    if (event.kind === 'process_crashed') tellCrash(waiting.span, event);
    else failHandling(waiting.span, event.reason); // by a kill, say, while it said its last words
    waiting.span.end(waiting.endedAt);
  };

  /** Nothing more will be heard of them. */
  close(): void {
    for (const { span, endedAt } of this.#waiting.values()) span.end(endedAt);
    this.#waiting.clear();
  }
}
