import { expect, test } from '@jest/globals';
import * as main from '../src/index.js';

// What is exported is promised to users: a new name here is a decision, not an accident.
test('the main entry exports these values, and no others', () => {
  expect(Object.keys(main).toSorted()).toEqual([
    'CheckTimeoutError',
    'DuplicateCheckError',
    'HealthCheck',
    'HealthCheckError',
    'HealthCheckRef',
    'HealthClosedError',
    'HealthOptionError',
    'PROBE_DAMPING',
    'UnknownNameError',
    'breakers',
    'caches',
    'childrenDown',
    'degraded',
    'eventLoop',
    'healthy',
    'heap',
    'mailboxes',
    'pools',
    'restartRate',
    'terminusCheck',
    'toTerminusResult',
    'unhealthy',
    'unknown',
  ]);
});

test('every error has a code of this package, its class as its name, and says what to do', () => {
  const errors = [
    new main.CheckTimeoutError('a', 10),
    new main.DuplicateCheckError('a'),
    new main.HealthClosedError('health', 'run checks'),
    new main.HealthOptionError('intervalMs', 'a number', Symbol('x')),
    new main.UnknownNameError('group', 'a', []),
  ];
  for (const error of errors) {
    expect(error).toBeInstanceOf(main.HealthCheckError);
    expect([error.code.startsWith('ERR_HEALTH_CHECK_'), error.name]).toEqual([true, error.constructor.name]);
    expect(error.message).not.toContain('undefined');
  }
});
