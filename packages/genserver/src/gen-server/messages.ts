import { GenServer, type ServerClass } from './gen-server.js';
import type { Deferred } from './outcome.js';

/** A kind of server that has callbacks of its own names them here: in the type of its instances, and as a static set. */
export const callbackNames: unique symbol = Symbol('rookery.callbackNames');

type CallbackName<S> = S extends { readonly [callbackNames]: infer Name } ? Name : never;

/** The names of a server's messages: its public methods, without the callbacks and without what every object has. */
export type MessageName<S> = Exclude<
  { [K in keyof S]: S[K] extends (...args: never[]) => unknown ? K : never }[keyof S],
  keyof GenServer<unknown> | keyof typeof Object.prototype | CallbackName<S>
> &
  string;

/** What the caller gets for a method's result: promises and deferred answers unwrapped. */
export type Reply<Result> = Awaited<Result> extends infer R ? (R extends Deferred<infer T> ? T : R) : never;

/** A server's methods as calls: each waits for the answer. */
export type CallClient<S> = {
  readonly [K in MessageName<S>]: S[K] extends (...args: infer Args extends readonly unknown[]) => infer Result
    ? (...args: Args) => Promise<Reply<Result>>
    : never;
};

/** A server's methods as casts: none waits, none tells how it went. */
export type CastClient<S> = {
  readonly [K in MessageName<S>]: S[K] extends (...args: infer Args extends readonly unknown[]) => unknown
    ? (...args: Args) => void
    : never;
};

/** Sends one message; what a client's methods do. */
export type Send = (name: string, args: readonly unknown[]) => unknown;

const send: unique symbol = Symbol('rookery.send');

interface Client {
  readonly [send]: Send;
}

/** Clients are made once for each class: a pure function of the class, remembered. */
const prototypes = new WeakMap<object, object>();

/** An object with one method for each message of the class; each passes its name and arguments to `sendMessage`. */
export function makeClient(serverClass: ServerClass, sendMessage: Send): object {
  let prototype = prototypes.get(serverClass);
  if (prototype === undefined) prototypes.set(serverClass, (prototype = clientPrototype(serverClass)));
  return Object.create(prototype, { [send]: { value: sendMessage } }) as object;
}

/** The messages of a class: the methods on its prototype chain below GenServer. Fields and accessors are none. */
export function messageNames(serverClass: ServerClass): readonly string[] {
  const names = new Set<string>();
  const callbacks = (serverClass as { readonly [callbackNames]?: ReadonlySet<string> })[callbackNames];
  let prototype = serverClass.prototype as object;
  for (
    ;
    prototype !== GenServer.prototype && prototype !== null;
    prototype = Object.getPrototypeOf(prototype) as object
  ) {
    for (const [name, property] of Object.entries(Object.getOwnPropertyDescriptors(prototype))) {
      const isCallback = name in GenServer.prototype || callbacks?.has(name) === true;
      if (typeof property.value === 'function' && !isCallback) names.add(name);
    }
  }
  return [...names];
}

function clientPrototype(serverClass: ServerClass): object {
  const names = messageNames(serverClass);
  const prototype = {};
  for (const name of names) {
    Object.defineProperty(prototype, name, {
      enumerable: true,
      value(this: Client, ...args: readonly unknown[]) {
        return this[send](name, args);
      },
    });
  }
  return prototype;
}
