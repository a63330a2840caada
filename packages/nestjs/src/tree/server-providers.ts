import type { ExistingProvider, FactoryProvider } from '@nestjs/common';
import { type ChildSpec, Runtime } from '@rookery/genserver';
import { getServerToken } from '../decorators/tokens.js';
import { type Declaration, flatten, specsOf } from './declaration.js';

/** What gives a ref, and the same by its name. */
export type RefProvider = FactoryProvider | ExistingProvider;

/** What `@InjectServer` and its kin inject: for each class and each specification with a name a ref by that name. */
export function refProviders(declared: readonly Declaration[]): readonly RefProvider[] {
  return declared
    .flatMap(flatten)
    .flatMap((each) => [...classProviders(each), ...specsOf(each).flatMap(specProviders)]);
}

function classProviders(declaration: Declaration): readonly RefProvider[] {
  if (declaration.kind === 'spec' || declaration.kind === 'feature') return [];
  const useFactory = (runtime: Runtime): unknown => refOf(runtime, declaration);
  return withName({ provide: getServerToken(declaration.type), useFactory, inject: [Runtime] }, declaration.name);
}

function refOf(runtime: Runtime, declaration: Exclude<Declaration, { kind: 'spec' | 'feature' }>): unknown {
  if (declaration.kind === 'server') return runtime.ref(declaration.type, declaration.name);
  return declaration.kind === 'supervisor' ? runtime.supervisor(declaration.name) : runtime.ref(declaration.spec);
}

function specProviders(spec: ChildSpec): readonly RefProvider[] {
  const { name } = spec.start;
  if (name === undefined) return [];
  const useFactory = (runtime: Runtime): unknown => runtime.ref(spec);
  return withName({ provide: getServerToken(spec), useFactory, inject: [Runtime] }, name);
}

/** By name it is the same provider: who overrides the one in a test has overridden both. */
function withName(provider: FactoryProvider, name: unknown): readonly RefProvider[] {
  if (typeof name !== 'string') return [provider];
  return [provider, { provide: getServerToken(name), useExisting: provider.provide }];
}
