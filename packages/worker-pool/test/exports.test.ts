import { expect, test } from '@jest/globals';
import * as main from '../src/index.js';

// What is exported is promised to users: a new name here is a decision, not an accident.
test('the main entry exports these values, and no others', () => {
  expect(Object.keys(main).toSorted()).toEqual([
    'CrashLoopError',
    'NotCloneableError',
    'PoolFailedError',
    'PoolOptionError',
    'PoolStoppedError',
    'QueueFullError',
    'QueueTimeoutError',
    'RunTimeoutError',
    'TaskAbortedError',
    'TaskDroppedError',
    'TaskKilledError',
    'TaskTimeoutError',
    'ThreadModuleError',
    'ThreadStartError',
    'WorkerCrashedError',
    'WorkerPool',
    'WorkerPoolError',
    'WorkerPoolRef',
    'WorkerTerminatedError',
    'closures',
    'threads',
  ]);
});

test('every error has a code of this package, its class as its name, and says what to do', () => {
  const errors = [
    new main.PoolFailedError('jobs', false, new Error('no')),
    new main.PoolOptionError('size', 'an integer', Symbol('x')),
    new main.PoolStoppedError('jobs', true),
    new main.PoolStoppedError('jobs', false),
    new main.QueueFullError('jobs', 5),
    new main.QueueTimeoutError('jobs', 5),
    new main.RunTimeoutError('jobs', 5),
    new main.TaskAbortedError('jobs', true, 'bored'),
    new main.TaskDroppedError('jobs', 'shed', 1.234),
    new main.TaskDroppedError('jobs', 'drop_oldest', 1.234),
    new main.TaskKilledError('jobs', new Error('no')),
    new main.TaskTimeoutError('jobs', 5, true),
    new main.TaskTimeoutError('jobs', 5, false),
  ];
  for (const error of errors) {
    expect(error).toBeInstanceOf(main.WorkerPoolError);
    expect([error.code.startsWith('ERR_WORKER_POOL_'), error.name]).toEqual([true, error.constructor.name]);
    expect(error.message).not.toContain('undefined');
  }
  expect(new Set(errors.map(({ message }) => message)).size).toBe(errors.length);
});
