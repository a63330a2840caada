/** What a schematic refuses, by its `kind`. */
export type SchematicErrorKind =
  | 'name'
  | 'no_project'
  | 'not_supported'
  | 'no_module'
  | 'no_supervisor'
  | 'several_supervisors'
  | 'no_entry'
  | 'other_root'
  | 'name_taken'
  | 'not_editable';

/**
 * A schematic that cannot do what it was asked: nothing has been written. The message says what came, what was expected and what to
 * do; the `code` is `ERR_SCHEMATICS_` and the kind.
 */
export class SchematicError extends Error {
  override readonly name = 'SchematicError';
  readonly code: string;

  constructor(
    readonly kind: SchematicErrorKind,
    message: string,
  ) {
    super(message);
    this.code = `ERR_SCHEMATICS_${kind.toUpperCase()}`;
  }
}
