import { StandardSchemaValidationPipe } from '@nestjs/common';
import { type FieldError, InvalidInputError } from './invalid-input.error.js';

/** Checks what comes in against the `schema` of its parameter. The 400 names each field that is wrong. */
export const inputPipe = new StandardSchemaValidationPipe({
  exceptionFactory: (issues) => new InvalidInputError(issues.flatMap(fieldErrors)),
});

interface Issue {
  readonly message: string;
  readonly path?: Path | undefined;
  /** Zod says all unknown fields of an object in one issue, which is about the object. */
  readonly keys?: readonly string[];
}

type Path = readonly (PropertyKey | { readonly key: PropertyKey })[];

function fieldErrors({ path = [], message, keys }: Issue): FieldError[] {
  if (keys === undefined) return [{ field: fieldName(path), message }];
  return keys.map((key) => ({ field: fieldName([...path, key]), message: 'is not a known field' }));
}

function fieldName(path: Path): string {
  if (path.length === 0) return 'body';
  return path.map((part) => String(typeof part === 'object' ? part.key : part)).join('.');
}
