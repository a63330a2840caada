import { ExitReason, type FailedToStartChild, type SupervisorOptionError } from '@rookery/genserver';
import type { Ending, Json } from '../scenario/scenario.js';

/** Of an ending that is no thrown error. */
export function toReason(ending: Exclude<Ending, { readonly error: string }>): ExitReason {
  if (typeof ending === 'object') return ExitReason.shutdownWith(ending.shutdown);
  if (ending === 'normal' || ending === 'shutdown') return ExitReason[ending];
  if (ending === 'killed' || ending === 'noproc') return ExitReason[ending];
  return ExitReason.error(ending); // an atom of its own: nobody threw anything
}

/** As the oracle writes it: an atom is a string, `{"error":X}` an error X that a callback threw. */
export function toJson(reason: ExitReason): Json {
  if (reason.kind === 'error') {
    return reason.error instanceof Error ? { error: reason.error.message } : (reason.error as Json);
  }
  if (reason.kind !== 'shutdown' || reason.detail === undefined) return reason.kind;
  const { detail } = reason;
  if (!isFailedToStartChild(detail)) return { shutdown: detail as Json };
  return { shutdown: { failed_to_start_child: [detail.id, toJson(detail.reason)] } };
}

function isFailedToStartChild(detail: unknown): detail is FailedToStartChild {
  const isObject = typeof detail === 'object' && detail !== null;
  return isObject && 'kind' in detail && detail.kind === 'failed_to_start_child';
}

/** Why a supervisor takes no such specification. Ours says it when the specification is made, OTP's when it is started. */
export function refusalToJson({ kind, combination, received }: SupervisorOptionError): Json {
  if (kind === 'bad_combination')
    return { [kind]: combination?.map((option) => ({ tuple: option as readonly Json[] })) ?? [] };
  return kind === 'duplicate_child_name' ? { [kind]: received as Json } : kind;
}
