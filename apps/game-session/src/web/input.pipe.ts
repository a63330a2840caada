import type { ArgumentMetadata, PipeTransform } from '@nestjs/common';
import { type FieldError, InvalidInputError } from './invalid-input.error.js';

/** Checks what comes in against the `schema` of its parameter. The error names each field that is wrong. */
class InputPipe implements PipeTransform<unknown, Promise<unknown>> {
  async transform(value: unknown, { schema, data = 'body' }: ArgumentMetadata): Promise<unknown> {
    if (schema === undefined) return value;
    const result = await schema['~standard'].validate(value);
    if (result.issues === undefined) return result.value;
    throw new InvalidInputError(result.issues.flatMap((issue) => fieldErrors(issue, data)));
  }
}

export const inputPipe = new InputPipe();

interface Issue {
  readonly message: string;
  readonly path?: Path | undefined;
  /** Zod says all unknown fields of an object in one issue, which is about the object. */
  readonly keys?: readonly string[];
}

type Path = readonly (PropertyKey | { readonly key: PropertyKey })[];

function fieldErrors({ path = [], message, keys }: Issue, whole: string): FieldError[] {
  if (keys === undefined) return [{ field: fieldName(path, whole), message }];
  return keys.map((key) => ({ field: fieldName([...path, key], whole), message: 'is not a known field' }));
}

function fieldName(path: Path, whole: string): string {
  if (path.length === 0) return whole;
  return path.map((part) => String(typeof part === 'object' ? part.key : part)).join('.');
}
