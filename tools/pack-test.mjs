// Our packages as a user gets them: packed, installed into an empty project outside the repository, and used there by the
// examples of the READMEs (ESM), by a CommonJS program and by a CommonJS Nest app. Needs a build.
import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, realpathSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

const STEP_MS = 300_000;
const PACKAGES = ['genserver', 'ttl-cache', 'worker-pool', 'circuit-breaker', 'health-check', 'nestjs', 'schematics'];
const root = fileURLToPath(new URL('../', import.meta.url));
const project = mkdtempSync(join(realpathSync(tmpdir()), 'rookery-pack-'));
process.once('exit', () => rmSync(project, { recursive: true, force: true }));

const COMMON_JS = `
const assert = require('node:assert/strict');
const core = require('@rookery/genserver');
const testing = require('@rookery/genserver/testing');
assert.ok(Object.keys(core).length > 0, '@rookery/genserver exports something');
assert.ok(Object.keys(testing).length > 0, '@rookery/genserver/testing exports something');
const { TtlCache } = require('@rookery/ttl-cache');
const cache = new TtlCache();
cache.put('a', 1);
assert.deepEqual(cache.get('a'), { kind: 'found', value: 1 });
const { WorkerPool } = require('@rookery/worker-pool');
const pool = new WorkerPool();
pool.executeTask(() => 1).then((value) => assert.equal(value, 1));
const { CircuitBreaker } = require('@rookery/circuit-breaker');
assert.equal(new CircuitBreaker().state, 'closed');
const { HealthCheck } = require('@rookery/health-check');
const health = new HealthCheck({ checks: [] });
assert.equal(health.getHealth().state, 'healthy');
health.close();
assert.throws(() => require('@rookery/genserver/dist/index.js'), { code: 'ERR_PACKAGE_PATH_NOT_EXPORTED' });
`;

const COMMON_JS_NEST = `
require('reflect-metadata');
const assert = require('node:assert/strict');
const { Module } = require('@nestjs/common');
const { NestFactory } = require('@nestjs/core');
const { GenServer } = require('@rookery/genserver');
const { getServerToken, Supervised, SupervisionModule, Supervisor } = require('@rookery/nestjs');
assert.ok(require('@rookery/nestjs/ttl-cache').TtlCacheModule !== undefined);
assert.ok(require('@rookery/nestjs/circuit-breaker').CircuitBreakerModule !== undefined);
assert.ok(require('@rookery/nestjs/worker-pool').WorkerPoolModule !== undefined);
assert.ok(require('@rookery/nestjs/metrics').MetricsModule !== undefined);
assert.equal(typeof require('@rookery/schematics').server, 'function');
assert.ok(require('@rookery/nestjs/testing').SupervisionTestingModule !== undefined);
assert.ok(require('@rookery/nestjs/opentelemetry').OpenTelemetryModule !== undefined);
class Clock extends GenServer {
  ticks() {
    return 1;
  }
}
Supervised()(Clock);
class Root {}
Supervisor({ strategy: 'one_for_one', children: [Clock] })(Root);
class AppModule {}
Module({ imports: [SupervisionModule.forRoot({ root: Root })], providers: [Clock] })(AppModule);
NestFactory.createApplicationContext(AppModule, { logger: ['error'] }).then(async (app) => {
  assert.equal(await app.get(getServerToken(Clock), { strict: false }).call.ticks(), 1);
  await app.close();
});
`;

step('pack', () => {
  for (const name of PACKAGES) {
    const packed = JSON.parse(npm(['pack', '--json', '--pack-destination', project], join(root, 'packages', name)));
    const [{ files }] = Object.values(packed); // an array, or an object by name: that depends on the npm
    const paths = files.map(({ path }) => path);
    checkContent(name, paths);
  }
});
step('install', () => {
  const tarballs = PACKAGES.map((name) => {
    const { version } = manifest(`packages/${name}`);
    return [`@rookery/${name}`, `file:rookery-${name}-${version}.tgz`];
  });
  // The versions that the packages are developed with.
  const { devDependencies } = manifest('packages/nestjs');
  const peers = [
    '@nestjs/common',
    '@nestjs/core',
    '@nestjs/microservices',
    '@nestjs/platform-express',
    '@nestjs/testing',
    '@opentelemetry/api',
    '@opentelemetry/context-async-hooks',
    '@opentelemetry/sdk-trace-base',
    'prom-client',
    'reflect-metadata',
    'rxjs',
  ];
  const dependencies = Object.fromEntries([...tarballs, ...peers.map((peer) => [peer, devDependencies[peer]])]);
  writeFileSync(join(project, 'package.json'), JSON.stringify({ private: true, dependencies }, null, 2));
  npm(['install', '--prefer-offline', '--no-audit', '--no-fund'], project);
});
step('README examples', () => node([join(root, 'tools/readme-examples.mjs'), '--run', project]));
step('CommonJS', () => runProgram('common-js.cjs', COMMON_JS));
step('CommonJS Nest app', () => runProgram('common-js-nest.cjs', COMMON_JS_NEST));
console.log('pack-test: ok');

function step(name, work) {
  console.log(`pack-test: ${name}`);
  try {
    work();
  } catch (error) {
    console.error(`pack-test: ${name} FAILED: ${error.message}`);
    process.exit(1);
  }
}

/** Nothing that a user needs is missing, and nothing that only we need is in it. */
function checkContent(name, files) {
  for (const needed of ['LICENSE', 'README.md', 'package.json', 'dist/index.js', 'dist/index.d.ts', 'src/index.ts']) {
    assert.ok(files.includes(needed), `the tarball of ${name} has no ${needed}`);
  }
  const known =
    /^(dist|src)\/.*\.(ts|js|map)$|^docs\/[\w-]+\.md$|^schemas\/[\w-]+\.json$|^(LICENSE|README\.md|CHANGELOG\.md|(package|collection)\.json)$/;
  const surplus = files.filter((path) => !known.test(path) || /\.(test|spec)\./.test(path));
  assert.deepEqual(surplus, [], `the tarball of ${name} has files that nobody needs`);
  assert.equal(
    readFileSync(join(root, 'packages', name, 'LICENSE'), 'utf8'),
    readFileSync(join(root, 'LICENSE'), 'utf8'),
  );
}

function manifest(folder) {
  return JSON.parse(readFileSync(join(root, folder, 'package.json'), 'utf8'));
}

function runProgram(name, source) {
  writeFileSync(join(project, name), source);
  // Silent on newer Nodes; Node 20 says that require() of a module is experimental.
  node(['--disable-warning=ExperimentalWarning', name]);
}

function node(args) {
  execFileSync(process.execPath, args, { cwd: project, stdio: ['ignore', 'inherit', 'inherit'], timeout: STEP_MS });
}

function npm(args, cwd) {
  // npm's own settings of the script that runs us (workspace, prefix) must not reach the new project.
  const env = Object.fromEntries(
    Object.entries(process.env).filter(([name]) => !/^npm_config_(workspace|local_prefix|prefix)/i.test(name)),
  );
  return execFileSync('npm', [...args, '--loglevel=error'], {
    cwd,
    env,
    encoding: 'utf8',
    stdio: ['ignore', 'pipe', 'inherit'],
    timeout: STEP_MS,
  });
}
