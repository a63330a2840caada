/** A line is not what oracle/README.md says. `message` says where, what was expected, and what is there. */
export class MalformedError extends Error {
  override readonly name = 'MalformedError';

  constructor(
    /** Path within the line, such as `scenario.root.strategy`. */
    readonly at: string,
    readonly expected: string,
    readonly received: unknown,
  ) {
    super(`Expected ${at} to be ${expected}, got ${show(received)}.`);
  }
}

/** Throws a MalformedError unless the value has the shape. */
export type Shape = (value: unknown, at: string) => void;

export const text: Shape = (value, at) => {
  if (typeof value !== 'string' || value === '') throw new MalformedError(at, 'a non-empty string', value);
};

export const flag: Shape = (value, at) => {
  if (typeof value !== 'boolean') throw new MalformedError(at, 'true or false', value);
};

export const count: Shape = (value, at) => {
  if (!Number.isInteger(value) || (value as number) < 0) throw new MalformedError(at, 'an integer >= 0', value);
};

/** JSON as it is: what was parsed cannot be anything else; only `undefined` means that it is missing. */
export const json: Shape = (value, at) => {
  if (value === undefined) throw new MalformedError(at, 'there', value);
};

export function oneOf(...allowed: readonly string[]): Shape {
  return (value, at) => {
    if (!allowed.includes(value as string)) throw new MalformedError(at, `one of ${allowed.join(', ')}`, value);
  };
}

export function either(...shapes: readonly [Shape, ...Shape[]]): Shape {
  return (value, at) => {
    const failures = shapes.flatMap((shape) => failureOf(shape, value, at));
    const [first] = failures;
    if (first === undefined || failures.length < shapes.length) return;
    throw new MalformedError(at, failures.map(({ expected }) => expected).join(', or '), value);
  };
}

export function list(shape: Shape): Shape {
  return (value, at) => {
    if (!Array.isArray(value)) throw new MalformedError(at, 'a list', value);
    for (const [index, entry] of value.entries()) shape(entry, `${at}[${index}]`);
  };
}

/** Members that are not named may be there, too. */
export function object(members: Readonly<Record<string, Shape>>): Shape {
  return (value, at) => {
    const given = asObject(value, at);
    for (const [name, shape] of Object.entries(members)) shape(given[name], at === '' ? name : `${at}.${name}`);
  };
}

export function optional(shape: Shape): Shape {
  return (value, at) => {
    if (value !== undefined) shape(value, at);
  };
}

/** The shape depends on what the member `tag` says. */
export function tagged(tag: string, shapes: Readonly<Record<string, Shape>>): Shape {
  const isKnown = oneOf(...Object.keys(shapes));
  return (value, at) => {
    const kind = asObject(value, at)[tag];
    isKnown(kind, `${at}.${tag}`);
    shapes[kind as string]?.(value, at);
  };
}

function asObject(value: unknown, at: string): Readonly<Record<string, unknown>> {
  const isObject = typeof value === 'object' && value !== null && !Array.isArray(value);
  if (!isObject) throw new MalformedError(at === '' ? 'the line' : at, 'an object', value);
  return value as Readonly<Record<string, unknown>>;
}

function failureOf(shape: Shape, value: unknown, at: string): readonly MalformedError[] {
  try {
    shape(value, at);
    return [];
  } catch (error) {
    if (error instanceof MalformedError) return [error];
    throw error;
  }
}

function show(value: unknown): string {
  const shown = JSON.stringify(value) ?? 'nothing';
  return shown.length > 80 ? `${shown.slice(0, 79)}…` : shown;
}
