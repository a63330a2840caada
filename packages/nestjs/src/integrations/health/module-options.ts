import type { CanActivate, FactoryProvider, InjectionToken, ModuleMetadata, Type } from '@nestjs/common';
import type { Milliseconds } from '@rookery/genserver';
import type {
  BodyFormat,
  BreakerLike,
  BreakersOptions,
  CacheLike,
  CachesOptions,
  ChildrenDownOptions,
  EventLoopOptions,
  HealthCheckOptions,
  HeapOptions,
  MailboxesOptions,
  PoolLike,
  PoolsOptions,
  RestartRateOptions,
} from '@rookery/health-check';

/** What the options are injected by, inside this package. */
export const HEALTH_OPTIONS = Symbol('the options of HealthModule.forRoot');

/** A guard, as `@UseGuards` takes it: a class, which Nest makes, or an instance. */
export type HealthGuard = CanActivate | Type<CanActivate>;

/** Where a group is probed, when more is to be said than a path. */
export interface ProbePath {
  readonly path: string;
  /** Asked before it is answered, in this order, after those of the module. Who has passed may see details (`details: 'authorized'`). */
  readonly guards?: readonly HealthGuard[];
  /** Of this path alone. */
  readonly format?: BodyFormat;
}

/** What looks at the supervision tree. */
export interface TreeIndicators {
  /** `expected` is the root unless given. */
  readonly restartRate?: RestartRateOptions | false;
  readonly childrenDown?: ChildrenDownOptions | false;
  readonly mailboxes?: MailboxesOptions | false;
}

/** What is looked at, by name: by the token that it is injected by, or itself. */
type Subjects<T extends object> = Readonly<Record<string, InjectionToken | T>>;

/** The built-in checks. */
export interface BuiltInIndicators {
  /** Restarts, children that are down, mailboxes. Default: all of them when SupervisionModule is there. */
  readonly tree?: TreeIndicators | boolean;
  /** Default true. */
  readonly eventLoop?: EventLoopOptions | boolean;
  /** Default true. */
  readonly heap?: HeapOptions | boolean;
  /** Default none. */
  readonly pools?: PoolsOptions & { readonly of: Subjects<PoolLike> };
  /** Default none. */
  readonly breakers?: BreakersOptions & { readonly of: Subjects<BreakerLike> };
  /** Default none. */
  readonly caches?: CachesOptions & { readonly of: Subjects<CacheLike> };
}

/** Where probes are answered, and who may ask. */
export interface ProbeSettings {
  /**
   * The path of each group; a group of your own may have one, and `false` takes one away. Default `/livez`, `/readyz`, `/startupz`, and
   * `/health` for `overall`.
   */
  readonly paths?: Readonly<Record<string, string | ProbePath | false>>;
  /** Asked before every probe is answered. Guards of the application, `APP_GUARD` say, are not. */
  readonly guards?: readonly HealthGuard[];
  /** Who may see single checks, for `details: 'authorized'`: asked with the request of the platform. What it throws means no. */
  readonly authorize?: (request: never) => boolean | Promise<boolean>;
  /** Whether the paths come after the global prefix of the application. Default false. */
  readonly globalPrefix?: boolean;
  /** The version of the paths, where the application has versions (`app.enableVersioning`). Default none: they have no version. */
  readonly version?: string;
  /**
   * A port of its own, away from what is public: nothing of this is then on that of the application. It also answers while the
   * application finishes its last requests. 0 picks a free one: see `HealthService.address`.
   */
  readonly port?: number;
  /** Where that port listens. Default: all addresses. */
  readonly host?: string;
}

/** What is checked, and how probes are answered: the options of a HealthCheck, and where it is in the application. */
export interface HealthModuleSettings extends Omit<HealthCheckOptions, 'label' | 'shutdown'>, ProbeSettings {
  /** Of its process, and what errors call it. Default `health`. */
  readonly name?: string;
  /** Whether it is a child of the supervision tree. Default: when there is one. */
  readonly supervised?: boolean;
  readonly builtIn?: BuiltInIndicators;
  /**
   * How long requests are still taken when readiness has gone down, so that load balancers see it. Default 0. With a supervision tree
   * it is `readinessDelayMs` of SupervisionModule, and is refused here.
   */
  readonly shutdownDelayMs?: Milliseconds;
}

/** Of `HealthModule.forRoot`. */
export interface HealthModuleOptions extends HealthModuleSettings {
  /** Whether every module may inject HealthService, not only those that import this one. Default true. */
  readonly isGlobal?: boolean;
}

/** Of `HealthModule.forRootAsync`: the settings come from other providers. */
export interface HealthModuleAsyncOptions {
  /** Modules whose exports `useFactory` injects. */
  readonly imports?: ModuleMetadata['imports'];
  /** What `useFactory` is called with. */
  readonly inject?: FactoryProvider['inject'];
  /** Gives the settings, or a promise of them. What it throws fails the boot. */
  readonly useFactory: (...dependencies: never[]) => HealthModuleSettings | Promise<HealthModuleSettings>;
  /** Whether every module may inject HealthService, not only those that import this one. Default true. */
  readonly isGlobal?: boolean;
}
