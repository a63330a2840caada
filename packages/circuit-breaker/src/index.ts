export { CircuitBreaker } from './circuit-breaker.js';
export { CircuitBreakerRef } from './circuit-breaker-ref.js';
export type { CircuitBreakerChildOptions } from './child-spec.js';
export type { Breaker, GuardedFunction } from './breaker.js';
export type { BreakerMode, BreakerStateName, MoveReason, Outcome } from './breaker-state.js';
export type { CallContext } from './call-context.js';
export {
  BREAKER_CHANNEL,
  type BreakerEvent,
  type BreakerHappening,
  type BreakerListener,
  type DropReason,
  type RejectReason,
} from './events.js';
export { type BreakerRegistryOptions, type BreakerRegistryStats, CircuitBreakerRegistry } from './registry.js';
export type { Lease, Rejection } from './lease.js';
export type { OpenTimeGrowth } from './open-time.js';
export type {
  BulkheadOptions,
  CircuitBreakerOptions,
  ExecuteOptions,
  FaultOptions,
  HalfOpenOptions,
  WrapOptions,
} from './options.js';
export type { BreakerSnapshot, SavedBreaker } from './snapshot.js';
export type { SavedCalls } from './call-counter.js';
export type { SavedWindow } from './failure-window.js';
export type { BreakerStats } from './stats.js';
export {
  anyOf,
  consecutive,
  countWindow,
  type CountWindowOptions,
  slowRate,
  type SlowRateOptions,
  type Span,
  type Strategy,
  timeWindow,
  type TimeWindowOptions,
} from './strategy.js';
export {
  BreakerOptionError,
  BreakerUnavailableError,
  BulkheadFullError,
  CallCancelledError,
  CallRejectedError,
  CallTimedOutError,
  CircuitBreakerError,
  CircuitOpenError,
  FallbackFailedError,
  InjectedFaultError,
} from './errors.js';
