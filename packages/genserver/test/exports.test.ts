import { readFileSync } from 'node:fs';
import { expect, test } from '@jest/globals';
import * as main from '../src/index.js';
import * as testing from '../src/testing.js';

// What is exported is promised to users: a new name here is a decision, not an accident.
test('the main entry exports these values, and no others', () => {
  expect(Object.keys(main).toSorted()).toEqual([
    'AgentRef',
    'AlreadyStartedError',
    'Application',
    'ApplicationAlreadyStartedError',
    'ApplicationNotStartedError',
    'ApplicationStartError',
    'ApplicationStoppedError',
    'CallAbortedError',
    'CallCycleError',
    'CallTimeoutError',
    'ChildError',
    'Deferred',
    'Down',
    'DuplicateKeysError',
    'DynamicSupervisorRef',
    'Exit',
    'ExitError',
    'ExitReason',
    'GenServer',
    'GenServerError',
    'GenStateMachine',
    'InvalidOptionError',
    'LockAbandonedError',
    'NameError',
    'NoPartitionsError',
    'NoProcessError',
    'NotStartedError',
    'OverloadedError',
    'PartitionSupervisorRef',
    'ProcessExitedError',
    'Registered',
    'Registry',
    'RegistryRef',
    'Runtime',
    'ServerRef',
    'StartError',
    'StartTimeoutError',
    'StateMachineError',
    'StopFailedError',
    'StopTimeoutError',
    'SupervisorOptionError',
    'SupervisorRef',
    'Task',
    'TaskAbortedError',
    'TaskExitedError',
    'TaskOwnerError',
    'TaskRef',
    'TaskReply',
    'TaskSupervisorRef',
    'TaskTimeoutError',
    'TaskUsedError',
    'Timeout',
    'UnknownMessageError',
    'Unregistered',
    'abcast',
    'agent',
    'asyncStream',
    'child',
    'consoleReporter',
    'dynamicSupervisor',
    'exit',
    'formatReason',
    'formatTree',
    'ignore',
    'isAbnormal',
    'multiCall',
    'partialChild',
    'partitionSupervisor',
    'postpone',
    'refuse',
    'registry',
    'send',
    'shared',
    'stop',
    'supervisor',
    'systemClock',
    'task',
    'taskSupervisor',
    'via',
    'viaPartition',
  ]);
});

test('the entry ./testing exports these values, and no others', () => {
  expect(Object.keys(testing).toSorted()).toEqual(['LeakDetector', 'LeakError', 'ManualClock', 'settle']);
});

test('the package has these entries, so that a deep import fails', () => {
  const manifest = JSON.parse(readFileSync(new URL('../package.json', import.meta.url), 'utf8')) as { exports: object };
  expect(Object.keys(manifest.exports)).toEqual(['.', './testing', './package.json']);
});
