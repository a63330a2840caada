import { expect, test } from '@jest/globals';
import * as core from '../src/index.js';

const { ExitReason } = core;
const boom = new Error('boom');
const pid = 7 as core.Pid;

const ERRORS: readonly [core.GenServerError, `ERR_GENSERVER_${string}`, string][] = [
  [
    new core.InvalidOptionError('maxRestarts', 'an integer >= 0', -1),
    'ERR_GENSERVER_INVALID_OPTION',
    'Expected `maxRestarts` to be an integer >= 0, got `-1`.',
  ],
  [
    new core.NoProcessError('lobby', 'join'),
    'ERR_GENSERVER_NO_PROCESS',
    'Cannot deliver "join": lobby is not running.',
  ],
  [
    new core.ProcessExitedError('lobby', 'join', ExitReason.error(boom)),
    'ERR_GENSERVER_PROCESS_EXITED',
    'lobby ended before it answered "join": Error: boom.',
  ],
  [
    new core.CallTimeoutError('lobby', 'join', 5000),
    'ERR_GENSERVER_CALL_TIMEOUT',
    'lobby did not reply to "join" within 5000 ms.',
  ],
  [
    new core.CallAbortedError('lobby', 'join', boom),
    'ERR_GENSERVER_CALL_ABORTED',
    'The call of "join" on lobby was aborted',
  ],
  [new core.CallCycleError(['a', 'b', 'a'], 'join'), 'ERR_GENSERVER_CALL_CYCLE', 'a → b → a'],
  [
    new core.OverloadedError('lobby', 'join', 10),
    'ERR_GENSERVER_OVERLOADED',
    '"join" was dropped: the mailbox of lobby is full, with 10 messages.',
  ],
  [
    new core.UnknownMessageError('lobby', 'jion', ['join']),
    'ERR_GENSERVER_UNKNOWN_MESSAGE',
    'lobby has no message "jion".',
  ],
  [
    new core.StartError('lobby', ExitReason.error(boom)),
    'ERR_GENSERVER_START_FAILED',
    'lobby failed to start: Error: boom.',
  ],
  [new core.StartTimeoutError('lobby', 50), 'ERR_GENSERVER_START_TIMEOUT', 'its init did not end within 50 ms'],
  [
    new core.AlreadyStartedError('lobby', pid),
    'ERR_GENSERVER_ALREADY_STARTED',
    'The name lobby is held by process <7>.',
  ],
  [new core.StateMachineError('door', 'it is ajar.'), 'ERR_GENSERVER_STATE_MACHINE', 'door: it is ajar.'],
  [
    new core.TaskExitedError('Task<7>', ExitReason.error(boom)),
    'ERR_GENSERVER_TASK_EXITED',
    'Task<7> ended without a value: Error: boom.',
  ],
  [new core.TaskTimeoutError('Task<7>', 50), 'ERR_GENSERVER_TASK_TIMEOUT', 'Task<7> was not done within 50 ms.'],
  [new core.TaskAbortedError('Task<7>', boom), 'ERR_GENSERVER_TASK_ABORTED', 'Waiting for Task<7> was aborted'],
  [
    new core.TaskUsedError('Task<7>', 'await', 'taken'),
    'ERR_GENSERVER_TASK_USED',
    'Cannot await Task<7>: its result has been taken, and a task gives its result once.',
  ],
  [
    new core.TaskOwnerError('Task<7>', 'await', 'lobby', 'room'),
    'ERR_GENSERVER_TASK_OWNER',
    'room cannot await Task<7>, which belongs to lobby.',
  ],
  [new core.ExitError(ExitReason.shutdown), 'ERR_GENSERVER_EXIT', 'exit() was called, with the reason shutdown.'],
  [new core.NameError('taken', 'lobby', pid), 'ERR_GENSERVER_NAME_TAKEN', 'The name lobby is held by another process'],
  [new core.NotStartedError('Lobby'), 'ERR_GENSERVER_NOT_STARTED', 'Lobby is not running in a process'],
  [new core.StopTimeoutError('lobby', 50), 'ERR_GENSERVER_STOP_TIMEOUT', 'lobby had not ended 50 ms after'],
  [new core.StopFailedError('lobby', ExitReason.killed), 'ERR_GENSERVER_STOP_FAILED', 'ended differently: killed'],
  [
    new core.DuplicateKeysError('topics', 'name a process'),
    'ERR_GENSERVER_DUPLICATE_KEYS',
    'topics has duplicate keys, so it cannot name a process',
  ],
  [
    new core.LockAbandonedError('books', 'row 7', 'lobby'),
    'ERR_GENSERVER_LOCK_ABANDONED',
    'The wait for lock row 7 of books is over, as lobby has ended.',
  ],
  [
    new core.SupervisorOptionError('invalid_strategy', 'strategy', `one of 'one_for_one'`, 'one_for_some'),
    'ERR_GENSERVER_INVALID_OPTION',
    'Expected `strategy` to be one of \'one_for_one\', got `"one_for_some"`.',
  ],
  [new core.NoPartitionsError('pools'), 'ERR_GENSERVER_NO_PARTITIONS', 'pools has zero partitions'],
  [
    new core.ApplicationStartError('shop', 'root', ExitReason.error(boom)),
    'ERR_GENSERVER_APPLICATION_START_FAILED',
    'The application shop did not start, its tree failed: Error: boom.',
  ],
  [
    new core.ApplicationAlreadyStartedError('shop'),
    'ERR_GENSERVER_APPLICATION_ALREADY_STARTED',
    'The application shop runs in this runtime already.',
  ],
  [
    new core.ApplicationNotStartedError('shop', 'db'),
    'ERR_GENSERVER_APPLICATION_NOT_STARTED',
    'The application shop depends on db',
  ],
  [
    new core.ApplicationStoppedError('shop'),
    'ERR_GENSERVER_APPLICATION_STOPPED',
    'The application shop was not started',
  ],
  [new core.ChildError('not_found', 'a', 'root'), 'ERR_GENSERVER_CHILD_NOT_FOUND', 'Child a of root is not a child'],
];

