export { HealthCheck } from './health-check.js';
export { HealthCheckRef } from './health-check-ref.js';
export type { Health, HealthStats } from './health-face.js';
export type { HealthCheckChildOptions } from './child-spec.js';
export type { FlappingOptions, HealthCheckOptions, ShutdownTimes } from './options.js';
export type { Check, CheckContext, CheckFunction, CheckReturn, SamplingOptions, ThreadHold } from './check.js';
export type { CheckView, Transition } from './check-view.js';
export type { HealthReport } from './report.js';
export type { HealthState } from './health.js';
export {
  type CheckData,
  type CheckProblem,
  type CheckResult,
  degraded,
  healthy,
  unhealthy,
  unknown,
} from './result.js';
export { type Damping, PROBE_DAMPING } from './damping.js';
export type { Aggregate, GroupOptions, StatusCodes } from './groups.js';
export type { HealthEvent, HealthListener } from './events.js';
export type { Details, Redact } from './redaction.js';
export type { BodyFormat } from './formats.js';
export type { ProbeAnswer, ProbeOptions } from './probe.js';
export type { Drain, ShutdownOptions, ShutdownResult } from './shutdown.js';
export type { ShutdownPhase } from './shutdown-plan.js';
export { breakers, type BreakerLike, type BreakersOptions } from './indicators/breakers.js';
export { type CacheLike, caches, type CachesOptions } from './indicators/caches.js';
export { eventLoop, type EventLoopOptions } from './indicators/event-loop.js';
export { heap, type HeapFigures, type HeapOptions } from './indicators/heap.js';
export type { IndicatorOptions } from './indicators/indicator-options.js';
export { mailboxes, type MailboxesOptions, type MailboxesSource } from './indicators/mailboxes.js';
export { type PoolLike, pools, type PoolsOptions } from './indicators/pools.js';
export {
  childrenDown,
  type ChildrenDownOptions,
  restartRate,
  type RestartRateOptions,
  type SupervisorsSource,
} from './indicators/supervisors.js';
export type { Thresholds } from './indicators/thresholds.js';
export { terminusCheck, type TerminusIndicator, toTerminusResult } from './terminus.js';
export type { TerminusResult, TerminusStatus } from './terminus-shape.js';
export type { LoopMeter, LoopWindow } from './loop-meter.js';
export {
  CheckTimeoutError,
  DuplicateCheckError,
  HealthCheckError,
  HealthClosedError,
  HealthOptionError,
  UnknownNameError,
} from './errors.js';
