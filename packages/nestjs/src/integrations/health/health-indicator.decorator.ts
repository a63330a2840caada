import type { Check, CheckContext, CheckFunction, CheckReturn } from '@rookery/health-check';
import { checkNames, checkObject } from './check-settings.js';
import { HealthSetupError } from './errors.js';

/** How and when a decorated method is looked at: a check of `@rookery/health-check`, all but its function. */
export type HealthIndicatorOptions = Omit<Check, 'check'>;

/** What a class that is an indicator has. */
export interface HealthIndicating {
  check(context: CheckContext): CheckReturn | PromiseLike<CheckReturn>;
}

/** Of a method, or of a class with a method `check`. */
export interface IndicatorDecorator {
  (target: abstract new (...args: never[]) => HealthIndicating): void;
  <M extends CheckFunction>(target: object, name: string | symbol, descriptor: TypedPropertyDescriptor<M>): void;
}

/** A method that is a check. */
export interface DeclaredIndicator {
  readonly method: string | symbol;
  readonly options: HealthIndicatorOptions;
}

const INDICATORS = Symbol('the health indicators of a class');

const OPTIONS: Record<keyof HealthIndicatorOptions, true> = {
  name: true,
  critical: true,
  tags: true,
  intervalMs: true,
  initialDelayMs: true,
  jitter: true,
  timeoutMs: true,
  abandonAfterMs: true,
  maxAgeMs: true,
  rise: true,
  fall: true,
};

/**
 * Makes a method of a provider or controller a check of `HealthModule`, or a class by its method `check`: it is called with the
 * context of the check, and returns nothing, a result, or what an indicator of @nestjs/terminus gives; what it throws makes it
 * unhealthy. Subclasses inherit it. The provider must be one for the whole application. Throws a HealthSetupError for options that
 * make no sense; what depends on other options fails the boot.
 */
export function HealthIndicator(options: HealthIndicatorOptions): IndicatorDecorator {
  return (target: object, name?: string | symbol, descriptor?: PropertyDescriptor) => {
    const isClass = name === undefined;
    const holder = isClass ? (target as { readonly prototype: object }).prototype : target;
    const method = name ?? 'check';
    const where = whereOf(isClass ? target : holder.constructor, method);
    if (!isClass && typeof target === 'function') {
      throw new HealthSetupError(where, 'a static method belongs to no provider: make it a method of one.');
    }
    const value: unknown = isClass ? Reflect.get(holder, method) : descriptor?.value;
    if (typeof value !== 'function') throw notAMethod(where, isClass);
    checkOptions(where, options);
    const others = declaredIndicators(holder).filter((each) => each.method !== method);
    Reflect.defineMetadata(INDICATORS, [...others, { method, options } satisfies DeclaredIndicator], holder);
  };
}

/** Those of the class of an instance, or of a prototype, and of the classes above. */
export function declaredIndicators(instance: unknown): readonly DeclaredIndicator[] {
  if (typeof instance !== 'object' || instance === null) return [];
  return (Reflect.getMetadata(INDICATORS, instance) ?? []) as readonly DeclaredIndicator[];
}

/** As messages say it. */
export function whereOf(type: unknown, method: string | symbol): string {
  return `@HealthIndicator on ${(type as { readonly name?: string } | undefined)?.name ?? 'a provider'}.${String(method)}`;
}

function checkOptions(where: string, options: unknown): void {
  checkObject(where, 'the options', options);
  checkNames(where, options, Object.keys(OPTIONS));
  const { name } = options as Partial<HealthIndicatorOptions>;
  if (typeof name === 'string' && name !== '') return;
  throw new HealthSetupError(
    where,
    `it needs a \`name\`, a non-empty string that no other check has: { name: 'database' }.`,
  );
}

function notAMethod(where: string, isClass: boolean): HealthSetupError {
  const problem = isClass
    ? 'the class has no method `check`: give it one, or put the decorator on the method that is the check.'
    : 'only methods can be checks, not accessors or properties.';
  return new HealthSetupError(where, problem);
}
