import type { Milliseconds, SupervisorView } from '@rookery/genserver';
import type { Check } from '../check.js';
import { checkFunction, checkTexts } from '../checks.js';
import { type CheckResult, unhealthy } from '../result.js';
import { resultOf } from './findings.js';
import { checkOptionsOf, type IndicatorOptions } from './indicator-options.js';
import { type Finding, finding, type Thresholds, thresholds } from './thresholds.js';

/** What is asked of a runtime. */
export interface SupervisorsSource {
  supervisors(): Iterable<Pick<SupervisorView, 'name' | 'restarts' | 'maxRestarts' | 'withinMs' | 'children' | 'down'>>;
}

/** When restarts are too many. */
export interface RestartRateOptions extends IndicatorOptions {
  /**
   * The restarts within the window of a supervisor, as a part of what it may have: at 1 the next one makes it give up. Default
   * degraded at 0.5, unhealthy never.
   */
  readonly rate?: Partial<Thresholds>;
  /** Supervisors, by name, that must be there; without one of them it is unhealthy. Give the root: when it has given up it is gone. */
  readonly expected?: readonly string[];
}

/**
 * The restarts of each supervisor of a runtime against its intensity: a tree that is about to give up is told before it does. A
 * check named `restart-rate`, every 5 s, part of liveness and readiness.
 */
export function restartRate(runtime: SupervisorsSource, options: RestartRateOptions = {}): Check {
  const { expected = [] } = options;
  checkSource(runtime);
  checkTexts('expected', expected);
  const limits = thresholds('rate', options.rate, { degradedAt: 0.5, unhealthyAt: Infinity });
  return {
    intervalMs: 5_000,
    tags: ['liveness', 'readiness'],
    ...checkOptionsOf(options, 'restart-rate'),
    check: () => judgeRestarts([...runtime.supervisors()], expected, limits),
  };
}

type RestartView = Pick<SupervisorView, 'name' | 'restarts' | 'maxRestarts' | 'withinMs'>;

function judgeRestarts(
  supervisors: readonly RestartView[],
  expected: readonly string[],
  limits: Thresholds,
): CheckResult {
  const names = new Set(supervisors.map(({ name }) => name));
  const missing = expected.filter((name) => !names.has(name));
  const highest = supervisors.reduce((most, supervisor) => Math.max(most, rateOf(supervisor)), 0);
  const data = { supervisors: supervisors.length, highestRate: highest };
  if (missing.length > 0) return unhealthy(`There is no supervisor named ${missing.join(', ')}.`, data);
  const findings = supervisors.flatMap((supervisor) =>
    supervisor.restarts === 0 ? [] : finding(rateOf(supervisor), limits, () => textOf(supervisor)),
  );
  return resultOf(findings, data);
}

/** One that may have no restarts gives up with the first. */
function rateOf({ restarts, maxRestarts }: RestartView): number {
  return restarts === 0 ? 0 : restarts / Math.max(1, maxRestarts);
}

function textOf({ name, restarts, maxRestarts, withinMs }: RestartView): string {
  return `${name} has had ${restarts} of ${maxRestarts} restarts in ${withinMs} ms`;
}

/** When children that do not run are too many. */
export interface ChildrenDownOptions extends IndicatorOptions {
  /** How many, of all supervisors together. Default degraded at 1, unhealthy never. */
  readonly down?: Partial<Thresholds>;
}

/**
 * The children that should run and do not: between two tries to restart them, backing off, or failed to start. A check named
 * `children`, every 5 s.
 */
export function childrenDown(runtime: SupervisorsSource, options: ChildrenDownOptions = {}): Check {
  checkSource(runtime);
  const limits = thresholds('down', options.down, { degradedAt: 1, unhealthyAt: Infinity });
  return {
    intervalMs: 5_000,
    ...checkOptionsOf(options, 'children'),
    check: () => judgeChildren([...runtime.supervisors()], limits),
  };
}

function judgeChildren(
  supervisors: readonly Pick<SupervisorView, 'name' | 'children' | 'down'>[],
  limits: Thresholds,
): CheckResult {
  const down = supervisors.flatMap(({ name, down: own }) => own.map((child) => ({ supervisor: name, ...child })));
  const children = supervisors.reduce((sum, supervisor) => sum + supervisor.children, 0);
  const state = finding(down.length, limits, () => '')[0]?.state;
  const findings: readonly Finding[] =
    state === undefined
      ? []
      : down.map(({ supervisor, child, restartInMs }) => ({
          state,
          text: `${child} of ${supervisor} is down${waitText(restartInMs)}`,
        }));
  return resultOf(findings, { children, down: down.length });
}

function waitText(restartInMs: Milliseconds | undefined): string {
  return restartInMs === undefined ? '' : `, and is restarted in ${restartInMs} ms`;
}

function checkSource(runtime: SupervisorsSource): void {
  checkFunction(
    'runtime.supervisors',
    (runtime as Partial<SupervisorsSource> | undefined)?.supervisors,
    'of a runtime',
  );
}
