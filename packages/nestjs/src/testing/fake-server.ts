import type { FakeRecord } from './fake-record.js';
import type { GenServer, InitResult, MessageName, Reply, shared, Shared } from '@rookery/genserver';

/** What a method of a server answers, without or with a promise around it. */
type Answer<Result> = Reply<Result> | Promise<Reply<Result>>;

/** A method of a server, as a fake has it. */
type Handler<Method> = Method extends (...args: infer Args extends readonly unknown[]) => infer Result
  ? (...args: Args) => Answer<Result>
  : never;

/**
 * What stands for the methods of a server class; any of them may be missing. What holds for methods holds here: `refuse(error)` says
 * no, a throw is a crash, and an async one holds the mailbox.
 */
export type FakeHandlers<S extends GenServer<unknown>> = {
  readonly [Name in MessageName<S>]?: Handler<S[Name]>;
} & {
  /** Gives the first state, for those who watch it. Default: none. */
  readonly init?: (...args: Parameters<S['init']>) => InitResult<S['state']> | Promise<InitResult<S['state']>>;
  /** Gets what is neither call nor cast. Default: it is only recorded. */
  readonly handleInfo?: (message: unknown) => unknown;
  /** What refs see of it directly. */
  readonly [shared]?: Shared<S>;
};

/** Handlers, or what makes them for each start from what `init` gets. */
export type FakeHandlersSource<S extends GenServer<unknown>> =
  FakeHandlers<S> | ((...args: Parameters<S['init']>) => FakeHandlers<S>);

/** The arguments of a message. */
export type FakeArguments<S, Name extends MessageName<S>> = S[Name] extends (...args: infer Args) => unknown
  ? Args
  : never;

/** A message that a fake has got. */
export type FakeCall<S extends GenServer<unknown>> = {
  [Name in MessageName<S>]: {
    /** A call waits for an answer, a cast does not. */
    readonly kind: 'call' | 'cast';
    readonly name: Name;
    readonly args: FakeArguments<S, Name>;
    /** Which one got it, by name, where there are several. */
    readonly server: string;
  };
}[MessageName<S>];

/** What a test sees of the fake of a server class: what it has got so far, in all its processes, restarted or not. */
export class FakeServer<S extends GenServer<unknown> = GenServer<unknown>> {
  readonly #record: FakeRecord;

  /** Made by `overrideServer(…).useFake(…)`. */
  constructor(record: FakeRecord) {
    this.#record = record;
  }

  /** Calls and casts, in the order in which they were handled. A copy. */
  get calls(): readonly FakeCall<S>[] {
    return [...this.#record.calls] as unknown as readonly FakeCall<S>[];
  }

  /** What came to `handleInfo`. A copy. */
  get infos(): readonly unknown[] {
    return [...this.#record.infos];
  }

  /** The arguments of each call or cast of one message. */
  callsOf<Name extends MessageName<S>>(name: Name): readonly FakeArguments<S, Name>[] {
    return this.#record.calls.flatMap((call) => (call.name === name ? [call.args as FakeArguments<S, Name>] : []));
  }

  /** From now on these handlers stand for those of the same name. Throws an InvalidOptionError for what cannot be one. */
  use(handlers: FakeHandlers<S>): void {
    this.#record.change(handlers);
  }

  /** Forgets what it has got. */
  clear(): void {
    this.#record.clear();
  }
}
