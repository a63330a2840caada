import { checkDuration, checkInteger, checkOneOf, checkOptions } from '../checks.js';
import { InvalidOptionError } from '../errors.js';
import { type MailboxLimit, OVERFLOWS } from '../process/message-queue.js';
import type { Process } from '../process/process.js';
import type { Milliseconds } from '../runtime/clock.js';
import type { Kernel } from '../runtime/kernel.js';
import { checkName, type Name } from '../runtime/names.js';
import { request } from './call.js';
import type { ChildDefaults } from './child-defaults.js';
import { makeBehaviour } from './dispatch.js';
import { GenServer, type ServerClass } from './gen-server.js';
import type { Ignored } from './outcome.js';
import { ServerRef } from './server-ref.js';

type InitArgs<Init> = Init extends (...args: infer Args extends readonly unknown[]) => unknown ? Args : never;

/** What `init` takes. Left out where it takes nothing. */
type ArgsOption<S extends GenServer<unknown>> =
  [] extends InitArgs<S['init']>
    ? { readonly args?: Readonly<InitArgs<S['init']>> }
    : { readonly args: Readonly<InitArgs<S['init']>> };

/** How to start a server. */
export type StartOptions<S extends GenServer<unknown>> = ArgsOption<S> & {
  /** Registered before init runs (GS-015). Taken: an AlreadyStartedError. */
  readonly name?: Name;
  /** Makes the instance, at every start anew. Default: the runtime's `create`, which is `new serverClass()`. */
  readonly create?: () => S | Promise<S>;
  /** Init that takes longer is killed: a StartTimeoutError. Default Infinity, as in OTP. */
  readonly startTimeoutMs?: Milliseconds;
  /** How many messages may wait for it, and what becomes of one more. Default: that of the class's `childDefaults`, else any number (PROC-043). */
  readonly mailbox?: MailboxLimit;
};

/** The argument list of `start` and `child`: the options may be left out where nothing is required. */
export type StartArguments<S extends GenServer<unknown>, Options> =
  [] extends InitArgs<S['init']> ? [options?: Options] : [options: Options];

/** A ref; or undefined, for a class whose `init` may say ignore(). */
export type Started<S extends GenServer<unknown>> =
  MayIgnore<S['init']> extends true ? ServerRef<S> | undefined : ServerRef<S>;

/** GenServer's own init takes `never[]`, which no override does; it never ignores, though its type has to allow it. */
type MayIgnore<Init extends (...args: never[]) => unknown> =
  IsNeverArray<InitArgs<Init>> extends true
    ? false
    : [Extract<Awaited<ReturnType<Init>>, Ignored>] extends [never]
      ? false
      : true;

type IsNeverArray<T extends readonly unknown[]> = number extends T['length']
  ? [T[number]] extends [never]
    ? true
    : false
  : false;

/** The options of any server, for code that does not know which. */
export interface AnyStartOptions {
  readonly args?: readonly unknown[];
  readonly name?: Name;
  readonly create?: () => unknown;
  readonly startTimeoutMs?: Milliseconds;
  readonly mailbox?: MailboxLimit;
  /** Of what is no GenServer and has no init to wait for, a task: starts its process. Throws when it cannot. */
  readonly launch?: (kernel: Kernel, parent: Process | undefined) => Process;
}

/** What a start needs of a child specification. */
export interface StartSpec<Ref> {
  readonly serverClass: ServerClass;
  readonly start: AnyStartOptions;
  readonly toRef: (kernel: Kernel, process: Process) => Ref;
}

/** Starts a class or what a specification describes, linked to its parent if it has one. Checks what it is given. */
export function startAny(
  kernel: Kernel,
  given: unknown,
  options: AnyStartOptions = {},
  parent?: Process,
): Promise<unknown> {
  try {
    if (isStartSpec(given)) {
      const { serverClass, start } = given;
      return startServer(kernel, serverClass, start, parent, (process) => given.toRef(kernel, process));
    }
    checkOptions(options);
    checkStart(given, options);
    const { name } = options;
    return startServer(kernel, given, options, parent, (process) => new ServerRef(kernel, given, name ?? process));
  } catch (error) {
    return Promise.reject(error);
  }
}

