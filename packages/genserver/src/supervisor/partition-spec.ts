import { availableParallelism } from 'node:os';
import { checkFunction, checkInteger, checkOneOf, checkOptions } from '../checks.js';
import { InvalidOptionError } from '../errors.js';
import { GenServer, type ServerClass } from '../gen-server/gen-server.js';
import type { ServerRef } from '../gen-server/server-ref.js';
import { checkName, type Name } from '../runtime/names.js';
import { checkSignificance } from './auto-shutdown.js';
import { type ChildSpec, toSpec } from './child-spec.js';
import { checkAs } from './errors.js';
import { checkNoAutoShutdown, restartPlanOf, type RestartOptions, specOf, type SupervisorAsChild } from './options.js';
import { PartitionSupervisor } from './partition-supervisor.js';
import { PartitionSupervisorRef } from './partition-supervisor-ref.js';
import { STRATEGIES, type Strategy } from './strategy.js';
import type { SupervisorPlan } from './supervisor.js';

/** The same child several times, each for its part of the keys. */
export interface PartitionSupervisorOptions<Child> extends SupervisorAsChild, RestartOptions {
  /** Its partitions are found through it (PART-002). */
  readonly name: Name;
  /** How many. Default: `os.availableParallelism()` (PART-001). */
  readonly partitions?: number;
  /** What each partition is. A specification is used for all of them, so its child has no name; a function makes one for each. */
  readonly child: Child;
  /** The arguments of `init` of one partition, made of those of the specification. Default: these themselves (PART-004). */
  readonly withArguments?: (args: readonly unknown[], partition: number) => readonly unknown[];
  /** Who goes down, and comes back, with a partition that failed. Default `one_for_one` (PART-011). */
  readonly strategy?: Strategy;
}

type PartitionChild = ServerClass | ChildSpec | ((partition: number) => ChildSpec);

/** A partition supervisor as a child of another (PART-001 to PART-019). */
export function partitionSupervisor<Ref>(
  options: PartitionSupervisorOptions<ChildSpec<Ref> | ((partition: number) => ChildSpec<Ref>)>,
): ChildSpec<PartitionSupervisorRef<Ref>>;
export function partitionSupervisor<S extends GenServer<unknown>>(
  options: PartitionSupervisorOptions<ServerClass<S>>,
): ChildSpec<PartitionSupervisorRef<ServerRef<S>>>;
export function partitionSupervisor(
  options: PartitionSupervisorOptions<PartitionChild>,
): ChildSpec<PartitionSupervisorRef> {
  checkOptions(options);
  const { partitions = availableParallelism(), strategy = 'one_for_one', withArguments } = options;
  checkName(options.name);
  checkInteger('partitions', partitions, 1);
  checkAs('invalid_strategy', () => checkOneOf('strategy', strategy, STRATEGIES));
  if (withArguments !== undefined) checkFunction('withArguments', withArguments, 'a function of (args, partition)');
  checkNoAutoShutdown(options, 'partition supervisor');
  const children = Array.from({ length: partitions }, (_, partition) => partitionOf(options, partition));
  const plan: SupervisorPlan = { ...restartPlanOf(options), strategy, autoShutdown: 'never', children };
  return specOf(PartitionSupervisor, plan, options, (kernel, target) => new PartitionSupervisorRef(kernel, target));
}

function partitionOf(
  { child, withArguments }: PartitionSupervisorOptions<PartitionChild>,
  partition: number,
): ChildSpec {
  const isMaker = typeof child === 'function' && !(child.prototype instanceof GenServer);
  const spec = toSpec(isMaker ? (child as (partition: number) => ChildSpec)(partition) : (child as ChildSpec), 'child');
  const { start } = spec;
  if (!isMaker && start.name !== undefined) {
    const expected = 'a child without a name, as each partition would have it (or a function of the partition)';
    throw new InvalidOptionError('child', expected, start.name);
  }
  checkSignificance('never', spec, `of partition ${partition}`);
  const args = withArguments?.(start.args ?? [], partition);
  if (withArguments !== undefined && !Array.isArray(args)) {
    throw new InvalidOptionError('withArguments', 'a function that returns an array', args);
  }
  return { ...spec, id: String(partition), start: args === undefined ? start : { ...start, args } };
}
