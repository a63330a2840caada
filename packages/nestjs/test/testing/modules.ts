import { afterEach } from '@jest/globals';
import type { SupervisionTestingModule, SupervisionTestingModuleBuilder } from '../../src/testing/index.js';
import { MemoryLogger } from '../support/apps.js';

/** Modules are closed after each test, and must have left nothing behind. */
export function useModules(): (builder: SupervisionTestingModuleBuilder) => Promise<SupervisionTestingModule> {
  const modules: SupervisionTestingModule[] = [];

  afterEach(async () => {
    for (const module of modules) await module.close();
    for (const module of modules.splice(0)) await module.assertNoLeaks();
  });

  return async (builder) => {
    const module = await builder.setLogger(new MemoryLogger()).compile();
    modules.push(module);
    return module.init();
  };
}
