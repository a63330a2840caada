import type { Type } from '@nestjs/common';
import type { Clock, ExitReason, Milliseconds } from '@rookery/genserver';

/** How a supervision tree lives in a Nest application. */
export interface SupervisionOptions {
  /** The `@Supervisor` class at the top of the tree. */
  readonly root: Type<unknown>;
  /**
   * One deadline for the whole shutdown, from the moment Nest begins to close: open requests, then the tree. What is left then is
   * cut off: connections are closed, processes killed, and the log says which. Default 10,000 ms.
   */
  readonly shutdownTimeoutMs?: Milliseconds;
  /**
   * What to do when the root gives up. Default: the process gets a non-zero exit code and sends itself SIGTERM, so Nest closes in
   * the order it always does (`app.enableShutdownHooks()`). Tests give a function of their own.
   */
  readonly onGiveUp?: (reason: ExitReason) => void;
  /** The runtime's clock. For tests. */
  readonly clock?: Clock;
}
