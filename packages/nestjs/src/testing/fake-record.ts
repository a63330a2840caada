import { InvalidOptionError, Runtime, type ServerClass } from '@rookery/genserver';

/** Handlers by name, as the processes of a fake see them. */
export type Handlers = Readonly<Record<string | symbol, unknown>>;

/** The same, or what makes them for each start. */
export type HandlersSource = Handlers | ((...args: readonly unknown[]) => Handlers);

/** A call or cast, without the types of its class. */
export interface RecordedCall {
  readonly kind: 'call' | 'cast';
  readonly name: string;
  readonly args: readonly unknown[];
  readonly server: string;
}

/** What the processes of one fake have in common: how they answer, and what they have got. */
export class FakeRecord {
  calls: RecordedCall[] = [];
  infos: unknown[] = [];
  /** The messages of the class. */
  readonly messages: ReadonlySet<string>;
  /** The last one first. */
  #changes: readonly Handlers[] = [];

  /** Throws an InvalidOptionError for handlers that make no sense. */
  constructor(
    readonly serverClass: ServerClass,
    private readonly source: HandlersSource,
  ) {
    this.messages = messagesOf(serverClass);
    if (typeof source !== 'function') this.#check(source);
  }

  /** What stands for the handler of that name with which a process has begun. */
  changeOf(name: string | symbol): Handlers | undefined {
    return this.#changes.find((handlers) => name in handlers);
  }

  /** What a process begins with. */
  handlersFor(args: readonly unknown[]): Handlers {
    const { source } = this;
    return typeof source === 'function' ? this.#check(source(...args)) : source;
  }

  change(handlers: Handlers): void {
    this.#changes = [this.#check(handlers), ...this.#changes]; // not copied: methods stand in their object
  }

  clear(): void {
    this.calls = [];
    this.infos = [];
  }

  /** A handler that is none, or is for nothing, would only be missed when its message comes. */
  #check(handlers: unknown): Handlers {
    const { name: type } = this.serverClass;
    if (typeof handlers !== 'object' || handlers === null || handlers instanceof Promise) {
      const expected = `an object with handlers for the messages of ${type}, or a function that makes one for each start`;
      throw new InvalidOptionError('useFake', expected, handlers);
    }
    for (const name of [...CALLBACKS, ...this.messages]) {
      const handler = (handlers as Handlers)[name];
      if (handler !== undefined && typeof handler !== 'function')
        throw new InvalidOptionError(name, 'a function', handler);
    }
    if (Object.getPrototypeOf(handlers) === Object.prototype) this.#checkNames(handlers as Handlers);
    return handlers as Handlers;
  }

  /** An instance of a class may have other methods, too. */
  #checkNames(handlers: Handlers): void {
    for (const [name, handler] of Object.entries(handlers)) {
      if (typeof handler !== 'function' || CALLBACKS.includes(name) || this.messages.has(name)) continue;
      const expected = `left out, as the messages of ${this.serverClass.name} are ${[...this.messages].join(', ') || 'none'}`;
      throw new InvalidOptionError(name, expected, handler);
    }
  }
}

const CALLBACKS: readonly string[] = ['init', 'handleInfo'];

/** The clients that refs are made of know what the messages of a class are. */
function messagesOf(type: ServerClass): ReadonlySet<string> {
  const names = new Set<string>();
  for (const name in new Runtime().ref(type, 'any').call) names.add(name);
  return names;
}