/**
 * Starts a process, waits for its init, and gives what `toRef` makes of it, or undefined when init said ignore. Hardly
 * anything of a start costs more than a promise: so there is one only.
 */
export function startServer<Ref = Process>(
  kernel: Kernel,
  serverClass: ServerClass,
  options: AnyStartOptions,
  parent?: Process,
  toRef?: (process: Process) => Ref,
): Promise<Ref | undefined> {
  if (options.launch !== undefined) return launch(kernel, options.launch, parent, toRef);
  const { args = [], name, create, startTimeoutMs = Infinity } = options;
  const { mailbox = defaultsOf(serverClass).mailbox } = options;
  const behaviour = makeBehaviour(kernel, { serverClass, create, args });
  const process = kernel.spawn({ kind: serverClass, name, behaviour, parent, mailbox });
  const kind = 'start';
  const timeoutMs = startTimeoutMs;
  const what = { kind, name: 'init', payload: args, arity: 0, timeoutMs, signal: undefined, urgent: false } as const;
  const toAnswer = toRef && ((started: unknown) => started && toRef(started as Process));
  return request(kernel, process, process, what, toAnswer) as Promise<Ref | undefined>;
}

/** Of what has no init to wait for. */
async function launch<Ref>(
  kernel: Kernel,
  start: NonNullable<AnyStartOptions['launch']>,
  parent: Process | undefined,
  toRef: ((process: Process) => Ref) | undefined,
): Promise<Ref | undefined> {
  const process = start(kernel, parent);
  return (toRef === undefined ? process : toRef(process)) as Ref;
}

/** Refuses at the door what could only fail later. */
export function checkServerClass(serverClass: unknown): asserts serverClass is ServerClass {
  if (typeof serverClass !== 'function' || !(serverClass.prototype instanceof GenServer)) {
    throw new InvalidOptionError('serverClass', 'a class that extends GenServer', serverClass);
  }
  if ('then' in serverClass.prototype) {
    throw new InvalidOptionError(
      'serverClass',
      'a class without a method `then`, which would make it a promise',
      serverClass,
    );
  }
}

/** Refuses at the door what could only fail later. */
export function checkStart(serverClass: unknown, options: AnyStartOptions): asserts serverClass is ServerClass {
  checkServerClass(serverClass);
  const { args, name, create, startTimeoutMs } = options;
  if (args !== undefined && !Array.isArray(args))
    throw new InvalidOptionError('args', 'an array of the arguments of init', args);
  if (name !== undefined) checkName(name);
  if (create !== undefined && typeof create !== 'function') {
    throw new InvalidOptionError('create', 'a function that makes an instance', create);
  }
  if (startTimeoutMs !== undefined) checkDuration('startTimeoutMs', startTimeoutMs);
  const { mailbox = defaultsOf(serverClass).mailbox } = options;
  checkMailbox(mailbox);
}

/** What a class says about itself. */
function defaultsOf(serverClass: ServerClass): ChildDefaults {
  return (serverClass as unknown as typeof GenServer).childDefaults;
}

function checkMailbox(mailbox: MailboxLimit | undefined): void {
  if (mailbox === undefined) return;
  if (typeof mailbox !== 'object' || mailbox === null) {
    throw new InvalidOptionError('mailbox', 'a limit and what to do above it: { limit, overflow }', mailbox);
  }
  checkInteger('mailbox.limit', mailbox.limit, 1);
  checkOneOf('mailbox.overflow', mailbox.overflow, OVERFLOWS);
}

function isStartSpec(given: unknown): given is StartSpec<unknown> {
  return typeof given === 'object' && given !== null && 'serverClass' in given && 'toRef' in given;
}
