import { SupervisionError } from '../errors.js';

const TESTING_ERRORS = {
  no_tree: 'ERR_SUPERVISION_TESTING_NO_TREE',
  not_in_tree: 'ERR_SUPERVISION_TESTING_NOT_IN_TREE',
  not_started: 'ERR_SUPERVISION_TESTING_NOT_STARTED',
  not_running: 'ERR_SUPERVISION_TESTING_NOT_RUNNING',
  ambiguous: 'ERR_SUPERVISION_TESTING_AMBIGUOUS',
  no_fake: 'ERR_SUPERVISION_TESTING_NO_FAKE',
  no_handler: 'ERR_SUPERVISION_TESTING_NO_HANDLER',
  no_manual_clock: 'ERR_SUPERVISION_TESTING_NO_MANUAL_CLOCK',
} as const;

/** What can be wrong with a test. */
export type TestingErrorKind = keyof typeof TESTING_ERRORS;

/** A test asks for what is not there, or the code under test for what the test has not provided. */
export class SupervisionTestingError extends SupervisionError {
  readonly code: (typeof TESTING_ERRORS)[TestingErrorKind];

  constructor(
    readonly kind: TestingErrorKind,
    message: string,
  ) {
    super(message);
    this.code = TESTING_ERRORS[kind];
  }
}

export function noTree(): SupervisionTestingError {
  return new SupervisionTestingError(
    'no_tree',
    'No SupervisionModule.forRoot is among the imports of this testing module: import it, or a module that does.',
  );
}

export function notInTree(name: string, option: string): SupervisionTestingError {
  return new SupervisionTestingError(
    'not_in_tree',
    `${option} got ${name}, which is not in the tree: give a class of the tree, a specification of a children list, or a name.`,
  );
}

export function noRef(name: string): SupervisionTestingError {
  return new SupervisionTestingError(
    'not_in_tree',
    `${name} has no place of its own in the tree, so there is no one ref of it: give a class or a specification of a children list, or ` +
      `find what a dynamic supervisor has started by module.runtime.ref(${name}, via(registry, key)).`,
  );
}

export function notStarted(name: string): SupervisionTestingError {
  return new SupervisionTestingError(
    'not_started',
    `${name} is outside of what this test starts: add it to startOnly(…), or put a fake there by overrideServer(…).useFake({ … }).`,
  );
}

export function notRunning(name: string): SupervisionTestingError {
  return new SupervisionTestingError(
    'not_running',
    `No ${name} is running: await app.init() or listen() first, or start one under its dynamic supervisor.`,
  );
}

export function ambiguous(name: string, running: readonly string[]): SupervisionTestingError {
  return new SupervisionTestingError(
    'ambiguous',
    `${running.length} processes of ${name} are running (${running.slice(0, 5).join(', ')}${running.length > 5 ? ', …' : ''}): ` +
      'say which, by its ref, its name or via(registry, key).',
  );
}

export function noFake(name: string): SupervisionTestingError {
  return new SupervisionTestingError(
    'no_fake',
    `There is no fake of ${name}: call overrideServer(${name}).useFake({ … }) before compile().`,
  );
}

export function noHandler(name: string, message: string): SupervisionTestingError {
  return new SupervisionTestingError(
    'no_handler',
    `The fake of ${name} has no handler for "${message}": add one, overrideServer(${name}).useFake({ ${message}: … }).`,
  );
}

export function noManualClock(): SupervisionTestingError {
  return new SupervisionTestingError(
    'no_manual_clock',
    'This testing module has no manual clock, as overrideSettings({ clock }) gave it another one: leave that out.',
  );
}
