import type { CheckView } from './check-view.js';
import type { CheckProblem } from './result.js';

/** Who is told of single checks: nobody; those whom the server has let in (`authorized`); or everybody. */
export type Details = (typeof DETAILS)[number];

export const DETAILS = ['never', 'authorized', 'always'] as const;

/** Gives what may be shown of a check. Where it throws only the state is shown. */
export type Redact = (check: CheckView) => CheckView;

const PLAIN_REASON: Readonly<Record<CheckProblem, string>> = {
  failed: 'The check failed with an error.',
  timed_out: 'The check took too long.',
  bad_result: 'The check returned what is no result.',
};

/** Takes out the text of errors: it may hold addresses, names and passwords. What a check itself has said stays. */
export function redactErrors(check: CheckView): CheckView {
  const transitions = check.transitions.map((transition) => ({ ...transition, reason: undefined }));
  if (!check.hasErrorText) return { ...check, transitions };
  const { reason, problem } = check;
  const plain = problem === undefined ? 'The check says so.' : PLAIN_REASON[problem];
  return { ...check, reason: reason === undefined ? undefined : plain, data: undefined, transitions };
}

/** The state, and nothing that anybody has written. */
export function withoutTexts(check: CheckView): CheckView {
  return { ...redactErrors(check), reason: undefined, data: undefined };
}

/** Whether single checks are shown to this client. */
export function showsChecks(details: Details, isAuthorized: boolean): boolean {
  return details === 'always' || (details === 'authorized' && isAuthorized);
}
