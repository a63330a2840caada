// Our packages, packed, in real projects with Nest 11 and with Nest 12: for each of {express, fastify} × {HTTP, HTTP with a TCP
// microservice}, for a TCP microservice alone, a standalone application and a WebSocket gateway on either platform one program boots, calls,
// crashes its server, calls the fresh instance, and stops in good order at SIGTERM; one more fails to boot when its tree is up, and a test
// file runs by node:test. Hooks that never end are the test suite's, as are its programs. Then `nest start --watch`. The oldest releases that
// are supported run one program: 11.2.10 is that of Nest 11 anyway. Needs a build, `npm` and its registry. `--only 11` or `--only 12` leaves the
// other out.
import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { copyFileSync, mkdirSync, mkdtempSync, readFileSync, realpathSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { killAll, start } from './nest-matrix/processes.mjs';
import { watch } from './nest-matrix/watch.mjs';

const STEP_MS = 120_000;
const PACKAGES = ['genserver', 'nestjs'];
const COMMON = { 'reflect-metadata': '0.2.2', rxjs: '7.8.2', ws: '8.23.0' };
const VERSIONS = {
  11: nest({ core: '11.2.10', 'platform-express': '11.2.10', 'platform-fastify': '11.2.8', others: '11.2.6' }),
  12: nest({ core: '12.5.1', 'platform-express': '12.5.1', 'platform-fastify': '12.1.1', others: '12.1.1' }),
  '12, the oldest': nest({
    core: '12.2.0',
    'platform-express': '12.2.0',
    'platform-fastify': '12.1.1',
    others: '12.1.1',
  }),
};
const WATCH = {
  11: { '@nestjs/cli': '11.0.24', typescript: '5.9.3', '@types/node': '20.19.43' },
  12: { '@nestjs/cli': '12.0.8', typescript: 'npm:@typescript/typescript6@6.0.2', '@types/node': '20.19.43' },
};
const HOOKS = ['onModuleDestroy', 'beforeApplicationShutdown', 'onApplicationShutdown'];
const PROGRAMS = [
  ['http', 'express'],
  ['http', 'fastify'],
  ['hybrid', 'express'],
  ['hybrid', 'fastify'],
  ['gateway', 'express'],
  ['gateway', 'fastify'],
  ['microservice', 'alone'],
  ['standalone', 'alone'],
  ['failing', 'boot'],
];

const only = process.argv.includes('--only') ? process.argv.at(-1) : undefined;
const root = fileURLToPath(new URL('../', import.meta.url));
const place = mkdtempSync(join(realpathSync(tmpdir()), 'rookery-nest-'));
process.once('exit', () => {
  killAll();
  rmSync(place, { recursive: true, force: true });
});
for (const signal of ['SIGINT', 'SIGTERM']) process.once(signal, () => process.exit(1));

let failures = 0;
const tarballs = Object.fromEntries(await Promise.all(PACKAGES.map(pack)));
const majors = Object.keys(VERSIONS).filter((major) => only === undefined || major.startsWith(only));
const projects = await Promise.all(majors.map(install));
for (const project of projects) {
  const nestOf = (what) => `Nest ${project.major}, ${what}`;
  const isWhole = project.major in WATCH;
  for (const program of isWhole ? PROGRAMS : [['http', 'express']])
    await check(nestOf(program.join(' ')), () => run(project, program));
  if (!isWhole) continue;
  await check(nestOf('node:test'), () => test(project));
  for (const hook of HOOKS) await check(nestOf(`${hook} that never ends`), () => hang(project, hook));
  await check(nestOf('nest start --watch'), () => watch(project.folder));
}
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
  const folder = join(place, `nest-${major.replaceAll(/\W+/g, '-')}`);
  mkdirSync(join(folder, 'src'), { recursive: true });
  const dependencies = { ...VERSIONS[major], ...COMMON, ...tarballs, ...WATCH[major] };
  writeFileSync(join(folder, 'package.json'), JSON.stringify({ private: true, type: 'module', dependencies }, null, 2));
  await npm(['install', '--prefer-offline', '--no-audit', '--no-fund'], folder);
  for (const file of [
    'tools/nest-matrix/program.mjs',
    'tools/nest-matrix/testing.test.mjs',
    'packages/nestjs/test/fixtures/hanging-hook.mjs',
  ]) {
    copyFileSync(join(root, file), join(folder, basename(file)));
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

/** In the module whose hooks Nest calls first, before any of ours: at the deadline, and at a second signal. */
async function hang({ folder }, hook) {
  const patient = start(process.execPath, ['hanging-hook.mjs', hook, 'root', '800', 'SIGTERM'], folder);
  await patient.says(/^listening$/m);
  patient.process.kill('SIGTERM');
  assert.equal(await patient.ended(), 'SIGTERM', patient.output);
  assert.match(patient.output, /^terminate$/m, patient.output);
  const impatient = start(process.execPath, ['hanging-hook.mjs', hook, 'root', '600000', 'SIGTERM'], folder);
  await impatient.says(/^listening$/m);
  impatient.process.kill('SIGTERM');
  await impatient.says(/^echo over$/m);
  impatient.process.kill('SIGINT');
  assert.equal(await impatient.ended(), 130, impatient.output);
}

function npm(args, cwd) {
  // npm's own settings of the script that runs us (workspace, prefix) must not reach the new project.
  const env = Object.fromEntries(
    Object.entries(process.env).filter(([name]) => !/^npm_config_(workspace|local_prefix|prefix)/i.test(name)),
  );
  return promisify(execFile)('npm', [...args, '--loglevel=error'], { cwd, env, encoding: 'utf8', timeout: STEP_MS });
}
