import type { Type } from '@nestjs/common';
import type { Clock, ExitReason, Milliseconds } from '@rookery/genserver';

/** What the options are injected by, inside this package. */
export const SUPERVISION_OPTIONS = Symbol('SupervisionOptions');

/** How a supervision tree lives in a Nest application. */
export interface SupervisionOptions {
  /** The `@Supervisor` class at the top of the tree. */
  readonly root: Type<unknown>;
  /**
   * One deadline for the whole shutdown, from the moment Nest begins to close: half of it for open requests, all that is left for
   * the tree. Idle connections are closed at once; those still open at half of it, WebSockets too, are cut, and processes that
   * still run at its end are killed. The log says so. Default 10,000 ms.
   */
  readonly shutdownTimeoutMs?: Milliseconds;
  /**
   * What to do when the root gives up. Default: the process gets a non-zero exit code and sends itself SIGTERM, so Nest closes in
   * the order it always does (`app.enableShutdownHooks()`). Tests give a function of their own. One that throws or rejects is logged, and the default
   * done in its place.
   */
  readonly onGiveUp?: (reason: ExitReason) => void | Promise<void>;
  /** The runtime's clock. For tests. */
  readonly clock?: Clock;
}
