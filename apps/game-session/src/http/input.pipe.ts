import { BadRequestException, HttpStatus, StandardSchemaValidationPipe } from '@nestjs/common';

/** Checks what comes in against the `schema` of its parameter. The 400 names each field that is wrong. */
export const inputPipe = new StandardSchemaValidationPipe({
  exceptionFactory: (issues) =>
    new BadRequestException({
      statusCode: HttpStatus.BAD_REQUEST,
      reason: 'invalid_input',
      message: 'The request body is not as expected.',
      errors: issues.map(({ path = [], message }) => ({ field: fieldName(path), message })),
    }),
});

/** `players.0`; `body` when it is about the whole. */
function fieldName(path: readonly (PropertyKey | { readonly key: PropertyKey })[]): string {
  if (path.length === 0) return 'body';
  return path.map((part) => String(typeof part === 'object' ? part.key : part)).join('.');
}
