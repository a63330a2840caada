import { NotCloneableError, ThreadModuleError, ThreadStartError, WorkerCrashedError } from './errors.js';
import type { Failure, Refusal } from './protocol.js';
import type { ErrorWorkshop } from './put-together.js';
import type { ThreadEnd } from './thread.js';

/** Where an outcome comes from. */
export interface OutcomeOrigin {
  readonly workshop: ErrorWorkshop;
  readonly pool: string;
  readonly module: string;
}

/** What a thread has answered that is no value, as an error; or what it threw, if that is none. */
export function outcomeError(outcome: Failure, origin: OutcomeOrigin): unknown {
  if (outcome.kind === 'thrown') return origin.workshop.putTogether(outcome.thrown);
  if (outcome.kind === 'uncloneable') return new NotCloneableError(outcome.subject, outcome.why);
  return refusalError(outcome, origin);
}

function refusalError(refusal: Refusal, { workshop, pool, module }: OutcomeOrigin): Error {
  if (refusal.step === 'export') return new ThreadModuleError(module, refusal.missing, refusal.functions);
  const cause = workshop.putTogether(refusal.thrown);
  if (refusal.step === 'import') return new ThreadModuleError(module, undefined, [], cause);
  return new ThreadStartError(pool, module, undefined, cause);
}

/** Why a thread has ended that nobody asked to. */
export function crashError(pool: string, threadId: number, { exitCode, uncaught }: ThreadEnd): WorkerCrashedError {
  if (uncaught === undefined) return new WorkerCrashedError(pool, 'exit', exitCode, threadId, undefined);
  const { code } = (uncaught.error ?? {}) as { readonly code?: unknown };
  const reason = code === 'ERR_WORKER_OUT_OF_MEMORY' ? 'out_of_memory' : 'uncaught';
  return new WorkerCrashedError(pool, reason, exitCode, threadId, uncaught.error);
}
