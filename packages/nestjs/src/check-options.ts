import { type Clock, InvalidOptionError } from '@rookery/genserver';
import type {
  SupervisionAsyncOptions,
  SupervisionFeatureOptions,
  SupervisionOptions,
  SupervisionSettings,
} from './supervision-options.js';

/** Refuses options that make no sense before anything is made of them. */
export function checkSupervisionOptions(options: SupervisionOptions): void {
  checkObject('options', '{ root: a class decorated with @Supervisor, … }', options);
  const { root, ...settings } = options;
  checkRoot(root);
  checkSettings(settings);
}

/** The same for what a factory has given, which cannot change the root. */
export function checkSettings(settings: SupervisionSettings): void {
  checkObject('options', 'an object, such as { shutdownTimeoutMs: 10_000 }', settings);
  for (const [name, value] of Object.entries(settings)) {
    const check = CHECKS[name as keyof SupervisionSettings] as ((name: string, value: unknown) => void) | undefined;
    if (check === undefined) throw unknownOption(name, value);
    if (value !== undefined) check(name, value);
  }
  const { shutdownTimeoutMs = Infinity, readinessDelayMs = 0 } = settings;
  if (readinessDelayMs > shutdownTimeoutMs / 2) {
    throw new InvalidOptionError('readinessDelayMs', 'at most half of shutdownTimeoutMs', readinessDelayMs);
  }
}

export function checkAsyncOptions(options: SupervisionAsyncOptions): void {
  checkObject('options', '{ root: a class decorated with @Supervisor, useFactory, … }', options);
  const { root, imports, inject, useFactory, useClass, useExisting, ...others } = options;
  checkRoot(root);
  const [surplus] = Object.entries(others);
  if (surplus !== undefined) throw new InvalidOptionError(surplus[0], 'left out, or given by the factory', surplus[1]);
  const given = [useFactory, useClass, useExisting].filter((each) => each !== undefined);
  if (given.length !== 1) {
    const expected = 'exactly one of useFactory, useClass and useExisting';
    throw new InvalidOptionError('options', expected, `${given.length} of them`);
  }
  if (useFactory !== undefined) checkFunction('useFactory', useFactory);
  if (useClass !== undefined) checkFunction('useClass', useClass);
  if (inject !== undefined && (!Array.isArray(inject) || useFactory === undefined)) {
    throw new InvalidOptionError('inject', 'an array of tokens, beside useFactory', inject);
  }
  if (imports !== undefined && !Array.isArray(imports)) throw new InvalidOptionError('imports', 'an array', imports);
}

export function checkFeatureOptions(options: SupervisionFeatureOptions): void {
  checkObject('options', `{ at: 'games', children: […] }`, options);
  const { at } = options;
  if (typeof at === 'string' && at !== '') return;
  throw new InvalidOptionError('at', 'the name of a feature(name) in the tree, a non-empty string', at);
}

type Check = (name: string, value: unknown) => void;

/** A forgotten option does not compile. */
const CHECKS: Record<keyof SupervisionSettings, Check> = {
  shutdownTimeoutMs: checkDuration,
  readinessDelayMs: checkDuration,
  onGiveUp: (name, value) => {
    if (value === 'exit' || value === 'close' || typeof value === 'function') return;
    throw new InvalidOptionError(name, `'exit', 'close' or a function of the reason`, value);
  },
  clock: (name, value) => {
    const { now, setTimer } = (value ?? {}) as Partial<Clock>;
    if (typeof now !== 'function' || typeof setTimer !== 'function')
      throw new InvalidOptionError(name, 'a Clock', value);
  },
  random: checkFunction,
  redact: checkFunction,
  asyncContext: (name, value) => {
    if (typeof value !== 'boolean') throw new InvalidOptionError(name, 'a boolean', value);
  },
};

function unknownOption(name: string, value: unknown): InvalidOptionError {
  if (name === 'create') {
    return new InvalidOptionError(
      name,
      'left out, as Nest makes the instances (put providers into its modules)',
      value,
    );
  }
  return new InvalidOptionError(name, `one of the options ${Object.keys(CHECKS).join(', ')}`, value);
}

function checkRoot(root: unknown): void {
  if (typeof root !== 'function') throw new InvalidOptionError('root', 'a class decorated with @Supervisor', root);
}

function checkObject(name: string, expected: string, value: unknown): void {
  if (typeof value !== 'object' || value === null) throw new InvalidOptionError(name, expected, value);
}

function checkDuration(name: string, value: unknown): void {
  if (Number.isFinite(value) && (value as number) >= 0) return;
  throw new InvalidOptionError(name, 'a finite number of milliseconds >= 0', value);
}

function checkFunction(name: string, value: unknown): void {
  if (typeof value !== 'function') throw new InvalidOptionError(name, 'a function', value);
}
