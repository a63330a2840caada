export { Runtime } from './runtime.js';
export type { ProcessStopOptions, RuntimeOptions, RuntimeStats, StopOptions } from './runtime-options.js';
export type { ShutdownReport } from './runtime-shutdown.js';
export { formatTree, type TreeNode } from './tree.js';
export type { DownChild, SupervisorView } from './supervisor/supervisor-view.js';
export { type AbortListener, AbortListeners } from './process/abort-listeners.js';
export { type Clock, type ClockTimer, type Milliseconds, systemClock } from './runtime/clock.js';
export type { Address, ProcessRef } from './runtime/address.js';
export type { Name, ViaName } from './runtime/names.js';
export type { RuntimeEvent, RuntimeListener } from './runtime/events.js';
export { NameError, type NameErrorKind } from './runtime/errors.js';
export type { MailboxView } from './runtime/mailbox-view.js';
export type { ProcessInfo } from './runtime/process-info.js';
export type { CreateInstance } from './runtime/kernel.js';

export { exit, ExitError } from './process/exit.js';
export { ExitReason, type FailedToStartChild, formatReason, isAbnormal } from './process/exit-reason.js';
export { OverloadedError } from './process/errors.js';
export { Exit } from './process/exit-signals.js';
export { Down, type MonitorAliasOptions, type MonitorOptions, type MonitorRef } from './process/monitors.js';
export type { Alias, AliasOptions, MonitorAlias } from './process/alias.js';
export type { CrashReport, Redact } from './process/crash-report.js';
export type { ProcessIdentity } from './process/identity.js';
export type { DropKind } from './process/host.js';
export { type InfoTimer, Timeout } from './process/info-timer.js';
export type { MessageKind } from './process/message.js';
export type {
  CallEnd,
  HandlingEnd,
  MessageFollower,
  MessageTrail,
  SentMessage,
  UndeliveredMessage,
} from './process/trail.js';
export type { MailboxLimit, Overflow } from './process/message-queue.js';
export type { Pid } from './process/pid.js';
export type { RestartRecord } from './process/restart-record.js';
export type { ServerStatus, ShownMessage } from './process/status.js';

export { GenServer, type InitResult, type ServerClass } from './gen-server/gen-server.js';
export type { Backoff, ChildDefaults, Jitter, Restart, Shutdown } from './gen-server/child-defaults.js';
export { Deferred, type Ignored, ignore, refuse, stop, type Stopped } from './gen-server/outcome.js';
export type { CallClient, CastClient, MessageName, Reply } from './gen-server/messages.js';
export type { CallOptions } from './gen-server/call.js';
export type { CurrentRequest } from './gen-server/current-request.js';
export type { Self } from './gen-server/self.js';
export type { SendOptions, TimerOptions } from './gen-server/self-timers.js';
export { abcast, multiCall, type MultiCallResult } from './gen-server/multi-call.js';
export type { CodeChangeOptions, ProcessStatus, Sys, SysOptions } from './gen-server/sys.js';
export type { StateWatcher, WatchOptions } from './gen-server/state-watch.js';
export type { TracedReply, TraceEvent, TraceListener } from './gen-server/trace.js';
export type { Where } from './gen-server/inside.js';
export { type Shared, shared } from './gen-server/shared.js';
export { send, ServerRef } from './gen-server/server-ref.js';
export type { StartArguments, Started, StartOptions } from './gen-server/start-server.js';

