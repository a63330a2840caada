import { Injectable, Logger } from '@nestjs/common';
import { formatReason, Runtime, type RuntimeEvent } from '@rookery/genserver';
import { entryOf, type LogEntry } from './log-entries.js';

/** Tells Nest's log what a supervisor saw: crashes, restarts, giving up; as text, and as facts for loggers that write records. */
@Injectable()
export class TreeLogger {
  readonly #logger = new Logger('Supervision');

  constructor(private readonly runtime: Runtime) {}

  /** Returns how to stop. */
  start(): () => void {
    return this.runtime.subscribe((event) => this.#hear(event));
  }

  #hear(event: RuntimeEvent): void {
    const entry = entryOf(event);
    if (entry !== undefined) this.#log(entry);
    if (event.kind !== 'process_crashed' || event.redactionError === undefined) return;
    const { redactionError } = event;
    const text = `redact failed for the crash report of ${event.process}, which tells plain facts only`;
    this.#logger.error(text, stackOf(redactionError));
  }

  #log({ level, text, facts, stack }: LogEntry): void {
    if (level === 'warn') this.#logger.warn(text, facts);
    else if (stack === undefined) this.#logger.error(text, facts);
    else this.#logger.error(text, facts, stack);
  }
}

function stackOf(error: unknown): string {
  return error instanceof Error && error.stack !== undefined ? error.stack : formatReason({ kind: 'error', error });
}
