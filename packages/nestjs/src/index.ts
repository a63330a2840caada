export { SupervisionModule } from './supervision.module.js';
export type {
  GiveUpAction,
  SupervisionAsyncOptions,
  SupervisionFeatureOptions,
  SupervisionOptions,
  SupervisionOptionsFactory,
  SupervisionSettings,
} from './supervision-options.js';
export { Supervised } from './decorators/supervised.decorator.js';
export { DynamicSupervisor, PartitionSupervisor, Supervisor } from './decorators/supervisor.decorator.js';
export { Registry } from './decorators/registry.decorator.js';
export { TaskSupervisor } from './decorators/task-supervisor.decorator.js';
export {
  InjectAgent,
  InjectRegistry,
  InjectRuntime,
  InjectServer,
  InjectSupervisor,
  InjectTaskSupervisor,
} from './decorators/inject.decorators.js';
export {
  getAgentToken,
  getRegistryToken,
  getServerToken,
  getSupervisorToken,
  getTaskSupervisorToken,
  type InjectionTarget,
  type LazyInjectionTarget,
} from './decorators/tokens.js';
export type {
  DeclaredChild,
  DynamicSupervisorDecoratorOptions,
  PartitionSupervisorDecoratorOptions,
  RegistryDecoratorOptions,
  SupervisedOptions,
  SupervisorDecoratorOptions,
  TaskSupervisorDecoratorOptions,
} from './decorators/metadata.js';
export { GenServerFilter } from './filters/gen-server.filter.js';
export { observe, type ObserveOptions, type Watchable } from './observables/observe.js';
export { type Drainable, drained } from './observables/drained.js';
export { fromRuntime, SupervisionEvents } from './observables/supervision-events.js';
export { feature, type FeatureSlot, type FeatureSlotOptions } from './tree/feature-slot.js';
export { closeOnGiveUp } from './tree/give-up.js';
export { type ApplicationPhase, ShutdownState } from './tree/shutdown-state.js';
export { SupervisionError, TreeError, type TreeErrorKind } from './errors.js';
