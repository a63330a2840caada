import { expect, test } from '@jest/globals';
import * as main from '../src/index.js';

// What is exported is promised to users: a new name here is a decision, not an accident.
test('the main entry exports these values, and no others', () => {
  expect(Object.keys(main).toSorted()).toEqual([
    'BREAKER_CHANNEL',
    'BreakerOptionError',
    'BreakerUnavailableError',
    'BulkheadFullError',
    'CallCancelledError',
    'CallRejectedError',
    'CallTimedOutError',
    'CircuitBreaker',
    'CircuitBreakerError',
    'CircuitBreakerRef',
    'CircuitBreakerRegistry',
    'CircuitOpenError',
    'FallbackFailedError',
    'InjectedFaultError',
    'anyOf',
    'consecutive',
    'countWindow',
    'slowRate',
    'timeWindow',
  ]);
});

test('every error has a code of this package, its class as its name, and says what to do', () => {
  const cause = new Error('down');
  const errors = [
    new main.BreakerOptionError('timeoutMs', 'a number', Symbol('x')),
    new main.BreakerOptionError('fn', 'a function', Object.create(null)),
    new main.BreakerOptionError('fn', 'a function', 'text'),
    new main.BreakerUnavailableError('pay'),
    new main.BulkheadFullError('pay', 'closed', 10),
    new main.BulkheadFullError('pay', 'closed', 0),
    new main.CallCancelledError('pay', cause),
    new main.CallTimedOutError('pay', 10),
    new main.CircuitOpenError('pay', 'open', 10.2, cause),
    new main.CircuitOpenError('pay', 'open', undefined, undefined),
    new main.CircuitOpenError('pay', 'half_open', 10, undefined),
    new main.FallbackFailedError('pay', cause, cause),
    new main.InjectedFaultError('pay'),
  ];
  for (const error of errors) {
    expect(error).toBeInstanceOf(main.CircuitBreakerError);
    expect([error.code.startsWith('ERR_CIRCUIT_BREAKER_'), error.name]).toEqual([true, error.constructor.name]);
    expect(error.message).not.toContain('undefined');
  }
});

test('a rejection has no stack, and everyone else keeps theirs', async () => {
  const { stackTraceLimit } = Error;
  const breaker = new main.CircuitBreaker({ mode: 'forced_open' });
  const error = (await breaker.call(() => 1).catch((reason: unknown) => reason)) as Error;
  expect(error.stack).not.toContain('\n');
  expect([Error.stackTraceLimit, new Error('mine').stack?.includes('\n')]).toEqual([stackTraceLimit, true]);
});
