import { SupervisorOptionError } from './errors.js';

/** Whether a supervisor ends when its significant children have: never, after the first one, after the last one (SUP-097, SUP-099). */
export type AutoShutdown = 'never' | 'any_significant' | 'all_significant';

export const AUTO_SHUTDOWNS: readonly AutoShutdown[] = ['never', 'any_significant', 'all_significant'];

/** A child as this decision sees it. */
export interface SignificantChild {
  readonly isSignificant: boolean;
  /** It runs, or is between two tries to restart it. */
  readonly isActive: boolean;
}

/** Whether a child that has ended by itself, and is not restarted, takes its supervisor with it (SUP-097 to SUP-100). */
export function endsSupervisor(
  mode: AutoShutdown,
  ended: SignificantChild,
  children: Iterable<SignificantChild>,
): boolean {
  if (mode === 'never' || !ended.isSignificant) return false;
  if (mode === 'any_significant') return true;
  for (const { isSignificant, isActive } of children) if (isSignificant && isActive) return false;
  return true;
}

/** What the check below needs to know of a child. */
interface Significance {
  readonly significant?: boolean;
  readonly restart: string;
}

/** Refuses a significant child that could never matter: its supervisor does not look, or it is always restarted (SUP-096). */
export function checkSignificance(
  autoShutdown: AutoShutdown,
  { significant, restart }: Significance,
  id: string,
): void {
  if (significant !== true) return;
  if (autoShutdown === 'never') {
    const remedy = `child ${id}: give the supervisor autoShutdown 'any_significant' or 'all_significant'`;
    throw badCombination(
      `false under a supervisor whose autoShutdown is 'never' (${remedy})`,
      'auto_shutdown',
      'never',
    );
  }
  if (restart === 'permanent') {
    const remedy = `child ${id}: make it 'transient' or 'temporary'`;
    throw badCombination(`false for a child whose restart is 'permanent' (${remedy})`, 'restart', 'permanent');
  }
}

function badCombination(expected: string, option: string, value: string): SupervisorOptionError {
  return new SupervisorOptionError('bad_combination', 'significant', expected, true, [
    [option, value],
    ['significant', true],
  ]);
}