export {
  child,
  type ChildId,
  type ChildOptions,
  type ChildSpec,
  partialChild,
  type PartialChildOptions,
} from './supervisor/child-spec.js';
export type { ChildCounts, ChildView } from './supervisor/child-view.js';
export type { AutoShutdown } from './supervisor/auto-shutdown.js';
export { NoPartitionsError, SupervisorOptionError, type SupervisorOptionErrorKind } from './supervisor/errors.js';
export type { Strategy } from './supervisor/strategy.js';
export {
  dynamicSupervisor,
  type DynamicSupervisorFlags,
  type DynamicSupervisorModuleOptions,
  type DynamicSupervisorOptions,
  supervisor,
  type SupervisorFlags,
  type SupervisorModuleOptions,
  type SupervisorOptions,
} from './supervisor/supervisor-spec.js';
export type { RestartOptions, SupervisorAsChild } from './supervisor/options.js';
export { partitionSupervisor, type PartitionSupervisorOptions } from './supervisor/partition-spec.js';
export { PartitionSupervisorRef, type PartitionView } from './supervisor/partition-supervisor-ref.js';
export type { PartitionKey } from './supervisor/partition-key.js';
export { viaPartition } from './supervisor/via-partition.js';
export { DynamicSupervisorRef, SupervisorRef } from './supervisor/supervisor-ref.js';

export { agent, type AgentOptions } from './agent/agent-spec.js';
export { AgentRef } from './agent/agent-ref.js';
export type { StateFunction } from './agent/agent-server.js';

export { asyncStream } from './task/async-stream.js';
export type { AsyncStreamOptions, Inputs } from './task/stream-options.js';
export type { StreamFunction, StreamResult } from './task/stream-plan.js';
export { type AwaitOptions, Task, type TaskOptions, type TaskValues } from './task/task.js';
export type { TaskContext, TaskSelf } from './task/task-context.js';
export type { TaskFunction } from './task/task-job.js';
export { TaskRef } from './task/task-ref.js';
export { task, type TaskChildOptions } from './task/task-spec.js';
export {
  type SupervisedStreamOptions,
  type SupervisedTaskOptions,
  TaskSupervisorRef,
} from './task/task-supervisor-ref.js';
export { taskSupervisor, type TaskSupervisorOptions } from './task/task-supervisor-spec.js';
export { TaskReply, type TaskResult, type TaskUse } from './task/task-result.js';
export type { YieldManyOptions } from './task/many.js';
export { TaskAbortedError, TaskExitedError, TaskOwnerError, TaskTimeoutError, TaskUsedError } from './task/errors.js';

export { DuplicateKeysError, LockAbandonedError } from './registry/errors.js';
export type { Receiver, RegistryEntry, RegistryRecord } from './registry/entries.js';
export { Registered, Unregistered } from './registry/listeners.js';
export type { RegistryKeys, RegistryOptions } from './registry/options.js';
export { Registry } from './registry/registry.js';
export { type OptionalValue, type RegisterResult, RegistryRef, type UpdateResult } from './registry/registry-ref.js';
export { registry, type RegistrySpecOptions } from './registry-spec.js';
export { via } from './registry/via.js';

export { GenStateMachine, type StateTable } from './state-machine/gen-state-machine.js';
export type { MachineEvent, MachineState } from './state-machine/machine.js';
export type { MachineSelf, MachineTimeout } from './state-machine/machine-self.js';
export { postpone } from './state-machine/postpone.js';
export { StateMachineError } from './state-machine/errors.js';

export { Application, type StopAllOptions } from './application/application.js';
export {
  ApplicationAlreadyStartedError,
  ApplicationNotStartedError,
  ApplicationStartError,
  ApplicationStoppedError,
} from './application/errors.js';
export type {
  ApplicationOptions,
  ApplicationRoot,
  ApplicationSetting,
  ApplicationStart,
  ApplicationType,
} from './application/options.js';
export type { ApplicationReport, StopCause, StopSignal } from './application/report.js';

export { type ConsoleReporterOptions, consoleReporter, type ReportStream } from './reporter/console-reporter.js';
export type { ReportDetail } from './reporter/entries.js';

export {
  AlreadyStartedError,
  CallAbortedError,
  CallCycleError,
  CallTimeoutError,
  ChildError,
  type ChildErrorKind,
  GenServerError,
  InvalidOptionError,
  NoProcessError,
  NotStartedError,
  ProcessExitedError,
  StartError,
  StartTimeoutError,
  StopFailedError,
  StopTimeoutError,
  UnknownMessageError,
} from './errors.js';
