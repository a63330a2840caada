import { channel } from 'node:diagnostics_channel';
import type { Milliseconds } from '@rookery/genserver';

/**
 * What caches publish on `node:diagnostics_channel`, by the name of the channel. Nothing is published, and nothing is made for it,
 * while nobody has subscribed. Hits, puts and other removals are not published: `stats()` counts them, `onRemoval` tells of them.
 */
export interface CacheDiagnostics {
  /** A loader is about to be called. `isRefresh`: behind a value that is given meanwhile. */
  readonly 'rookery:ttl-cache:load-started': {
    readonly cache: string;
    readonly key: unknown;
    readonly isRefresh: boolean;
  };
  /** `given_up`: nobody waits for it any more, or the cache was closed. `waiting`: how many get the outcome. */
  readonly 'rookery:ttl-cache:load-settled': {
    readonly cache: string;
    readonly key: unknown;
    readonly outcome: 'loaded' | 'failed' | 'given_up';
    /** Undefined if it has loaded. */
    readonly error: unknown;
    readonly durationMs: Milliseconds;
    readonly waiting: number;
  };
  /** A sweep has ended. `expired`: how many entries were taken out meanwhile because their life was over. */
  readonly 'rookery:ttl-cache:sweep': {
    readonly cache: string;
    readonly expired: number;
    readonly durationMs: Milliseconds;
    /** Entries that are left. */
    readonly entries: number;
  };
  /** A live entry had to make room. */
  readonly 'rookery:ttl-cache:eviction': { readonly cache: string; readonly key: unknown };
}

const CHANNELS = {
  loadStarted: channel('rookery:ttl-cache:load-started'),
  loadSettled: channel('rookery:ttl-cache:load-settled'),
  sweep: channel('rookery:ttl-cache:sweep'),
  eviction: channel('rookery:ttl-cache:eviction'),
} as const;

type Messages = {
  readonly loadStarted: CacheDiagnostics['rookery:ttl-cache:load-started'];
  readonly loadSettled: CacheDiagnostics['rookery:ttl-cache:load-settled'];
  readonly sweep: CacheDiagnostics['rookery:ttl-cache:sweep'];
  readonly eviction: CacheDiagnostics['rookery:ttl-cache:eviction'];
};

/** Whether somebody wants to hear: ask before a message is made. */
export function isHeard(name: keyof Messages): boolean {
  return CHANNELS[name].hasSubscribers;
}

export function publish<Name extends keyof Messages>(name: Name, message: Messages[Name]): void {
  CHANNELS[name].publish(message);
}
