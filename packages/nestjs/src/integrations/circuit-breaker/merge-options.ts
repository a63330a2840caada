import type { BreakerDefaults } from './module-options.js';
import { classifyHttpException } from './classify-http-exception.js';

/** The options of one breaker: its own, and what holds for all where it says nothing. When it opens is said in one of two ways, so its own way wins. */
export function mergeOptions<Options extends BreakerDefaults>(defaults: BreakerDefaults, own: Options): Options {
  const { strategy, failureThreshold, ...others } = defaults;
  const saysWhen = own.strategy !== undefined || own.failureThreshold !== undefined;
  return {
    classifyError: classifyHttpException,
    ...defined(others),
    ...(saysWhen ? {} : defined({ strategy, failureThreshold })),
    ...defined(own),
  } as Options;
}

/** Without what is undefined, which would hide what holds for all. */
function defined(options: object): object {
  return Object.fromEntries(Object.entries(options).filter(([, value]) => value !== undefined));
}
