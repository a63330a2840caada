import type { InjectionToken } from '@nestjs/common';
import type { Runtime } from '@rookery/genserver';
import {
  breakers,
  caches,
  type Check,
  childrenDown,
  eventLoop,
  heap,
  mailboxes,
  pools,
  restartRate,
} from '@rookery/health-check';
import { HealthSetupError, inSetup } from './errors.js';
import type { FoundCheck } from './find-indicators.js';
import type { BuiltInIndicators, TreeIndicators } from './module-options.js';

/** The supervision tree, where there is one. */
export interface Tree {
  readonly runtime: Runtime;
  readonly rootName: string;
}

/** Finds what is injected by a token; undefined if nothing is. */
export type Resolve = (token: InjectionToken) => unknown;

/** The checks that the option asks for. Throws a HealthSetupError that names the option. */
export function builtInChecks(
  { tree: treeOption, eventLoop: loop = true, heap: heapOption = true, ...subjects }: BuiltInIndicators,
  tree: Tree | undefined,
  resolve: Resolve,
): readonly FoundCheck[] {
  return [
    ...treeChecks(treeOption, tree),
    ...one('eventLoop', loop, () => eventLoop(optionsOf(loop))),
    ...one('heap', heapOption, () => heap(optionsOf(heapOption))),
    ...ofSubjects('pools', subjects.pools, pools, resolve),
    ...ofSubjects('breakers', subjects.breakers, breakers, resolve),
    ...ofSubjects('caches', subjects.caches, caches, resolve),
  ];
}

function treeChecks(option: BuiltInIndicators['tree'], tree: Tree | undefined): readonly FoundCheck[] {
  if (tree === undefined) {
    if (option === undefined || option === false) return [];
    throw new HealthSetupError(
      whereOf('tree'),
      'the application has no supervision tree: import SupervisionModule.forRoot, or leave it out.',
    );
  }
  if (option === false) return [];
  const { runtime, rootName } = tree;
  const { restartRate: rate, childrenDown: down, mailboxes: boxes }: TreeIndicators = optionsOf(option ?? true);
  return [
    ...one('tree.restartRate', rate, () => restartRate(runtime, { expected: [rootName], ...optionsOf(rate ?? true) })),
    ...one('tree.childrenDown', down, () => childrenDown(runtime, optionsOf(down ?? true))),
    ...one('tree.mailboxes', boxes, () => mailboxes(runtime, optionsOf(boxes ?? true))),
  ];
}

/** Nothing is required in any of them. */
function optionsOf<T extends object>(option: T | boolean): Partial<T> {
  return typeof option === 'object' ? option : {};
}

function one(name: string, option: unknown, make: () => Check): readonly FoundCheck[] {
  if (option === false) return [];
  const where = whereOf(name);
  return [{ where, check: inSetup(where, make) }];
}

function ofSubjects<T extends object, O extends object>(
  name: string,
  option: (O & { readonly of: Readonly<Record<string, InjectionToken | T>> }) | undefined,
  make: (subjects: Readonly<Record<string, T>>, options: O) => Check,
  resolve: Resolve,
): readonly FoundCheck[] {
  if (option === undefined) return [];
  const { of, ...options } = option;
  const found = Object.entries(of).map(
    ([key, token]) => [key, subjectOf(`${name}.of.${key}`, token, resolve)] as const,
  );
  return one(name, option, () => make(Object.fromEntries(found) as Record<string, T>, options as unknown as O));
}

function subjectOf(name: string, token: unknown, resolve: Resolve): unknown {
  if (typeof token === 'object' && token !== null) return token;
  const found = resolve(token as InjectionToken);
  if (found !== undefined) return found;
  const shown = typeof token === 'function' ? token.name : String(token);
  throw new HealthSetupError(
    whereOf(name),
    `nothing is injected by ${shown}: provide it in a module, or give the object itself.`,
  );
}

function whereOf(name: string): string {
  return `HealthModule, builtIn.${name}`;
}
