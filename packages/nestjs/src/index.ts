export { SupervisionModule } from './supervision.module.js';
export type { SupervisionOptions } from './supervision-options.js';
export { Supervised } from './decorators/supervised.decorator.js';
export { DynamicSupervisor, Supervisor } from './decorators/supervisor.decorator.js';
export { getServerToken, InjectServer } from './decorators/inject-server.decorator.js';
export type {
  DeclaredChild,
  DynamicSupervisorDecoratorOptions,
  SupervisedOptions,
  SupervisorDecoratorOptions,
} from './decorators/metadata.js';
export { SupervisionError, TreeError, type TreeErrorKind } from './errors.js';
