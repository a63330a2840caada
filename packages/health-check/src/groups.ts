import { contributionOf, type HealthState, isServing, worstOf } from './health.js';

/** Which HTTP status tells which state. */
export type StatusCodes = Readonly<Record<HealthState, number>>;

/** Folds the states of the checks of a group into one. A check that is not critical counts as degraded at most; a group without checks has none. */
export type Aggregate = (states: readonly HealthState[]) => HealthState;

/** How a group is made up. */
export interface GroupOptions {
  /** Checks with one of these tags are part of it. Default: the name of the group. */
  readonly tags?: readonly string[];
  /** So are these, by name, beside the groups they are part of anyway; one that is not there yet comes in when it is added. */
  readonly checks?: readonly string[];
  /** `worst`, the default; or a function of your own. */
  readonly aggregate?: 'worst' | Aggregate;
  /** Default: healthy and degraded 200, unhealthy and unknown 503; of liveness, unknown 200. */
  readonly statusCodes?: Partial<StatusCodes>;
  /** Whether it is unhealthy from the beginning of a shutdown on. Default: not liveness and startup; all others. */
  readonly drains?: boolean;
  /** Whether it stays as good as it once was: what has started has started. Default: startup alone. */
  readonly latches?: boolean;
}

/** A group, complete. */
export interface Group extends Required<Omit<GroupOptions, 'aggregate' | 'statusCodes'>> {
  readonly name: string;
  readonly aggregate: Aggregate;
  readonly statusCodes: StatusCodes;
  /** Takes the checks whose tags no group asks for. */
  readonly takesRest: boolean;
  /** Has the checks of this group as long as it has none of its own. */
  readonly standIn: string | undefined;
}

/** The name of the group of all checks. */
export const OVERALL = 'overall';

const STATUS_CODES: StatusCodes = { healthy: 200, degraded: 200, unknown: 503, unhealthy: 503 };

const BUILT_IN: Readonly<Record<string, GroupOptions>> = {
  // Not to know is no reason to be restarted.
  liveness: { statusCodes: { unknown: 200 }, drains: false },
  readiness: {},
  startup: { drains: false, latches: true },
};

/** The built-in groups, changed as the options say, and those of the user. */
export function groupsOf(given: Readonly<Record<string, GroupOptions>>): ReadonlyMap<string, Group> {
  const names = new Set([...Object.keys(BUILT_IN), ...Object.keys(given)]);
  return new Map(
    [...names].map((name) => [name, complete(name, { ...BUILT_IN[name], ...given[name] }, BUILT_IN[name])]),
  );
}

/** All checks, whatever their tags. */
export function overallGroup(): Group {
  return complete(OVERALL, {});
}

function complete(name: string, options: GroupOptions, builtIn: GroupOptions = {}): Group {
  const { tags = [name], checks = [], aggregate = 'worst', statusCodes, drains = true, latches = false } = options;
  return {
    name,
    tags,
    checks,
    aggregate: aggregate === 'worst' ? worstOf : aggregate,
    statusCodes: { ...STATUS_CODES, ...builtIn.statusCodes, ...statusCodes },
    drains,
    latches,
    takesRest: name === 'readiness',
    standIn: name === 'startup' ? 'readiness' : undefined,
  };
}

interface Tagged {
  readonly name: string;
  readonly tags: readonly string[];
}

/** The checks of each group, in their order. */
export function membersOf<T extends Tagged>(
  groups: ReadonlyMap<string, Group>,
  checks: readonly T[],
): ReadonlyMap<string, readonly T[]> {
  const tags = new Set([...groups.values()].flatMap((group) => group.tags));
  const rest = new Set(checks.filter((check) => !check.tags.some((tag) => tags.has(tag))));
  const own = ({ takesRest, ...group }: Group): readonly T[] =>
    checks.filter((check) => asksFor(group, check) || (takesRest && rest.has(check)));
  const members = new Map([...groups.values()].map((group) => [group.name, own(group)]));
  for (const { name, standIn } of groups.values()) {
    if (standIn !== undefined && members.get(name)?.length === 0) members.set(name, members.get(standIn) ?? []);
  }
  return members;
}

function asksFor({ tags, checks }: Pick<Group, 'tags' | 'checks'>, check: Tagged): boolean {
  return checks.includes(check.name) || check.tags.some((tag) => tags.includes(tag));
}

/** The state of a group, before latching and shutdown. */
export function fold(
  aggregate: Aggregate,
  members: readonly { readonly state: HealthState; readonly critical: boolean }[],
): HealthState {
  return aggregate(members.map(({ state, critical }) => contributionOf(state, critical)));
}

/** What a group is in the end. */
export function groupState(
  { drains, latches }: Pick<Group, 'drains' | 'latches'>,
  folded: HealthState,
  { isDraining, hasServed }: { readonly isDraining: boolean; readonly hasServed: boolean },
): HealthState {
  if (drains && isDraining) return 'unhealthy';
  return latches && hasServed && !isServing(folded) ? 'healthy' : folded;
}
