// Our packages, packed, in real projects with Nest 11 and with Nest 12: for each of {express, fastify} × {HTTP, HTTP with a TCP
// microservice}, for a TCP microservice alone, a standalone application and a WebSocket gateway one program boots, calls, crashes its
// server, calls the fresh instance, and stops in good order at SIGTERM; one more fails to boot when its tree is up, and a test file runs
// by node:test. Then `nest start --watch`, with Nest 12. Needs a build, `npm` and
// its registry. `--only 11` or `--only 12` leaves the other out.
import assert from 'node:assert/strict';
import { execFile, spawn } from 'node:child_process';
import { once } from 'node:events';
import { copyFileSync, mkdirSync, mkdtempSync, readFileSync, realpathSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';

const STEP_MS = 120_000;
const PACKAGES = ['genserver', 'nestjs'];
const COMMON = { 'reflect-metadata': '0.2.2', rxjs: '7.8.2', ws: '8.23.0' };
const VERSIONS = {
  11: nest({ core: '11.2.10', 'platform-express': '11.2.10', 'platform-fastify': '11.2.8', others: '11.2.6' }),
  12: nest({ core: '12.5.1', 'platform-express': '12.5.1', 'platform-fastify': '12.1.1', others: '12.1.1' }),
};
const WATCH = { '@nestjs/cli': '12.0.8', typescript: 'npm:@typescript/typescript6@6.0.2', '@types/node': '20.19.43' };
const PROGRAMS = [
  ['http', 'express'],
  ['http', 'fastify'],
  ['hybrid', 'express'],
  ['hybrid', 'fastify'],
  ['gateway', 'express'],
  ['microservice', 'alone'],
  ['standalone', 'alone'],
  ['failing', 'boot'],
];

/** What `nest start --watch` compiles and runs. */
const WATCH_COMPILER = {
  target: 'es2023',
  module: 'nodenext',
  strict: true,
  experimentalDecorators: true,
  emitDecoratorMetadata: true,
  rootDir: 'src',
  outDir: 'dist',
  skipLibCheck: true,
  types: ['node'],
};

const WATCHED = `
import 'reflect-metadata';
import { Module } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import { GenServer } from '@rookery/genserver';
import { Supervised, SupervisionModule, Supervisor } from '@rookery/nestjs';

@Supervised()
class Till extends GenServer {
  override init(): void {
    this.self.trapExit(true);
  }
  override terminate(): void {
    process.stdout.write('terminate\\n');
  }
}

@Supervisor({ strategy: 'one_for_one', children: [Till] })
class Root {}

@Module({ imports: [SupervisionModule.forRoot({ root: Root })], providers: [Till] })
class AppModule {}

const app = await NestFactory.create(AppModule);
app.enableShutdownHooks();
await app.listen(0, '127.0.0.1');
process.stdout.write('listening VERSION\\n');
`;

const only = process.argv.includes('--only') ? process.argv.at(-1) : undefined;
const root = fileURLToPath(new URL('../', import.meta.url));
const place = mkdtempSync(join(realpathSync(tmpdir()), 'rookery-nest-'));
const children = new Set();
process.once('exit', () => {
  for (const child of children) signalGroup(child, 'SIGKILL');
  rmSync(place, { recursive: true, force: true });
});
for (const signal of ['SIGINT', 'SIGTERM']) process.once(signal, () => process.exit(1));

let failures = 0;
const tarballs = Object.fromEntries(await Promise.all(PACKAGES.map(pack)));
const majors = Object.keys(VERSIONS).filter((major) => only === undefined || only === major);
const projects = await Promise.all(majors.map(install));
for (const project of projects) {
  for (const program of PROGRAMS)
    await check(`Nest ${project.major}, ${program.join(' ')}`, () => run(project, program));
  await check(`Nest ${project.major}, node:test`, () => test(project));
}
const watched = projects.find(({ major }) => major === '12');
if (watched !== undefined) await check('Nest 12, nest start --watch', () => watch(watched));
console.log(failures === 0 ? 'nest-matrix: ok' : `nest-matrix: ${failures} FAILED`);
process.exit(failures === 0 ? 0 : 1);

function nest({ core, others, ...platforms }) {
  return {
    '@nestjs/common': core,
    '@nestjs/core': core,
    ...Object.fromEntries(Object.entries(platforms).map(([name, version]) => [`@nestjs/${name}`, version])),
    '@nestjs/microservices': others,
    '@nestjs/websockets': others,
    '@nestjs/platform-ws': others,
    '@nestjs/testing': others,
  };
}

async function pack(name) {
  const { stdout } = await npm(['pack', '--json', '--pack-destination', place], join(root, 'packages', name));
  const [{ filename }] = Object.values(JSON.parse(stdout)); // an array, or an object by name: that depends on the npm
  return [`@rookery/${name}`, `file:${join(place, filename)}`];
}

async function install(major) {
  const folder = join(place, `nest-${major}`);
  mkdirSync(join(folder, 'src'), { recursive: true });
  const dependencies = { ...VERSIONS[major], ...COMMON, ...tarballs, ...(major === '12' && WATCH) };
  writeFileSync(join(folder, 'package.json'), JSON.stringify({ private: true, type: 'module', dependencies }, null, 2));
  await npm(['install', '--prefer-offline', '--no-audit', '--no-fund'], folder);
  for (const file of ['program.mjs', 'testing.test.mjs']) {
    copyFileSync(join(root, 'tools/nest-matrix', file), join(folder, file));
  }
  const { version } = JSON.parse(readFileSync(join(folder, 'node_modules/@nestjs/core/package.json'), 'utf8'));
  assert.equal(version, VERSIONS[major]['@nestjs/core']);
  return { major, folder };
}

async function check(name, work) {
  const startedAt = performance.now();
  try {
    await work();
    console.log(`nest-matrix: ${name}: ok after ${Math.round(performance.now() - startedAt)} ms`);
  } catch (error) {
    failures++;
    console.error(`nest-matrix: ${name}: FAILED: ${error.message.slice(-5000)}`);
  }
}

async function run({ folder }, program) {
  const child = start(
    process.execPath,
    ['--expose-gc', '--disable-warning=ExperimentalWarning', 'program.mjs', ...program],
    folder,
  );
  await child.says(/^ready$/m);
  child.process.kill('SIGTERM');
  const signal = await child.ended();
  const { output } = child;
  assert.equal(signal, 'SIGTERM', `ended with ${signal}:\n${output}`);
  assert.match(output, /^terminate$/m, `the server was not asked to stop:\n${output}`);
  assert.match(output, /a hook that fails/, `the failing hook was not logged:\n${output}`);
  assert.doesNotMatch(output, /Killed at the shutdown deadline|UnhandledPromiseRejection/, output);
}

async function test({ folder }) {
  const child = start(
    process.execPath,
    ['--disable-warning=ExperimentalWarning', '--test', 'testing.test.mjs'],
    folder,
  );
  assert.equal(await child.ended(), 0, child.output);
  assert.match(child.output, /pass 5$/m, child.output);
}

/** An edit restarts the application; the old process stops in good order before the new one starts. */
async function watch({ folder }) {
  const main = join(folder, 'src/main.ts');
  writeFileSync(join(folder, 'tsconfig.json'), JSON.stringify({ compilerOptions: WATCH_COMPILER }));
  writeFileSync(join(folder, 'nest-cli.json'), JSON.stringify({ sourceRoot: 'src' }));
  writeFileSync(main, WATCHED.replace('VERSION', 'one'));
  const child = start(join(folder, 'node_modules/.bin/nest'), ['start', '--watch', '--preserveWatchOutput'], folder);
  await child.says(/listening one/);
  writeFileSync(main, WATCHED.replace('VERSION', 'two'));
  await child.says(/listening two/);
  assert.match(child.output, /listening one[^]*terminate[^]*listening two/, child.output);
  signalGroup(child.process, 'SIGINT');
  await child.ended();
}

/** In a group of its own, so that all of it ends. */
function start(command, args, cwd) {
  const env = { ...process.env, NODE_OPTIONS: '', NO_COLOR: '1' };
  const child = spawn(command, args, { cwd, env, detached: true, stdio: ['ignore', 'pipe', 'pipe'] });
  children.add(child);
  const over = once(child, 'close').finally(() => children.delete(child));
  const limit = setTimeout(() => signalGroup(child, 'SIGKILL'), STEP_MS);
  const started = { process: child, output: '', says, ended };
  for (const stream of [child.stdout, child.stderr]) stream.on('data', (data) => (started.output += data));
  return started;

  async function says(pattern) {
    while (!pattern.test(started.output)) {
      const isOver = await Promise.race([over.then(() => true), once(child.stdout, 'data').then(() => false)]);
      assert.ok(!isOver || pattern.test(started.output), `ended without ${pattern}:\n${started.output}`);
    }
  }

  async function ended() {
    const [code, signal] = await over;
    clearTimeout(limit);
    return signal ?? code;
  }
}

function signalGroup({ pid }, signal) {
  try {
    process.kill(-pid, signal);
  } catch {
    // it has ended
  }
}

function npm(args, cwd) {
  // npm's own settings of the script that runs us (workspace, prefix) must not reach the new project.
  const env = Object.fromEntries(
    Object.entries(process.env).filter(([name]) => !/^npm_config_(workspace|local_prefix|prefix)/i.test(name)),
  );
  return promisify(execFile)('npm', [...args, '--loglevel=error'], { cwd, env, encoding: 'utf8', timeout: STEP_MS });
}
