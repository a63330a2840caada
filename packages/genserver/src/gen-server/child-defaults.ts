import type { MailboxLimit } from '../process/message-queue.js';
import type { Milliseconds } from '../runtime/clock.js';

/** Which ends of a child its supervisor answers with a restart: all, the abnormal ones, none (SUP-026 to SUP-029). */
export type Restart = 'permanent' | 'transient' | 'temporary';

/** How a child is stopped: ask and wait so long, then kill; kill at once; or ask and wait as long as it takes (SUP-063 to SUP-067). */
export type Shutdown = Milliseconds | 'brutal_kill' | 'infinity';

/** How delays are spread by chance, so that many that failed together do not come back together. */
export type Jitter = 'none' | 'full' | 'equal';

/** Puts restarts off, longer with each: not OTP's, and off unless asked for. The wait of a child does not block its supervisor. */
export interface Backoff {
  /** Before the first restart. */
  readonly initialMs: Milliseconds;
  /** Each delay is so many times the one before. Default 2. */
  readonly factor?: number;
  /** The longest delay. Default 30 s. */
  readonly maxMs?: Milliseconds;
  /** `full`: anything from 0 up to the delay; `equal`: anything from half of it up. Default `none`. */
  readonly jitter?: Jitter;
  /** A child that ran so long before it failed begins anew with `initialMs`. Default: `maxMs`. */
  readonly resetAfterMs?: Milliseconds;
}

/** What a server class can say about itself as a child: Elixir's `use GenServer, restart: :transient`. */
export interface ChildDefaults {
  /** Default `permanent`. */
  readonly restart?: Restart;
  /** Default 5000 ms. */
  readonly shutdownMs?: Shutdown;
  /** Of the class, however it is started. Default: any number of messages may wait. */
  readonly mailbox?: MailboxLimit;
  /** Whether its end for good counts for its supervisor's `autoShutdown`. Default false; not for a permanent child (SUP-096). */
  readonly significant?: boolean;
  /** Instead of what its supervisor says; `false`: restarted at once. */
  readonly backoff?: Backoff | false;
}
