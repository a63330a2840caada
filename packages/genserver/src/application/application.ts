import { checkDuration, checkInteger, checkOptions } from '../checks.js';
import { InvalidOptionError } from '../errors.js';
import type { Runtime } from '../runtime.js';
import type { StopOptions } from '../runtime-options.js';
import type { SupervisorRef } from '../supervisor/supervisor-ref.js';
import { ApplicationController } from './controller.js';
import type { Lifecycle } from './lifecycle.js';
import {
  type ApplicationOptions,
  type ApplicationPlan,
  type ApplicationSetting,
  planOf,
  runtimeOf,
} from './options.js';
import type { ApplicationReport } from './report.js';
import { startOrder } from './start-order.js';

/** How to stop all applications of a runtime. */
export interface StopAllOptions extends StopOptions {
  /** What the program ends with when nothing is left to do. Default: unchanged, which is 0 unless something failed. */
  readonly exitCode?: number;
}

/** Two runtimes do not meet: each has its own controller, for as long as the runtime is there. */
const controllers = new WeakMap<Runtime, ApplicationController>();
const faces = new WeakMap<Lifecycle, Application>();

/**
 * A supervision tree that starts and stops with the program: in order, on SIGTERM and SIGINT too, and with an exit code that
 * tells how it went. It never ends the program itself: after an orderly stop nothing of it keeps Node alive, and a second
 * signal is left to Node, which ends by it.
 */
export class Application {
  readonly name: string;
  readonly runtime: Runtime;
  /** The top of its tree. */
  readonly root: SupervisorRef;
  /** Resolves when all of it is down, for whatever cause; never rejects. */
  readonly stopped: Promise<ApplicationReport>;
  readonly #lifecycle: Lifecycle;

  private constructor(lifecycle: Lifecycle, root: SupervisorRef) {
    this.#lifecycle = lifecycle;
    this.name = lifecycle.plan.name;
    this.runtime = lifecycle.runtime;
    this.stopped = lifecycle.stopped;
    this.root = root;
  }

  /**
   * Starts a tree; resolves when all of it is up (APP-001). Rejects with an ApplicationStartError when it fails, after what had
   * started is stopped in reverse; with an ApplicationAlreadyStartedError, an ApplicationNotStartedError (a dependency), or an
   * ApplicationStoppedError when a stop or a signal came meanwhile (APP-002 to APP-005, APP-020).
   */
  static async start<State = undefined>(options: ApplicationOptions<State>): Promise<Application> {
    const plan = planOf(options as ApplicationOptions<unknown>);
    return Application.#start(controllerOf(plan.runtime), plan);
  }

  /**
   * Starts what does not run yet, dependencies first, otherwise as listed; gives those that it started. When one fails, what
   * this call had started is stopped again, the last first, and the error is that of the one that failed (APP-005, APP-006).
   */
  static async startAll<States extends readonly unknown[]>(
    applications: { readonly [Index in keyof States]: Omit<ApplicationOptions<States[Index]>, 'runtime'> },
    setting: ApplicationSetting = {},
  ): Promise<readonly Application[]> {
    if (!Array.isArray(applications)) throw new InvalidOptionError('applications', 'an array', applications);
    const controller = controllerOf(setting.runtime);
    const plans = applications.map((one: ApplicationOptions<unknown>) => planOf({ ...setting, ...one }));
    const started: Application[] = [];
    try {
      for (const plan of startOrder(plans)) {
        if (controller.isUp(plan.name)) continue;
        started.push(await Application.#start(controller, plan));
      }
    } catch (error) {
      for (const application of started.toReversed()) await application.stop();
      throw error;
    }
    return started;
  }

  /** Those that are up, in start order (APP-025). */
  static running(runtime: Runtime): readonly Application[] {
    return controllers.get(runtime)?.running.flatMap((lifecycle) => faces.get(lifecycle) ?? []) ?? [];
  }

  /**
   * OTP's `System.stop`: stops all applications of a runtime, the last started first, and sets the exit code that the program
   * ends with once nothing else keeps it (APP-015, APP-016). `timeoutMs` is for each; default their own `stopTimeoutMs`.
   * Rejects like `stop`.
   */
  static async stopAll(runtime: Runtime, options: StopAllOptions = {}): Promise<readonly ApplicationReport[]> {
    checkOptions(options);
    const { timeoutMs, exitCode } = options;
    if (timeoutMs !== undefined) checkDuration('timeoutMs', timeoutMs);
    if (exitCode !== undefined) {
      checkInteger('exitCode', exitCode, 0);
      process.exitCode = exitCode;
    }
    return controllers.get(runtime)?.stopAll({ kind: 'stop' }, timeoutMs) ?? [];
  }

  /**
   * Stops this application and no other (APP-014): `prepStop`, then the tree in reverse start order, then what it left over,
   * then `stop` (APP-008). What still runs after `timeoutMs` (default: the application's `stopTimeoutMs`) is killed. A second
   * stop waits for the first (APP-011) and may bring its deadline forward. A process of the tree may call it and must not await
   * it: it would be waited for in turn. Rejects with a CallCycleError, and stops nothing, where that can be told beforehand.
   */
  async stop(options: StopOptions = {}): Promise<ApplicationReport> {
    checkOptions(options);
    const { timeoutMs } = options;
    if (timeoutMs !== undefined) checkDuration('timeoutMs', timeoutMs);
    return this.#lifecycle.stop({ kind: 'stop' }, timeoutMs);
  }

  static async #start(controller: ApplicationController, plan: ApplicationPlan): Promise<Application> {
    const lifecycle = controller.add(plan);
    const application = new Application(lifecycle, await lifecycle.start());
    faces.set(lifecycle, application);
    return application;
  }
}

function controllerOf(given: unknown): ApplicationController {
  const runtime = runtimeOf(given);
  const controller = controllers.get(runtime) ?? new ApplicationController(runtime, runtime !== given);
  controllers.set(runtime, controller);
  return controller;
}
