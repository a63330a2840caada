import { GenServerError } from '../errors.js';
import type { Pid } from '../process/pid.js';

const NAME_ERRORS = {
  taken: ['ERR_GENSERVER_NAME_TAKEN', 'is held by another process: unregister it first, or choose another name'],
  already_named: [
    'ERR_GENSERVER_ALREADY_NAMED',
    'was not given: the process has a name already, and may have only one',
  ],
  not_registered: ['ERR_GENSERVER_NAME_NOT_REGISTERED', 'is held by nobody'],
} as const;

/** Why a name could not be given or taken back. */
export type NameErrorKind = keyof typeof NAME_ERRORS;

/** `register` or `unregister` made no sense; no name has changed (PROC-026, PROC-030). */
export class NameError extends GenServerError {
  readonly code: (typeof NAME_ERRORS)[NameErrorKind][0];

  constructor(
    readonly kind: NameErrorKind,
    /** The name in question, as text. */
    readonly nameText: string,
    /** The process in the way: who holds the name, or who has another one. */
    readonly pid?: Pid,
  ) {
    super(`The name ${nameText} ${NAME_ERRORS[kind][1]}${pid === undefined ? '' : ` (process <${pid}>)`}.`);
    this.code = NAME_ERRORS[kind][0];
  }
}
