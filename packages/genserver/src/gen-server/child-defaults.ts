import type { Milliseconds } from '../runtime/clock.js';

/** Which ends of a child its supervisor answers with a restart: all, the abnormal ones, none (SUP-026 to SUP-029). */
export type Restart = 'permanent' | 'transient' | 'temporary';

/** How a child is stopped: ask and wait so long, then kill; kill at once; or ask and wait as long as it takes (SUP-063 to SUP-067). */
export type Shutdown = Milliseconds | 'brutal_kill' | 'infinity';

/** What a server class can say about itself as a child: Elixir's `use GenServer, restart: :transient`. */
export interface ChildDefaults {
  /** Default `permanent`. */
  readonly restart?: Restart;
  /** Default 5000 ms. */
  readonly shutdownMs?: Shutdown;
  /** Whether its end for good counts for its supervisor's `autoShutdown`. Default false; not for a permanent child (SUP-096). */
  readonly significant?: boolean;
}
