import { Injectable, Logger } from '@nestjs/common';
import { formatReason, Runtime, type RuntimeEvent } from '@rookery/genserver';

/** Tells Nest's log what a supervisor saw: crashes, restarts, giving up. */
@Injectable()
export class TreeLogger {
  readonly #logger = new Logger('Supervision');

  constructor(private readonly runtime: Runtime) {}

  /** Returns how to stop. */
  start(): () => void {
    return this.runtime.subscribe((event) => this.#log(event));
  }

  #log(event: RuntimeEvent): void {
    if (event.kind === 'process_crashed') this.#logCrash(event);
    else if (event.kind === 'child_restarted') {
      this.#logger.warn(`${event.supervisor} restarted ${event.child} (restart ${event.restarts} of this child)`);
    } else if (event.kind === 'supervisor_gave_up') {
      this.#logger.error(`${event.supervisor} gave up: too many restarts, the last one of ${event.child}`);
    } else if (event.kind === 'child_start_failed') {
      this.#logger.error(`${event.supervisor} could not start ${event.child}: ${formatReason(event.reason)}`);
    }
  }

  #logCrash({ process, reason, lastMessage, mailboxSize }: Extract<RuntimeEvent, { kind: 'process_crashed' }>): void {
    const where = lastMessage === undefined ? '' : ` while handling "${lastMessage}"`;
    const stack = reason.kind === 'error' && reason.error instanceof Error ? reason.error.stack : undefined;
    this.#logger.error(`${process} crashed${where} (${mailboxSize} messages waiting): ${formatReason(reason)}`, stack);
  }
}
