import { GenServerError, InvalidOptionError } from '../errors.js';

/** What is wrong with a supervisor or a child, in OTP's words (SUP-007, SUP-011, SUP-012, SUP-014, SUP-096, DYN-006). */
export type SupervisorOptionErrorKind =
  | 'invalid_strategy'
  | 'invalid_intensity'
  | 'invalid_period'
  | 'invalid_auto_shutdown'
  | 'invalid_max_children'
  | 'invalid_extra_arguments'
  | 'invalid_children'
  | 'missing_id'
  | 'missing_start'
  | 'invalid_id'
  | 'invalid_mfa'
  | 'invalid_restart_type'
  | 'invalid_shutdown'
  | 'invalid_child_type'
  | 'invalid_significant'
  | 'invalid_backoff'
  | 'invalid_child_spec'
  | 'duplicate_child_name'
  | 'bad_combination'
  | 'bad_return';

/** An option of a supervisor or of a child makes no sense. Nothing was started, and a running supervisor is as it was. */
export class SupervisorOptionError extends InvalidOptionError {
  constructor(
    /** OTP's word for it. */
    readonly kind: SupervisorOptionErrorKind,
    option: string,
    expected: string,
    received: unknown,
    /** For `bad_combination`: the two options that do not fit, by OTP's names. */
    readonly combination?: readonly (readonly [option: string, value: unknown])[],
  ) {
    super(option, expected, received);
  }
}

/** Gives the failure of a check OTP's word. */
export function checkAs<T>(kind: SupervisorOptionErrorKind, check: () => T): T {
  try {
    return check();
  } catch (error) {
    if (!(error instanceof InvalidOptionError) || error instanceof SupervisorOptionError) throw error;
    throw new SupervisorOptionError(kind, error.option, error.expected, error.received);
  }
}

/** A partition supervisor was resized to zero partitions, so no key belongs to anybody (PART-018). */
export class NoPartitionsError extends GenServerError {
  readonly code = 'ERR_GENSERVER_NO_PARTITIONS';

  constructor(readonly supervisor: string) {
    super(`${supervisor} has zero partitions, so no key leads anywhere. Resize it to at least one first.`);
  }
}
