import type { ResourceLimits } from 'node:worker_threads';
import { checkObject } from '../checks.js';
import { PoolOptionError } from '../errors.js';
import { NotCloneableError } from './errors.js';
import { whyNotCloneable } from './why-not-cloneable.js';

/** What is for the Worker of a thread. Only what was given, as an undefined is not always the default there. */
export interface WorkerOptions {
  readonly resourceLimits?: ResourceLimits;
  readonly env?: NodeJS.Dict<string>;
  readonly argv?: readonly string[];
  readonly execArgv?: readonly string[];
}

const LIMITS = ['maxOldGenerationSizeMb', 'maxYoungGenerationSizeMb', 'codeRangeSizeMb', 'stackSizeMb'];

export function workerOptions({ resourceLimits, env, argv, execArgv }: WorkerOptions): WorkerOptions {
  if (resourceLimits !== undefined) checkResourceLimits(resourceLimits);
  if (env !== undefined) checkObject('env', env);
  if (argv !== undefined) checkTexts('argv', argv);
  if (execArgv !== undefined) checkTexts('execArgv', execArgv);
  return {
    ...(resourceLimits && { resourceLimits }),
    ...(env && { env }),
    ...(argv && { argv }),
    ...(execArgv && { execArgv }),
  };
}

/** Node ignores what it does not know, and a limit that is misspelt would be none. */
function checkResourceLimits(limits: ResourceLimits): void {
  checkObject('resourceLimits', limits);
  for (const [name, value] of Object.entries(limits)) {
    if (!LIMITS.includes(name)) throw new PoolOptionError('resourceLimits', `an object of ${LIMITS.join(', ')}`, name);
    if (!(typeof value === 'number' && value > 0 && Number.isFinite(value))) {
      throw new PoolOptionError(`resourceLimits.${name}`, 'a number of megabytes > 0', value);
    }
  }
}

function checkTexts(option: string, value: unknown): void {
  if (Array.isArray(value) && value.every((one) => typeof one === 'string')) return;
  throw new PoolOptionError(option, 'an array of strings', value);
}

export function checkErrorClasses(value: unknown): void {
  const isClass = (one: unknown): boolean =>
    typeof one === 'function' && (one as { readonly prototype?: unknown }).prototype instanceof Error;
  if (Array.isArray(value) && value.every((one) => isClass(one))) return;
  throw new PoolOptionError('errorClasses', 'an array of classes that extend Error', value);
}

/** It is copied for each thread, when there is nobody who could be told. */
export function checkWorkerData(value: unknown): void {
  try {
    structuredClone(value);
  } catch (error) {
    throw new NotCloneableError('workerData', whyNotCloneable('workerData', value, error), error);
  }
}
