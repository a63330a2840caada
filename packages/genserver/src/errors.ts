import { causeOf, endWithReason, type ExitReason } from './process/exit-reason.js';
import type { Milliseconds } from './runtime/clock.js';
import type { Pid } from './process/pid.js';

/** Base of every error this package raises. `code` is stable and safe to switch on; `message` is for people. */
export abstract class GenServerError extends Error {
  abstract readonly code: `ERR_GENSERVER_${string}`;

  override get name(): string {
    return this.constructor.name;
  }
}

/** An option or argument has the wrong type or range. Nothing was started or sent. */
export class InvalidOptionError extends GenServerError {
  readonly code = 'ERR_GENSERVER_INVALID_OPTION';

  constructor(
    /** Name of the option, as the caller wrote it. */
    readonly option: string,
    readonly expected: string,
    /** What came instead. */
    readonly received: unknown,
  ) {
    super(`Expected \`${option}\` to be ${expected}, got \`${show(received)}\`.`);
  }
}

/** Nobody is there: the process has ended, or no process holds the name now. OTP's `noproc` (GS-031). */
export class NoProcessError extends GenServerError {
  readonly code = 'ERR_GENSERVER_NO_PROCESS';

  constructor(
    readonly server: string,
    /** The message that was to be sent, if there was one. */
    readonly request?: string,
  ) {
    super(
      `${request === undefined ? '' : `Cannot deliver "${request}": `}${server} is not running. ` +
        'It has ended, was never started, or is just being restarted: check its supervisor, or retry.',
    );
  }
}

/** The server ended before it answered (GS-032). `reason` says how; an error it died of is the `cause`. */
export class ProcessExitedError extends GenServerError {
  readonly code = 'ERR_GENSERVER_PROCESS_EXITED';

  constructor(
    readonly server: string,
    readonly request: string,
    readonly reason: ExitReason,
  ) {
    super(
      `${server} ended before it answered "${request}": ${endWithReason(reason)} Its state is gone; if it is ` +
        'supervised, a fresh instance will answer the next call.',
      optionsOf(reason),
    );
  }
}

/** No reply in time (GS-028). A request that had not begun is skipped; one that had begun may still be running. */
export class CallTimeoutError extends GenServerError {
  readonly code = 'ERR_GENSERVER_CALL_TIMEOUT';

  constructor(
    readonly server: string,
    readonly request: string,
    /** How long the caller was willing to wait; shorter than asked for when an outer call's deadline came first. */
    readonly timeoutMs: Milliseconds,
  ) {
    super(
      `${server} did not reply to "${request}" within ${timeoutMs} ms. It may be blocked or overloaded: look at its ` +
        'mailbox size, or pass a larger timeoutMs.',
    );
  }
}

/** The caller's own AbortSignal fired before the reply. Its reason is the `cause`. */
export class CallAbortedError extends GenServerError {
  readonly code = 'ERR_GENSERVER_CALL_ABORTED';

  constructor(
    readonly server: string,
    readonly request: string,
    cause: unknown,
  ) {
    super(`The call of "${request}" on ${server} was aborted by its caller.`, { cause });
  }
}

/** A call that could never be answered: the server would wait for itself, directly or through others (GS-034). */
export class CallCycleError extends GenServerError {
  readonly code = 'ERR_GENSERVER_CALL_CYCLE';

  constructor(
    /** The servers that wait for each other, the first one repeated at the end. */
    readonly path: readonly string[],
    readonly request: string,
  ) {
    super(
      `Calling "${request}" would wait for ever: ${path.join(' → ')}. Call the method directly when it is the same ` +
        'server, use cast, or return this.self.defer() and reply later.',
    );
  }
}

/** A ref by name reached a server of another class, which has no public method of that name and ends as it (GS-041). */
export class UnknownMessageError extends GenServerError {
  readonly code = 'ERR_GENSERVER_UNKNOWN_MESSAGE';

  constructor(
    readonly server: string,
    readonly request: string,
    known: readonly string[],
  ) {
    super(
      `${server} has no message "${request}". Its messages are its public methods: ` +
        `${known.length === 0 ? 'it has none' : known.join(', ')}. A ref by name was made for another class than ` +
        'the one that holds the name: look at the class given to runtime.ref().',
    );
  }
}

/** A server did not start: its constructor or `init` failed. The process is gone and its name free (GS-004, GS-014). */
export class StartError extends GenServerError {
  readonly code: `ERR_GENSERVER_START_${string}` = 'ERR_GENSERVER_START_FAILED';

