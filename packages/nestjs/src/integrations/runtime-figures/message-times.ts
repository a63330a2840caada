import {
  type HandlingEnd,
  isAbnormal,
  type MessageTrail,
  type Milliseconds,
  type Runtime,
  type SentMessage,
} from '@rookery/genserver';
import { FewLabels } from './few-labels.js';

/**
 * How a handler ended: `ok` also for one that answers later, that puts its message off, or that ends its process as it may; `refused`: it said no;
 * `crashed`: it failed, and its process with it; `abandoned`: its process was ended meanwhile.
 */
export type HandlerOutcome = 'ok' | 'refused' | 'crashed' | 'abandoned';

/** Messages of one kind and name, to servers of one class. */
export interface MessageSort {
  readonly className: string;
  readonly kind: string;
  readonly message: string;
}

/** Hears of times, in seconds. Gets the same object for the same sort, so that it can be a key. */
export interface TimesListener {
  /** From its sender to its handler, or until nobody waited for it any more. */
  waited(sort: MessageSort, seconds: number): void;
  /** The handler with its asynchronous parts. */
  handled(sort: MessageSort, outcome: HandlerOutcome, seconds: number): void;
}

/** Work of the runtime itself: its requests, and its orders to stop. */
const OWN_KINDS: ReadonlySet<string> = new Set(['sys', 'stop']);

/** Follows all messages of a runtime. Returns how to stop. */
export function followTimes(runtime: Pick<Runtime, 'follow' | 'now'>, listener: TimesListener): () => void {
  const sorts = new Sorts();
  const now = (): Milliseconds => runtime.now();
  return runtime.follow({
    sent: (message) => (OWN_KINDS.has(message.kind) ? undefined : new Times(sorts.of(message), listener, now, now())),
    received: (message) =>
      OWN_KINDS.has(message.kind) ? undefined : new Times(sorts.of(message), listener, now, undefined),
  });
}

class Times implements MessageTrail {
  #begunAt: Milliseconds | undefined;

  constructor(
    private readonly sort: MessageSort,
    private readonly listener: TimesListener,
    private readonly now: () => Milliseconds,
    private sentAt: Milliseconds | undefined,
  ) {}

  handle(run: () => void): void {
    this.#begunAt = this.now();
    this.#wait(this.#begunAt);
    run();
  }

  handled(end: HandlingEnd): void {
    const now = this.now();
    if (this.#begunAt === undefined) return this.#wait(now);
    this.listener.handled(this.sort, outcomeOf(end), (now - this.#begunAt) / 1000);
  }

  /** Once: a message that was postponed has waited for another state, not in the mailbox. */
  #wait(until: Milliseconds): void {
    if (this.sentAt !== undefined) this.listener.waited(this.sort, (until - this.sentAt) / 1000);
    this.sentAt = undefined;
  }
}

function outcomeOf(end: HandlingEnd): HandlerOutcome {
  if (end.kind === 'refused' || end.kind === 'abandoned') return end.kind;
  return end.kind === 'exited' && isAbnormal(end.reason) ? 'crashed' : 'ok';
}

/** One object for each; few, whatever names a program makes up. */
export class Sorts {
  readonly #all = new Map<string, Map<string, Map<string, MessageSort>>>();
  readonly #classes = new FewLabels();
  readonly #names = new FewLabels();

  of({ kind, name, className }: SentMessage): MessageSort {
    return this.#all.get(className)?.get(kind)?.get(name) ?? this.#labelled(className, kind, name);
  }

  /** The first one, or one of many. */
  #labelled(given: string, kind: string, name: string): MessageSort {
    const className = this.#classes.of(given);
    const message = this.#names.of(name);
    const byKind = at(this.#all, className, () => new Map<string, Map<string, MessageSort>>());
    const byName = at(byKind, kind, () => new Map<string, MessageSort>());
    return at(byName, message, () => ({ className, kind, message }));
  }
}

function at<Value>(map: Map<string, Value>, key: string, make: () => Value): Value {
  let value = map.get(key);
  if (value === undefined) map.set(key, (value = make()));
  return value;
}

/** Labels for metrics: one object for each sort and outcome, so that it can be a key. */
export class OutcomeLabels<Labels> {
  readonly #all = new Map<MessageSort, Map<HandlerOutcome, Labels>>();

  constructor(private readonly make: (sort: MessageSort, outcome: HandlerOutcome) => Labels) {}

  of(sort: MessageSort, outcome: HandlerOutcome): Labels {
    let byOutcome = this.#all.get(sort);
    if (byOutcome === undefined) this.#all.set(sort, (byOutcome = new Map()));
    let labels = byOutcome.get(outcome);
    if (labels === undefined) byOutcome.set(outcome, (labels = this.make(sort, outcome)));
    return labels;
  }
}

/** The same for each class. */
export class ClassLabels<Labels> {
  readonly #all = new Map<string, Labels>();

  constructor(private readonly make: (className: string) => Labels) {}

  of({ className }: MessageSort): Labels {
    let labels = this.#all.get(className);
    if (labels === undefined) this.#all.set(className, (labels = this.make(className)));
    return labels;
  }
}
