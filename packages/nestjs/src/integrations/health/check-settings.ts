import { HealthCheck, type HealthCheckOptions } from '@rookery/health-check';
import { HealthSetupError, inSetup } from './errors.js';
import type {
  BuiltInIndicators,
  HealthModuleSettings,
  ProbePath,
  ProbeSettings,
  TreeIndicators,
} from './module-options.js';

/** Of the health check itself. A table, so that an option that it gets and this forgets does not compile. */
const CORE: Record<keyof Omit<HealthCheckOptions, 'label' | 'shutdown'>, true> = {
  checks: true,
  groups: true,
  concurrency: true,
  minGapMs: true,
  historyLength: true,
  flapping: true,
  holdMs: true,
  details: true,
  redact: true,
  format: true,
  onEvent: true,
  clock: true,
  random: true,
  date: true,
  intervalMs: true,
  initialDelayMs: true,
  jitter: true,
  timeoutMs: true,
  abandonAfterMs: true,
  maxAgeMs: true,
  rise: true,
  fall: true,
};

type Own = Exclude<keyof HealthModuleSettings, keyof typeof CORE>;

const OWN: Record<Own, true> = {
  name: true,
  supervised: true,
  builtIn: true,
  shutdownDelayMs: true,
  paths: true,
  guards: true,
  authorize: true,
  globalPrefix: true,
  version: true,
  port: true,
  host: true,
};

const BUILT_IN: Record<keyof BuiltInIndicators, true> = {
  tree: true,
  eventLoop: true,
  heap: true,
  pools: true,
  breakers: true,
  caches: true,
};

const TREE: Record<keyof TreeIndicators, true> = { restartRate: true, childrenDown: true, mailboxes: true };

const PROBE_PATH: Record<keyof ProbePath, true> = { path: true, guards: true, format: true };

/** What those write who come from elsewhere. */
const ELSEWHERE: Readonly<Record<string, string>> = {
  interval: 'intervalMs, in milliseconds',
  timeout: 'timeoutMs, in milliseconds',
  indicators: 'builtIn, or @HealthIndicator on methods',
  shutdown: 'shutdownDelayMs, or readinessDelayMs of SupervisionModule',
  gracefulShutdownTimeoutMs: 'shutdownDelayMs, or readinessDelayMs of SupervisionModule',
  label: 'name',
  useClass: 'inject, with useFactory',
  useExisting: 'inject, with useFactory',
};

/** Those of the settings that are for the health check. */
export function coreOptionsOf(settings: HealthModuleSettings): HealthCheckOptions {
  return Object.fromEntries(Object.entries(settings).filter(([name]) => name in CORE));
}

/** Refuses what makes no sense, before Nest makes anything of it. */
export function checkSettings(where: string, settings: unknown): asserts settings is HealthModuleSettings {
  checkObject(where, 'the options', settings);
  checkNames(where, settings, [...Object.keys(OWN), ...Object.keys(CORE)]);
  const given: HealthModuleSettings = settings;
  inSetup(where, () => HealthCheck.childSpec(coreOptionsOf(given)));
  const { name, supervised, shutdownDelayMs, builtIn } = given;
  if (name !== undefined) check(where, 'name', typeof name === 'string' && name !== '', 'a non-empty string', name);
  if (supervised !== undefined) checkBoolean(where, 'supervised', supervised);
  if (shutdownDelayMs !== undefined) {
    const isDelay = Number.isFinite(shutdownDelayMs) && shutdownDelayMs >= 0;
    check(where, 'shutdownDelayMs', isDelay, 'a finite number of milliseconds >= 0', shutdownDelayMs);
  }
  if (builtIn !== undefined) checkBuiltIn(where, builtIn);
  checkProbes(where, given);
}

/** Refuses what is not among these: it would be ignored. */
export function checkNames(where: string, options: object, names: readonly string[]): void {
  const unknown = Object.keys(options).find((key) => !names.includes(key));
  if (unknown === undefined) return;
  const hint = Object.hasOwn(ELSEWHERE, unknown) ? ` Did you mean ${ELSEWHERE[unknown]}?` : '';
  throw new HealthSetupError(where, `there is no option \`${unknown}\`: it takes ${names.join(', ')}.${hint}`);
}

export function checkBoolean(where: string, option: string, value: unknown): void {
  check(where, option, typeof value === 'boolean', 'true or false', value);
}

