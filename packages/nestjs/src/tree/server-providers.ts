import type { FactoryProvider } from '@nestjs/common';
import { Runtime } from '@rookery/genserver';
import { getServerToken } from '../decorators/inject-server.decorator.js';
import { type Declaration, flatten, type SupervisorDeclaration } from './declaration.js';

/** What `@InjectServer` injects: for each named class of the tree a ref by that name. */
export function serverProviders(tree: SupervisorDeclaration): readonly FactoryProvider[] {
  return flatten(tree).flatMap((declaration) => {
    if (declaration.kind === 'spec') return [];
    const useFactory = (runtime: Runtime): object => refOf(runtime, declaration);
    return [{ provide: getServerToken(declaration.type), useFactory, inject: [Runtime] }];
  });
}

function refOf(runtime: Runtime, declaration: Exclude<Declaration, { kind: 'spec' }>): object {
  if (declaration.kind === 'server') return runtime.ref(declaration.type, declaration.name);
  return declaration.kind === 'supervisor'
    ? runtime.supervisor(declaration.name)
    : runtime.dynamicSupervisor(declaration.name);
}
