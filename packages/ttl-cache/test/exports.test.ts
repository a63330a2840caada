import { expect, test } from '@jest/globals';
import * as main from '../src/index.js';

// What is exported is promised to users: a new name here is a decision, not an accident.
test('the main entry exports these values, and no others', () => {
  expect(Object.keys(main).toSorted()).toEqual([
    'CacheClosedError',
    'CacheOptionError',
    'CacheValueError',
    'FetchAbortedError',
    'LoadCycleError',
    'LoadTimeoutError',
    'RemovalLoopError',
    'TtlCache',
    'TtlCacheError',
    'TtlCacheRef',
  ]);
});

test('every error has a code of this package, its class as its name, and says what to do', () => {
  const errors = [
    new main.CacheClosedError('users', 'put a'),
    new main.CacheOptionError('ttlMs', 'a number', Symbol('x')),
    new main.CacheValueError('a', 'copy', new Error('no clone')),
    new main.FetchAbortedError('a', new Error('bored')),
    new main.LoadCycleError(['a', 'b', 'a']),
    new main.LoadTimeoutError('a', 10),
  ];
  for (const error of errors) {
    expect(error).toBeInstanceOf(main.TtlCacheError);
    expect([error.code.startsWith('ERR_TTL_CACHE_'), error.name]).toEqual([true, error.constructor.name]);
    expect(error.message).not.toContain('undefined');
  }
});
