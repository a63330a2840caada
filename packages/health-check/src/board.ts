import type { Milliseconds } from '@rookery/genserver';
import type { CheckRecord } from './check-record.js';
import { HealthOptionError } from './errors.js';
import type { UserFunctions } from './failures.js';
import { fold, type Group, groupState, membersOf, OVERALL, overallGroup } from './groups.js';
import { HEALTH_STATES, type HealthState, isHealthState, isServing } from './health.js';
import type { ShutdownPhase } from './shutdown-plan.js';

/** A group whose state has changed. */
export interface GroupChange {
  readonly group: string;
  readonly from: HealthState;
  readonly to: HealthState;
}

interface Place {
  readonly group: Group;
  members: readonly CheckRecord[];
  state: HealthState;
  hasServed: boolean;
}

/** The groups, and what each of them is. */
export class Board {
  readonly #groups: ReadonlyMap<string, Group>;
  readonly #places = new Map<string, Place>();
  readonly #functions: UserFunctions;
  #records: readonly CheckRecord[] = [];
  #staleAt: Milliseconds = Infinity;

  constructor(groups: ReadonlyMap<string, Group>, functions: UserFunctions) {
    this.#groups = groups;
    this.#functions = functions;
    for (const group of [overallGroup(), ...groups.values()]) {
      this.#places.set(group.name, { group, members: [], state: 'healthy', hasServed: false });
    }
  }

  get names(): readonly string[] {
    return [...this.#places.keys()];
  }

  /** When the first of what is known is too old. */
  get staleAt(): Milliseconds {
    return this.#staleAt;
  }

  group(name: string): Group | undefined {
    return this.#places.get(name)?.group;
  }

  state(name: string): HealthState | undefined {
    return this.#places.get(name)?.state;
  }

  members(name: string): readonly CheckRecord[] {
    return this.#places.get(name)?.members ?? [];
  }

  /** There are others now. */
  setRecords(records: readonly CheckRecord[]): void {
    this.#records = records;
    const tagged = records.map((record) => ({ name: record.check.name, tags: record.check.tags, record }));
    const members = membersOf(this.#groups, tagged);
    for (const [name, place] of this.#places) {
      place.members = name === OVERALL ? records : (members.get(name) ?? []).map(({ record }) => record);
    }
  }

  /** Looks at all groups anew; returns those that have changed. */
  evaluate(phase: ShutdownPhase): readonly GroupChange[] {
    this.#staleAt = this.#records.reduce((earliest, { staleAt }) => Math.min(earliest, staleAt), Infinity);
    return [...this.#places.values()].flatMap((place) => {
      const { state: from, group } = place;
      place.state = this.#stateOf(place, phase);
      return from === place.state ? [] : [{ group: group.name, from, to: place.state }];
    });
  }

  #stateOf(place: Place, phase: ShutdownPhase): HealthState {
    const { group, members } = place;
    const folded = this.#fold(group, members);
    if (isServing(folded) && members.length > 0) place.hasServed = true;
    return groupState(group, folded, { isDraining: phase !== 'serving', hasServed: place.hasServed });
  }

  /** An aggregate of the user's that fails says nothing: the group is unknown. */
  #fold({ name, aggregate }: Group, members: readonly CheckRecord[]): HealthState {
    const states = members.map(({ state, check: { critical } }) => ({ state, critical }));
    const work = (): HealthState => checked(name, fold(aggregate, states));
    return this.#functions.call('aggregate', name, work, () => 'unknown');
  }
}

function checked(group: string, state: unknown): HealthState {
  if (isHealthState(state)) return state;
  throw new HealthOptionError(`groups.${group}.aggregate`, `a function that gives ${HEALTH_STATES.join(', ')}`, state);
}
