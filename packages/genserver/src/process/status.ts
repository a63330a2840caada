import type { ExitReason } from './exit-reason.js';
import type { MessageKind } from './message.js';

/** A message as it is shown to people. */
export interface ShownMessage {
  readonly kind: MessageKind;
  /** The method, for a call or cast. */
  readonly name: string;
  /** Of a call, a cast or init; otherwise what was sent, alone. */
  readonly args: readonly unknown[];
  /** The process whose handler made the call; undefined for a caller outside any process, and for all but calls. */
  readonly from: string | undefined;
}

/** What `formatStatus` gets, and gives back as it may be shown: by `runtime.sys.getStatus()` and in the report of a crash (GS-084). */
export interface ServerStatus<State = unknown> {
  readonly state: State;
  /** Its own fields by name, without the private ones: for many servers they are the state. */
  readonly fields: Readonly<Record<string, unknown>>;
  /** In the report of a crash: what it was at work on. */
  readonly message: ShownMessage | undefined;
  /** In the report of a crash: why it ended. */
  readonly reason: ExitReason | undefined;
}