export function checkObject(where: string, what: string, value: unknown): asserts value is object {
  if (typeof value === 'object' && value !== null && !Array.isArray(value)) return;
  throw new HealthSetupError(where, `${what} must be an object, got ${String(value)}.`);
}

function checkBuiltIn(where: string, builtIn: BuiltInIndicators): void {
  checkObject(where, '`builtIn`', builtIn);
  checkNames(`${where}, builtIn`, builtIn, Object.keys(BUILT_IN));
  const { tree, eventLoop, heap, ...subjects } = builtIn;
  for (const [name, value] of Object.entries({ tree, eventLoop, heap })) {
    if (value !== undefined && typeof value !== 'boolean') checkObject(where, `\`builtIn.${name}\``, value);
  }
  if (typeof tree === 'object') checkNames(`${where}, builtIn.tree`, tree, Object.keys(TREE));
  for (const [name, value] of Object.entries(subjects)) {
    if (value === undefined) continue;
    const what = `\`builtIn.${name}\``;
    checkObject(where, what, value);
    checkObject(where, `\`builtIn.${name}.of\``, value.of);
  }
}

function checkProbes(where: string, settings: ProbeSettings & HealthCheckOptions): void {
  const { paths, guards, authorize, globalPrefix, version, port, host } = settings;
  if (guards !== undefined) checkGuards(where, 'guards', guards);
  if (authorize !== undefined) check(where, 'authorize', typeof authorize === 'function', 'a function', authorize);
  if (globalPrefix !== undefined) checkBoolean(where, 'globalPrefix', globalPrefix);
  if (version !== undefined) check(where, 'version', isText(version), 'a version, a non-empty string', version);
  const isPort = Number.isInteger(port) && (port as number) >= 0 && (port as number) <= 65_535;
  if (port !== undefined) check(where, 'port', isPort, 'an integer from 0 to 65535', port);
  if (host !== undefined) check(where, 'host', isText(host) && port !== undefined, 'an address, beside `port`', host);
  const isMoved = globalPrefix === true || version !== undefined;
  if (isMoved && port !== undefined) {
    throw new HealthSetupError(
      where,
      '`globalPrefix` and `version` are of the application, and a `port` of its own has neither.',
    );
  }
  if (paths !== undefined) checkPaths(where, paths, Object.keys(settings.groups ?? {}));
}

function checkPaths(where: string, paths: NonNullable<ProbeSettings['paths']>, groups: readonly string[]): void {
  checkObject(where, '`paths`', paths);
  const known = ['liveness', 'readiness', 'startup', 'overall', ...groups];
  for (const [group, given] of Object.entries(paths)) {
    if (!known.includes(group)) {
      throw new HealthSetupError(
        where,
        `\`paths\` names a group "${group}", and there is none: there are ${known.join(', ')}.`,
      );
    }
    if (given === false) continue;
    const { path, guards }: ProbePath = typeof given === 'string' ? { path: given } : given;
    if (typeof given === 'object') checkNames(`${where}, paths.${group}`, given, Object.keys(PROBE_PATH));
    check(where, `paths.${group}`, isPath(path), 'a path such as "/readyz", or false', path);
    if (guards !== undefined) checkGuards(where, `paths.${group}.guards`, guards);
  }
}

/** Every platform takes it as it is: no parameters, no patterns. */
function isPath(path: unknown): boolean {
  return typeof path === 'string' && /^(\/[\w.~-]+)+$/.test(path);
}

function checkGuards(where: string, option: string, guards: unknown): void {
  const isGuard = (guard: unknown): boolean =>
    typeof guard === 'function' ||
    (typeof guard === 'object' && guard !== null && 'canActivate' in guard && typeof guard.canActivate === 'function');
  check(
    where,
    option,
    Array.isArray(guards) && guards.every(isGuard),
    'an array of guards, classes or instances',
    guards,
  );
}

function isText(value: unknown): boolean {
  return typeof value === 'string' && value !== '';
}

function check(where: string, option: string, isRight: boolean, expected: string, received: unknown): void {
  if (isRight) return;
  const got = typeof received === 'string' ? JSON.stringify(received) : String(received);
  throw new HealthSetupError(where, `\`${option}\` must be ${expected}, got ${got}.`);
}
