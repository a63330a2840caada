import { InvalidOptionError } from '@rookery/genserver';

/** The place of a feature module in a `children` list: made by `feature()`. */
export class FeatureSlot {
  constructor(
    /** What `SupervisionModule.forFeature({ at })` calls it. */
    readonly name: string,
    /** Whether nobody needs to fill it. */
    readonly isOptional: boolean,
  ) {}
}

/** How a place is filled. */
export interface FeatureSlotOptions {
  /** Whether the application may be without that module: the place is then empty. Default false: an empty place fails the boot. */
  readonly optional?: boolean;
}

/**
 * Keeps a place in a `children` list for what a module contributes by `SupervisionModule.forFeature({ at: name, children })`: they
 * start there, in their order, as children of this supervisor. Throws an InvalidOptionError for a name that is none.
 */
export function feature(name: string, { optional = false }: FeatureSlotOptions = {}): FeatureSlot {
  if (typeof name !== 'string' || name === '')
    throw new InvalidOptionError('feature', 'a name, a non-empty string', name);
  if (typeof optional !== 'boolean') throw new InvalidOptionError('optional', 'a boolean', optional);
  return new FeatureSlot(name, optional);
}