test.each(ERRORS.map(([error, code, text]) => [error.constructor.name, code, text, error] as const))(
  '%s has the code %s and says what happened: %s',
  (name, code, text, error) => {
    expect(error).toBeInstanceOf(core.GenServerError);
    expect([error.name, error.code]).toEqual([name, code]);
    expect(error.message).toContain(text);
  },
);

test('every exported error is in the list above', () => {
  const exported = Object.keys(core).filter((name) => name.endsWith('Error') && name !== 'GenServerError');
  expect(ERRORS.map(([error]) => error.constructor.name).toSorted()).toEqual(exported.toSorted());
});

test.each([
  [undefined, 'undefined'],
  [null, 'null'],
  ['text', '"text"'],
  [Symbol('s'), 'Symbol(s)'],
  [1n, '1'],
  [{}, 'Object'],
  [Object.create(null), 'object'],
  [class Lobby {}, 'function Lobby'],
  [() => undefined, 'function (anonymous)'],
])('a bad value is shown in one line: %p', (value, text) => {
  expect(new core.InvalidOptionError('x', 'something else', value).message).toBe(
    `Expected \`x\` to be something else, got \`${text}\`.`,
  );
});

test('what a process died of is the cause of the errors that tell of it', () => {
  const reason = ExitReason.error(boom);
  const errors = [
    new core.ProcessExitedError('a', 'b', reason),
    new core.StartError('a', reason),
    new core.StopFailedError('a', reason),
  ];
  expect(errors.map(({ cause }) => cause)).toEqual([boom, boom, boom]);
  expect(new core.ProcessExitedError('a', 'b', ExitReason.normal).cause).toBeUndefined();
});

test.each([
  ['no.', 'no.'],
  ['no!', 'no!'],
  ['no', 'no.'],
])('a reason that is a sentence, or is none, ends with one full stop: %s', (message, expected) => {
  const reason = ExitReason.error(new Error(message));
  expect(new core.StartError('a', reason).message).toBe(`a failed to start: Error: ${expected}`);
  expect(new core.ProcessExitedError('a', 'b', reason).message).toMatch(`: Error: ${expected} Its state`);
  expect(new core.TaskExitedError('a', reason).message).toMatch(`: Error: ${expected} Use`);
});
