export { SupervisionTestingModule } from './supervision-testing-module.js';
export {
  type OverrideServerBy,
  SupervisionTestingModuleBuilder,
  type SupervisionOverrideBy,
  type SupervisionOverrideModule,
} from './testing-module.builder.js';
export type { ProcessTarget, TreeControls } from './tree-controls.js';
export type { FakeArguments, FakeCall, FakeHandlers, FakeHandlersSource, FakeServer } from './fake-server.js';
export { SupervisionTestingError, type TestingErrorKind } from './errors.js';
