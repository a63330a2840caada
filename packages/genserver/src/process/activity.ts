import { AsyncLocalStorage } from 'node:async_hooks';
import type { CallMessage } from './call-message.js';
import type { Process } from './process.js';

/**
 * The handling of one message by one process, as seen from anywhere in its asynchronous call tree. It must not lead to the
 * message: a message keeps its sender's async context, and in it the sender's activity, so every message would keep the one
 * before it alive, for ever.
 */
export class Activity {
  constructor(
    readonly process: Process,
    /** The request being handled, until it is settled: calls made meanwhile inherit its deadline. */
    public request: CallMessage | undefined,
  ) {}

  /** Whether the handler, asynchronous parts included, is still at work. */
  get isCurrent(): boolean {
    return this.process.activity === this;
  }
}

/** A constant, not state: what it holds lives in the async contexts, so two runtimes never meet in it. */
export const currentActivity = new AsyncLocalStorage<Activity>();

/** The process whose handler is running here; undefined outside, and in what a handler left running when it ended. */
export function currentProcess(): Process | undefined {
  const activity = currentActivity.getStore();
  return activity?.isCurrent === true ? activity.process : undefined;
}
