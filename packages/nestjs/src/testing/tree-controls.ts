import type { TestingModule } from '@nestjs/testing';
import {
  type Address,
  type ChildSpec,
  type GenServer,
  Runtime,
  type ServerClass,
  type ServerRef,
  type TreeNode,
} from '@rookery/genserver';
import {
  crash,
  type CrashOutcome,
  hang,
  type Hung,
  LeakDetector,
  LeakError,
  ManualClock,
  settle,
} from '@rookery/genserver/testing';
import { getServerToken, type InjectionTarget } from '../decorators/tokens.js';
import { SUPERVISION_OPTIONS, type SupervisionOptions } from '../supervision-options.js';
import { ShutdownState } from '../tree/shutdown-state.js';
import { ambiguous, noFake, noManualClock, noRef, notRunning, notStarted } from './errors.js';
import { FakeServer } from './fake-server.js';
import { nameOf, type TestPlan } from './test-plan.js';

/** Who is meant: a class of the tree, a specification, or a process by name, `via`, ref or pid. */
export type ProcessTarget = InjectionTarget | Address;

/** The parts of a testing module that are about the tree. */
export interface TreeControls {
  /** The runtime of the tree. */
  readonly runtime: Runtime;
  /**
   * The clock of the tree: `await clock.advance(ms)` drives timers, back-offs and the time limits of calls. Throws a
   * SupervisionTestingError (`no_manual_clock`) where `overrideSettings` gave another one.
   */
  readonly clock: ManualClock;
  /** The ref of a server, as `@InjectServer` gives it. Throws a SupervisionTestingError (`not_in_tree`). */
  ref<S extends GenServer<unknown>>(target: ServerClass<S>): ServerRef<S>;
  /** The ref of what a specification with a name starts. */
  ref<Ref>(target: ChildSpec<Ref>): Ref;
  /**
   * Lets a process die as if its handler had thrown `error`; resolves when its supervisors have dealt with it: `restarted`,
   * `restart_scheduled`, `gave_up` or `ended`. A class must have one process: rejects with a SupervisionTestingError
   * (`not_running`, `not_started`, `ambiguous`), or a NoProcessError for an address.
   */
  crash(target: ProcessTarget, error?: unknown): Promise<CrashOutcome>;
  /** Lets a process take no more messages, until `release()`. Throws as `crash` rejects. */
  hang(target: ProcessTarget): Hung;
  /** What the fake of a class has got. Throws a SupervisionTestingError (`no_fake`). */
  fake<S extends GenServer<unknown>>(serverClass: ServerClass<S>): FakeServer<S>;
  /** Waits until every mailbox has run dry. Time does not move. */
  settle(): Promise<void>;
  /**
   * For `afterEach`, after `close()`: rejects with a LeakError that lists processes, timers of the tree and listeners that are left,
   * and who started or set them.
   */
  assertNoLeaks(): Promise<void>;
}

/** Takes note of what runs from now on. */
export function treeControls(module: TestingModule, plan: TestPlan, leaks: LeakDetector): TreeControls {
  const runtime = module.get(Runtime, { strict: false });
  const { clock: given } = module.get<SupervisionOptions>(SUPERVISION_OPTIONS, { strict: false });
  const scope = given instanceof ManualClock ? { runtime, clock: given } : { runtime };
  leaks.watch(scope);
  const addressOf = (target: ProcessTarget): Address => addressIn(runtime, plan, target);
  return {
    runtime,
    get clock() {
      if (scope.clock === undefined) throw noManualClock();
      return scope.clock;
    },
    ref: (target: ServerClass | ChildSpec) => refIn(module, target) as never,
    crash: async (target, ...error) => crash(runtime, addressOf(target), ...error),
    hang: (target) => hang(runtime, addressOf(target)),
    fake: <S extends GenServer<unknown>>(serverClass: ServerClass<S>) => {
      const fake = plan.fakeOf(serverClass);
      if (fake === undefined) throw noFake(serverClass.name);
      return new FakeServer<S>(fake);
    },
    settle: () => settle(runtime),
    assertNoLeaks: () => assertNone(module, leaks, scope),
  };
}

function refIn(module: TestingModule, target: ServerClass | ChildSpec): unknown {
  try {
    return module.get<unknown>(getServerToken(target), { strict: false });
  } catch {
    throw noRef(nameOf(target)); // Nest does not know the token
  }
}

function addressIn(runtime: Runtime, plan: TestPlan, target: ProcessTarget): Address {
  if (typeof target !== 'function' && typeof target !== 'string' && !isSpec(target)) return target;
  const declaration = plan.declarationOf(target);
  if (plan.isOutside(target)) throw notStarted(nameOf(target));
  if (typeof target === 'string') return target;
  const own = isSpec(target) ? target.start.name : undefined;
  if (own !== undefined) return own;
  if (declaration !== undefined && 'type' in declaration && declaration.type === target) return declaration.name;
  const { name } = isSpec(target) ? target.serverClass : target;
  const running = runtime
    .tree()
    .flatMap(flattenNode)
    .filter((node) => classNameOf(runtime, node) === name);
  const [only] = running;
  if (only?.pid === undefined) throw notRunning(name);
  if (running.length === 1) return only.pid;
  const names = running.map((node) => node.name);
  throw ambiguous(name, names);
}

function isSpec(target: ProcessTarget): target is ChildSpec {
  return typeof target === 'object' && target !== null && 'serverClass' in target && 'start' in target;
}

function flattenNode(node: TreeNode): readonly TreeNode[] {
  return [node, ...node.children.flatMap(flattenNode)];
}

function classNameOf(runtime: Runtime, { pid }: TreeNode): string | undefined {
  return pid === undefined ? undefined : runtime.info(pid)?.className;
}

async function assertNone(
  module: TestingModule,
  leaks: LeakDetector,
  scope: { readonly runtime: Runtime; readonly clock?: ManualClock },
): Promise<void> {
  try {
    await leaks.assertNone(scope);
  } catch (error) {
    const { phase } = module.get(ShutdownState, { strict: false });
    if (!(error instanceof LeakError) || phase === 'stopped') throw error;
    throw new LeakError([...error.leaks, `the application is ${phase}: await its close() before`]);
  }
}