  constructor(
    readonly server: string,
    readonly reason: ExitReason,
    message = `${server} failed to start: ${endWithReason(reason)}`,
  ) {
    super(message, optionsOf(reason));
  }
}

/** `init` took longer than `startTimeoutMs`; the process was killed (GS-011). */
export class StartTimeoutError extends StartError {
  override readonly code = 'ERR_GENSERVER_START_TIMEOUT';

  constructor(
    server: string,
    readonly timeoutMs: Milliseconds,
  ) {
    super(
      server,
      { kind: 'killed' },
      `${server} was killed because its init did not end within ${timeoutMs} ms. Make init shorter (move slow work ` +
        'to handleContinue), or pass a larger startTimeoutMs.',
    );
  }
}

/** The name is held by another process; nothing was started (GS-016). */
export class AlreadyStartedError extends GenServerError {
  readonly code = 'ERR_GENSERVER_ALREADY_STARTED';

  constructor(
    readonly server: string,
    /** Who holds the name. */
    readonly pid: Pid,
  ) {
    super(`The name ${server} is held by process <${pid}>. Use that one, stop it first, or choose another name.`);
  }
}

/** `self` was used before `init`, most often in a constructor, or on an instance that no runtime started. */
export class NotStartedError extends GenServerError {
  readonly code = 'ERR_GENSERVER_NOT_STARTED';

  constructor(readonly server: string) {
    super(
      `${server} is not running in a process, so it has no \`self\`. Use \`self\` from init() on, not in the ` +
        'constructor, and start the class with runtime.start() or under a supervisor instead of calling it.',
    );
  }
}

/** `stop` waited as long as it was told to; the process goes on ending (GS-077). */
export class StopTimeoutError extends GenServerError {
  readonly code = 'ERR_GENSERVER_STOP_TIMEOUT';

  constructor(
    readonly server: string,
    readonly timeoutMs: Milliseconds,
  ) {
    super(`${server} had not ended ${timeoutMs} ms after it was asked to stop. Use kill() if it must go now.`);
  }
}

/** `stop` found that the process ended with another reason than the one asked for (GS-079). */
export class StopFailedError extends GenServerError {
  readonly code = 'ERR_GENSERVER_STOP_FAILED';

  constructor(
    readonly server: string,
    readonly reason: ExitReason,
  ) {
    super(`${server} was asked to stop but ended differently: ${endWithReason(reason)}`, optionsOf(reason));
  }
}

const CHILD_ERRORS = {
  already_started: ['ERR_GENSERVER_CHILD_ALREADY_STARTED', 'is running already'],
  already_present: ['ERR_GENSERVER_CHILD_ALREADY_PRESENT', 'is known already: use restartChild or deleteChild'],
  not_found: ['ERR_GENSERVER_CHILD_NOT_FOUND', 'is not a child of this supervisor'],
  running: ['ERR_GENSERVER_CHILD_RUNNING', 'is running: terminate it first'],
  restarting: ['ERR_GENSERVER_CHILD_RESTARTING', 'is being restarted: terminate it first'],
  max_children: ['ERR_GENSERVER_MAX_CHILDREN', 'was not started: the supervisor has as many children as it may'],
} as const;

/** Why a supervisor could not do what it was asked to do with a child. */
export type ChildErrorKind = keyof typeof CHILD_ERRORS;

/** A supervisor refused a request about a child; its tree is unchanged. `kind` is OTP's word for it (SUP-078 to SUP-090). */
export class ChildError extends GenServerError {
  readonly code: (typeof CHILD_ERRORS)[ChildErrorKind][0];

  constructor(
    readonly kind: ChildErrorKind,
    readonly child: string,
    readonly supervisor: string,
    /** The process in the way, for `already_started`. */
    readonly pid?: Pid,
  ) {
    super(`Child ${child} of ${supervisor} ${CHILD_ERRORS[kind][1]}.`);
    this.code = CHILD_ERRORS[kind][0];
  }
}

/** One line for a value in an error message. */
function show(value: unknown): string {
  if (typeof value === 'function') return `function ${value.name || '(anonymous)'}`;
  if (typeof value === 'object' && value !== null) return value.constructor?.name ?? 'object';
  return typeof value === 'string' ? JSON.stringify(value) : String(value);
}

/** What a process died of, as the cause of the error that tells of its death. */
function optionsOf(reason: ExitReason): ErrorOptions | undefined {
  const cause = causeOf(reason);
  return cause === undefined ? undefined : { cause };
}
