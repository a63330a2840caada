import type { InjectionToken, ModuleMetadata, OptionalFactoryDependency, Type } from '@nestjs/common';
import type { ExitReason, Milliseconds, RuntimeOptions } from '@rookery/genserver';
import type { DeclaredChild } from './decorators/metadata.js';

/** What the options are injected by, inside this package. */
export const SUPERVISION_OPTIONS = Symbol('the options of SupervisionModule');

/** The options as they were declared: a test changes what is made of them. */
export const DECLARED_OPTIONS = Symbol('the options of SupervisionModule.forRoot: is it imported with forRoot?');

/**
 * What to do when the root gives up, in a word. `exit`: the process gets a non-zero exit code and sends itself SIGTERM, so Nest
 * closes in the order it always does (`app.enableShutdownHooks()`). `close`: the application that `closeOnGiveUp(app)` named is
 * closed, the exit code is non-zero, and the process ends when nothing else keeps it.
 */
export type GiveUpAction = 'exit' | 'close';

/** How a tree lives in a Nest application, all but what it is. The runtime's own options are among them; `create` is Nest's. */
export interface SupervisionSettings extends Omit<RuntimeOptions, 'create'> {
  /**
   * One deadline for the whole shutdown, from the moment Nest begins to close: half of it for open requests, all that is left for
   * the tree. Idle connections are closed at once; those still open at half of it, WebSockets too, are cut, and processes that
   * still run at its end are killed. The log says so. Default 10,000 ms.
   */
  readonly shutdownTimeoutMs?: Milliseconds;
  /**
   * How long the application still takes requests after its readiness has gone down (see ShutdownState), so that a load balancer
   * sees it before connections are refused. Counts as part of the deadline, and ends before half of it. Default 0.
   */
  readonly readinessDelayMs?: Milliseconds;
  /**
   * What to do when the root gives up. Default `exit`. A function of your own that throws or rejects is logged, and `exit` done in its
   * place; so it is for `close` where no application was named or its closing fails.
   */
  readonly onGiveUp?: GiveUpAction | ((reason: ExitReason) => void | Promise<void>);
}

/** How a supervision tree lives in a Nest application. */
export interface SupervisionOptions extends SupervisionSettings {
  /** The `@Supervisor` class at the top of the tree. */
  readonly root: Type<unknown>;
}

/** Gives the settings, for `useClass` and `useExisting`. */
export interface SupervisionOptionsFactory {
  createSupervisionOptions(): SupervisionSettings | Promise<SupervisionSettings>;
}

/** A tree whose settings come from other providers. One of `useFactory`, `useClass` and `useExisting`. */
export interface SupervisionAsyncOptions extends Pick<ModuleMetadata, 'imports'> {
  /** The `@Supervisor` class at the top of the tree: known now, as what can be injected follows from it. */
  readonly root: Type<unknown>;
  /** What `useFactory` is called with. */
  readonly inject?: readonly (InjectionToken | OptionalFactoryDependency)[];
  readonly useFactory?: (...dependencies: never[]) => SupervisionSettings | Promise<SupervisionSettings>;
  /** A class that this module provides. */
  readonly useClass?: Type<SupervisionOptionsFactory>;
  /** A provider of one of the `imports`, or of a global module. */
  readonly useExisting?: InjectionToken<SupervisionOptionsFactory>;
}

/** What a feature module contributes to the tree. */
export interface SupervisionFeatureOptions {
  /** The place that `feature(at)` keeps in a `children` list of the tree. */
  readonly at: string;
  /** Started there in this order, stopped in reverse, as children of the supervisor that has the place in its list. */
  readonly children: readonly DeclaredChild[];
}
