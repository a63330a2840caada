import type { Case, Suite } from '../src/suite.mjs';

/** A case of a suite that is never measured. */
export function fakeCase(name: string, subjects: readonly string[], more: Partial<Case<unknown>> = {}): Case<unknown> {
  return { name, unit: 'ops/s', better: 'more', subjects, notes: [], measure: async () => 0, ...more };
}

export function fakeSuite(cases: readonly Case<unknown>[], more: Partial<Suite<unknown>> = {}): Suite<unknown> {
  return { name: 'fake', cases, load: {}, growths: [], ...more };
}
