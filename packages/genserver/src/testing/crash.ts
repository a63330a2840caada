import { NoProcessError, ProcessExitedError } from '../errors.js';
import { request } from '../gen-server/call.js';
import { ServerBehaviour, type SysOperation } from '../gen-server/dispatch.js';
import { inside } from '../gen-server/inside.js';
import { ExitReason } from '../process/exit-reason.js';
import { Message } from '../process/message.js';
import type { Pid } from '../process/pid.js';
import type { Process } from '../process/process.js';
import { type Address, nameOf } from '../runtime/address.js';
import type { Milliseconds } from '../runtime/clock.js';
import { formatName } from '../runtime/kernel.js';
import type { Runtime } from '../runtime.js';
import { BaseSupervisor } from '../supervisor/base-supervisor.js';
import type { Child } from '../supervisor/child.js';

/** What has become of a process that a test has crashed, once its supervisors are done with it. */
export type CrashOutcome =
  | {
      /** A new one runs in its place, and its siblings do, as the strategy says. */
      readonly kind: 'restarted';
      readonly pid: Pid;
      /** How often its supervisor has started it again so far. */
      readonly restarts: number;
    }
  | {
      /** A back-off puts the restart off: move the clock on by `delayMs`. */
      readonly kind: 'restart_scheduled';
      readonly delayMs: Milliseconds;
    }
  | {
      /** It was one restart too many. */
      readonly kind: 'gave_up';
      /** Who gave up, by name, the nearest one first. */
      readonly supervisors: readonly string[];
      /** Of who holds its name now, if a supervisor further up has started all of it again. */
      readonly pid: Pid | undefined;
    }
  | {
      /** Nobody starts it again: it is temporary or has no supervisor, or that one has ended for another reason, or is held. */
      readonly kind: 'ended';
    };

/** What a server died of that a test has crashed, unless the test said otherwise. */
export class CrashedByTestError extends Error {
  override readonly name = 'CrashedByTestError';
  readonly code = 'ERR_GENSERVER_CRASHED_BY_TEST';

  constructor() {
    super('The test has crashed it, on purpose.');
  }
}

/**
 * Lets a process die as if one of its handlers had thrown `error`, ahead of the messages that wait; with its terminate, but
 * for one whose handler is at work: that is cut off. Resolves when its supervisors have done what they do. What they wait for
 * meanwhile, an init that waits for the clock say, this waits for, too. Rejects with a NoProcessError when nobody is there.
 */
export async function crash(
  runtime: Runtime,
  address: Address,
  error: unknown = new CrashedByTestError(),
): Promise<CrashOutcome> {
  const { kernel } = runtime[inside];
  const process = kernel.find(address);
  if (process === undefined || process.status === 'ended') throw new NoProcessError(formatName(address), 'crash');
  const name = nameOf(address) ?? localNameOf(process);
  const places = placesOf(process);
  const gaveUp: string[] = [];
  const stopListening = kernel.events.subscribe((event) => {
    if (event.kind === 'supervisor_gave_up') gaveUp.push(event.supervisor);
  });
  try {
    await die(process, error);
    const outcome = await outcomeOf(runtime, places);
    const supervisors = gaveUp.filter((each) => places.some(({ supervisor }) => supervisor.label === each));
    if (outcome !== undefined || supervisors.length === 0) return outcome ?? { kind: 'ended' };
    return { kind: 'gave_up', supervisors, pid: name === undefined ? undefined : runtime.whereis(name) };
  } finally {
    stopListening();
  }
}

/** A child in the tree, and who restarts it. */
interface Place {
  readonly supervisor: Process;
  readonly child: Child;
  /** Who runs there before the crash. */
  readonly process: Process;
}

/** The process's own place first, then its supervisor's, and so on up to the root. */
function placesOf(process: Process): readonly Place[] {
  const { parent } = process;
  const instance = parent?.behaviour instanceof ServerBehaviour ? parent.behaviour.instance : undefined;
  if (parent === undefined || !(instance instanceof BaseSupervisor)) return [];
  const child = childOf(instance, process);
  return child === undefined ? [] : [{ supervisor: parent, child, process }, ...placesOf(parent)];
}

/** One that is still in its init is not known to its supervisor: then it is the child of its name that has no process. */
function childOf(supervisor: BaseSupervisor, process: Process): Child | undefined {
  const children = [...supervisor.children];
  const name = localNameOf(process);
  const known = children.find((each) => each.process === process);
  if (known !== undefined || name === undefined) return known;
  return children.find((each) => each.process === undefined && each.spec.start.name === name);
}

function localNameOf({ names }: Process): string | symbol | undefined {
  return names?.find(({ local }) => local !== undefined)?.local;
}

/** Resolves when it is gone. */
function die(process: Process, error: unknown): Promise<void> {
  return new Promise((resolve) => {
    (process.watchers ??= new Set()).add({ exited: () => resolve() });
    const canThrow = process.behaviour instanceof ServerBehaviour && process.handling === undefined;
    if (!canThrow) return process.end(ExitReason.error(error), true);
    const operation = (): never => {
      throw error;
    };
    process.deliverUrgent(new Message('sys', 'crash', operation));
  });
}

/** Undefined when its own supervisor has ended: then those further up are waited for, too. */
async function outcomeOf(runtime: Runtime, [own, ...above]: readonly Place[]): Promise<CrashOutcome | undefined> {
  if (own === undefined) return { kind: 'ended' };
  const outcome = await outcomeAt(runtime, own);
  if (outcome !== undefined) return outcome;
  for (const place of above) if ((await outcomeAt(runtime, place)) !== undefined) break;
  return undefined;
}

/** What a supervisor has made of the end of its child; undefined if it has ended itself. */
async function outcomeAt(runtime: Runtime, place: Place): Promise<CrashOutcome | undefined> {
  for (;;) {
    const seen = await betweenMessages(runtime, place.supervisor, () => lookAt(place));
    if (seen !== 'trying') return seen;
  }
}

function lookAt({ child, process }: Place): CrashOutcome | 'trying' {
  const { state, restarts, restartInMs } = child;
  if (state === 'restarting') {
    return restartInMs === undefined ? 'trying' : { kind: 'restart_scheduled', delayMs: restartInMs };
  }
  if (state !== 'running' || child.process === undefined || child.process === process) return { kind: 'ended' };
  return { kind: 'restarted', pid: child.process.pid, restarts };
}

/** Runs it when a process has handled what is in its mailbox, and gives the result; undefined if the process ends before. */
async function betweenMessages<T>(runtime: Runtime, process: Process, look: () => T): Promise<T | undefined> {
  const operation: SysOperation = (_, asked) => void asked.resolve(look());
  const what = { kind: 'sys', name: 'crash', payload: operation, arity: 0, timeoutMs: Infinity } as const;
  try {
    const { kernel } = runtime[inside];
    return (await request(kernel, process, process, { ...what, signal: undefined, urgent: false })) as T;
  } catch (error) {
    if (error instanceof NoProcessError || error instanceof ProcessExitedError) return undefined;
    throw error;
  }
}
