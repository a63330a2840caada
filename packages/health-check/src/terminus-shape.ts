import type { CheckData } from './result.js';

/** The status words of @nestjs/terminus. Version 11 does not know `degraded`. */
export type TerminusStatus = 'up' | 'degraded' | 'down';

/** What an indicator of @nestjs/terminus gives: facts by key, each with a status. */
export type TerminusResult = Readonly<Record<string, { readonly status: TerminusStatus } & CheckData>>;
