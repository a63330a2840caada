import { GenServer, GenStateMachine, refuse, type ServerClass, shared } from '@rookery/genserver';
import { noHandler } from './errors.js';
import type { FakeRecord, Handlers } from './fake-record.js';

type Method = (...args: readonly unknown[]) => unknown;

/** What GenServer itself does, whatever the class does. */
const NEUTRAL = ['handleContinue', 'handleTimeout', 'terminate', 'codeChange', 'formatStatus'] as const;

/**
 * An instance that passes for one of the class, so that refs, names, supervisors and the health check see no difference, while nothing of
 * the class runs: neither its constructor, so nothing is injected, nor its methods and callbacks.
 */
export function fakeInstance(fake: FakeRecord): GenServer<unknown> {
  const type = fake.serverClass;
  const server = Object.create(type.prototype as object) as GenServer<unknown>;
  const script = new Script(fake);
  const own = (name: string, value: unknown): void => {
    Object.defineProperty(server, name, { value, configurable: true, writable: true });
  };
  own('handleEnter', undefined);
  for (const name of NEUTRAL) own(name, GenServer.prototype[name]);
  for (const name of fake.messages) own(name, messageHandler(server, script, name));
  own('init', (...args: readonly unknown[]) => {
    script.begin(args);
    return script.has('init') ? script.run('init', args) : noState(type);
  });
  own('handleInfo', (message: unknown) => {
    fake.infos.push(message);
    return script.has('handleInfo') ? script.run('handleInfo', [message]) : undefined;
  });
  Object.defineProperty(server, shared, { get: () => script.handlersWith(shared)[shared], configurable: true });
  return server;
}

/** The handlers of one process of a fake, as they are at the moment. */
class Script {
  #handlers: Handlers = {};

  constructor(readonly fake: FakeRecord) {}

  begin(args: readonly unknown[]): void {
    this.#handlers = this.fake.handlersFor(args);
  }

  has(name: string): boolean {
    return typeof this.handlersWith(name)[name] === 'function';
  }

  /** As a method of the object in which it stands, which may have fields of its own. */
  run(name: string, args: readonly unknown[]): unknown {
    return (this.handlersWith(name) as Record<string, Method>)[name]?.(...args);
  }

  handlersWith(name: string | symbol): Handlers {
    return this.fake.changeOf(name) ?? this.#handlers;
  }
}

function messageHandler(server: GenServer<unknown>, script: Script, name: string): Method {
  return (...args) => {
    const { self } = server;
    const kind = self.request?.kind === 'cast' ? 'cast' : 'call';
    script.fake.calls.push({ kind, name, args, server: self.name });
    if (script.has(name)) return script.run(name, args);
    // Nobody waits for a cast: that it came can be looked up.
    return kind === 'cast' ? undefined : refuse(noHandler(script.fake.serverClass.name, name));
  };
}

/** A state machine must be in some state. */
function noState(type: ServerClass): unknown {
  return type.prototype instanceof GenStateMachine ? { kind: 'fake' } : undefined;
}
