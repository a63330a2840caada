/** Base of the errors of this package. `code` is stable; `message` names the class and says what to do. */
export abstract class SupervisionError extends Error {
  abstract readonly code: `ERR_SUPERVISION_${string}`;

  override get name(): string {
    return this.constructor.name;
  }
}

const TREE_ERRORS = {
  not_decorated: 'ERR_SUPERVISION_NOT_DECORATED',
  decorated_twice: 'ERR_SUPERVISION_DECORATED_TWICE',
  undefined_child: 'ERR_SUPERVISION_UNDEFINED_CHILD',
  listed_twice: 'ERR_SUPERVISION_LISTED_TWICE',
  cycle: 'ERR_SUPERVISION_CYCLE',
  name_taken: 'ERR_SUPERVISION_NAME_TAKEN',
  not_in_tree: 'ERR_SUPERVISION_NOT_IN_TREE',
  not_provided: 'ERR_SUPERVISION_NOT_PROVIDED',
  provided_twice: 'ERR_SUPERVISION_PROVIDED_TWICE',
  no_class: 'ERR_SUPERVISION_NO_CLASS',
  request_scoped: 'ERR_SUPERVISION_REQUEST_SCOPED',
  injected_directly: 'ERR_SUPERVISION_INJECTED_DIRECTLY',
  wrong_injection: 'ERR_SUPERVISION_WRONG_INJECTION',
  undefined_injection: 'ERR_SUPERVISION_UNDEFINED_INJECTION',
  no_name: 'ERR_SUPERVISION_NO_NAME',
  root_twice: 'ERR_SUPERVISION_ROOT_TWICE',
  feature_missing: 'ERR_SUPERVISION_FEATURE_MISSING',
  feature_taken: 'ERR_SUPERVISION_FEATURE_TAKEN',
  feature_unknown: 'ERR_SUPERVISION_FEATURE_UNKNOWN',
  feature_too_late: 'ERR_SUPERVISION_FEATURE_TOO_LATE',
} as const;

/** What can be wrong with a declared tree. */
export type TreeErrorKind = keyof typeof TREE_ERRORS;

/** The tree, as the decorators declare it, cannot be started. Raised before anything of it runs. */
export class TreeError extends SupervisionError {
  readonly code: (typeof TREE_ERRORS)[TreeErrorKind];

  constructor(
    readonly kind: TreeErrorKind,
    /** The class it is about. */
    readonly className: string,
    message: string,
  ) {
    super(message);
    this.code = TREE_ERRORS[kind];
  }
}
