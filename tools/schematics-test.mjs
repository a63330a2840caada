// Our schematics in new projects, made by the Nest CLI of its registry, in versions 12 (ES modules, Vitest) and 11 (CommonJS, Jest):
// `nest add @rookery/nestjs`, one of each kind by `nest g`, formatting, lint, build, tests; then the application is started, called and
// stopped by SIGTERM. Our packages are installed as they are packed. Needs a build, `npm` and its registry. `--only 11` or `--only 12`
// leaves the other out, `--keep` leaves the projects in place and says where.
import assert from 'node:assert/strict';
import { execFile, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, realpathSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';

const STEP_MS = 300_000;
const PACKAGES = ['genserver', 'ttl-cache', 'worker-pool', 'circuit-breaker', 'health-check', 'nestjs'];
const CLI = { 11: '11.0.24', 12: '12.0.8' };
const KINDS = [
  ['server', 'lobby'],
  ['supervisor', 'core'],
  ['server', 'core/red-room'],
  ['supervisor', 'jobs', '--flat'],
  ['server', 'clerk', '--type', 'JobsSupervisor', '--no-spec'],
  ['cache', 'profiles'],
  ['breaker', 'bank'],
  ['pool', 'reports'],
  ['health', 'database'],
];
const CLASSES = ['Lobby', 'CoreSupervisor', 'RedRoom', 'JobsSupervisor', 'Clerk', 'ProfilesCache', 'BankBreaker'];
const TREE = `└─ AppSupervisor (one_for_one)
   ├─ Lobby
   ├─ CoreSupervisor (one_for_one)
   │  └─ RedRoom
   ├─ JobsSupervisor (one_for_one)
   │  └─ Clerk
   └─ health`;
const CONTROLLER = `import { Controller, Get } from '@nestjs/common';
import type { ServerRef } from '@rookery/genserver';
import { InjectServer } from '@rookery/nestjs';
import { Lobby } from './lobby/lobby.serverEND';

@Controller()
export class AppController {
  constructor(@InjectServer(Lobby) private readonly lobby: ServerRef<Lobby>) {}

  @Get()
  async getHello(): Promise<string> {
    return \`Total: \${await this.lobby.call.add(1)}\`;
  }
}
`;

const only = process.argv.includes('--only') ? process.argv[process.argv.indexOf('--only') + 1] : undefined;
const keep = process.argv.includes('--keep');
const root = fileURLToPath(new URL('../', import.meta.url));
const place = mkdtempSync(join(realpathSync(tmpdir()), 'rookery-schematics-'));
const children = new Set();
process.once('exit', () => {
  for (const child of children) child.kill('SIGKILL');
  if (keep) console.log(`schematics-test: the projects are in ${place}`);
  else rmSync(place, { recursive: true, force: true });
});
for (const signal of ['SIGINT', 'SIGTERM']) process.once(signal, () => process.exit(1));

const tarballs = Object.fromEntries(await Promise.all([...PACKAGES, 'schematics'].map(pack)));
const majors = Object.keys(CLI).filter((major) => only === undefined || only === major);
const results = await Promise.all(majors.map(check));
const failures = results.filter((isFine) => !isFine).length;
console.log(failures === 0 ? 'schematics-test: ok' : `schematics-test: ${failures} FAILED`);
process.exit(failures === 0 ? 0 : 1);

async function check(major) {
  const project = { major, end: major === '12' ? '.js' : '', folder: join(place, `demo${major}`) };
  for (const [name, work] of Object.entries({ create, add, generate, again, refuse, call, lint, build, test, start })) {
    const startedAt = performance.now();
    try {
      await work(project);
      console.log(`schematics-test: Nest ${major}, ${name}: ok after ${Math.round(performance.now() - startedAt)} ms`);
    } catch (error) {
      const said = [error.message, error.stdout, error.stderr].filter(Boolean).join('\n');
      console.error(`schematics-test: Nest ${major}, ${name}: FAILED: ${said.slice(-6000)}`);
      return false;
    }
  }
  return true;
}

/** A new project, with our packages as if they came from the registry. */
async function create({ major, folder }) {
  const flags = ['--skip-git', '--skip-install', '--package-manager', 'npm'];
  await npm(
    ['exec', '--yes', `--package=@nestjs/cli@${CLI[major]}`, '--', 'nest', 'new', `demo${major}`, ...flags],
    place,
  );
  const file = join(folder, 'package.json');
  const content = JSON.parse(readFileSync(file, 'utf8'));
  const { '@rookery/schematics': schematics, ...dependencies } = tarballs;
  Object.assign(content.dependencies, dependencies);
  content.devDependencies['@rookery/schematics'] = schematics;
  writeFileSync(file, `${JSON.stringify(content, null, 2)}\n`);
  await npm(['install', '--prefer-offline', '--no-audit', '--no-fund'], folder);
}

async function add({ folder, end }) {
  await nest(['add', '@rookery/nestjs', '--skip-install'], folder);
  const module = readFileSync(join(folder, 'src/app.module.ts'), 'utf8');
  assert.match(module, /imports: \[SupervisionModule\.forRoot\(\{ root: AppSupervisor \}\)\]/);
  assert.ok(module.includes(`from './app.supervisor${end}';`), module);
  assert.match(readFileSync(join(folder, 'src/main.ts'), 'utf8'), /app\.enableShutdownHooks\(\);/);
}

async function generate({ folder }) {
  for (const [kind, name, ...flags] of KINDS) {
    const said = await nest(['g', '-c', '@rookery/schematics', kind, name, ...flags], folder);
    assert.match(said, /CREATE/, `nest g ${kind} ${name} made nothing:\n${said}`);
  }
  const sources = Object.values(snapshot(folder)).join('\n');
  for (const name of CLASSES) assert.match(sources, new RegExp(`export class ${name} `));
}

/** A second time nothing changes, and it is said what is there; with --dry-run nothing is written at all. */
async function again({ folder }) {
  const before = snapshot(folder);
  for (const [kind, name] of [
    ['server', 'lobby'],
    ['tree', 'app'],
  ]) {
    const said = await nest(['g', '-c', '@rookery/schematics', kind, name], folder);
    assert.match(said, /already/, said);
  }
  await nest(['add', '@rookery/nestjs', '--skip-install'], folder);
  const dry = await nest(['g', '-c', '@rookery/schematics', 'pool', 'images', '--dry-run'], folder);
  assert.match(dry, /images\.pool\.ts[^]*No files written/, dry);
  assert.deepEqual(snapshot(folder), before);
}

async function refuse({ folder }) {
  const before = snapshot(folder);
  const cases = {
    '7up': 'begins with a letter',
    desk: 'src has several supervisors: AppSupervisor, JobsSupervisor',
  };
  for (const [name, expected] of Object.entries(cases)) {
    const said = await nest(['g', '-c', '@rookery/schematics', 'server', name], folder);
    assert.ok(said.includes(expected), `nest g server ${name} said:\n${said}`);
  }
  assert.deepEqual(snapshot(folder), before);
}

/** A controller that calls the generated server, which the generated tests do not mind. */
function call({ folder, end }) {
  writeFileSync(join(folder, 'src/app.controller.ts'), CONTROLLER.replace('END', end));
  rmSync(join(folder, 'src/app.controller.spec.ts'));
}

/** The project's own Prettier; our lint for 12, and ESLint as `nest new` sets it up for 11, whose tsconfig our lint does not read. */
async function lint({ major, folder }) {
  await bin('prettier', ['--check', 'src'], folder);
  if (major === '11') return bin('eslint', ['src'], folder);
  const config = join(root, '.oxlintrc.json');
  const path = `${join(root, 'node_modules/.bin')}:${process.env.PATH}`;
  return run(join(root, 'node_modules/.bin/oxlint'), ['-c', config, 'src'], folder, { PATH: path });
}

async function build({ folder }) {
  await npm(['run', 'build'], folder);
}

async function test({ folder }) {
  const said = await npm(['test'], folder);
  assert.match(said, /(Tests: +|Tests {2})[^\n]*\d+ passed/, said);
}

async function start({ folder }) {
  const port = await freePort();
  const env = { ...process.env, PORT: String(port), NO_COLOR: '1', NODE_OPTIONS: '' };
  const child = spawn(process.execPath, ['dist/main.js'], { cwd: folder, env, stdio: ['ignore', 'pipe', 'pipe'] });
  children.add(child);
  const over = once(child, 'close').finally(() => children.delete(child));
  const limit = setTimeout(() => child.kill('SIGKILL'), STEP_MS);
  let output = '';
  for (const stream of [child.stdout, child.stderr]) stream.on('data', (data) => (output += data));
  while (!/successfully started/.test(output)) {
    const isOver = await Promise.race([over.then(() => true), once(child.stdout, 'data').then(() => false)]);
    assert.ok(!isOver, `ended before it was up:\n${output}`);
  }
  assert.ok(output.includes(TREE), `the tree is another one:\n${output}`);
  await listening(port, over);
  const get = async (path) => (await fetch(`http://127.0.0.1:${port}${path}`)).text();
  assert.deepEqual([await get('/'), await get('/')], ['Total: 1', 'Total: 2']);
  assert.equal((await fetch(`http://127.0.0.1:${port}/livez`)).status, 200);
  child.kill('SIGTERM');
  const [, signal] = await over;
  clearTimeout(limit);
  assert.equal(signal, 'SIGTERM', output);
  assert.match(output, /Stopping \(SIGTERM\)/, output);
}

/** Nest says that it has started a moment before it listens. */
async function listening(port, over) {
  let isOver = false;
  void over.then(() => (isOver = true));
  for (;;) {
    assert.ok(!isOver, 'ended before it listened');
    const status = await fetch(`http://127.0.0.1:${port}/livez`).then(
      (response) => response.status,
      () => undefined,
    );
    if (status !== undefined) return;
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
}

async function freePort() {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address();
  server.close();
  await once(server, 'close');
  return port;
}

/** All that schematics may touch. */
function snapshot(folder) {
  const files = readdirSync(join(folder, 'src'), { recursive: true, withFileTypes: true });
  const paths = files.filter((file) => file.isFile()).map((file) => join(file.parentPath, file.name));
  const all = [...paths, join(folder, 'package.json')].toSorted();
  return Object.fromEntries(all.map((path) => [path, readFileSync(path, 'utf8')]));
}

async function pack(name) {
  mkdirSync(join(place, name));
  const args = ['pack', '--json', '--pack-destination', join(place, name)];
  const { stdout } = await execute('npm', args, join(root, 'packages', name), {});
  const [{ filename }] = Object.values(JSON.parse(stdout)); // an array, or an object by name: that depends on the npm
  return [`@rookery/${name}`, `file:${join(place, name, filename)}`];
}

function nest(args, folder) {
  return run(process.execPath, [join(folder, 'node_modules/@nestjs/cli/bin/nest.js'), ...args], folder);
}

function bin(name, args, folder) {
  return run(join(folder, 'node_modules/.bin', name), args, folder);
}

function npm(args, folder) {
  return run('npm', ['--loglevel=error', ...args], folder);
}

/** What it printed; rejects if it fails. */
async function run(command, args, cwd, more = {}) {
  const { stdout, stderr } = await execute(command, args, cwd, more);
  return stdout + stderr;
}

async function execute(command, args, cwd, more) {
  // npm's own settings of the script that runs us (workspace, prefix) must not reach the new project, nor CI's of Node.
  const env = Object.fromEntries(
    Object.entries(process.env).filter(
      ([name]) => !/^npm_config_(workspace|local_prefix|prefix)|^NODE_OPTIONS$/i.test(name),
    ),
  );
  const promise = promisify(execFile)(command, args, {
    cwd,
    env: { ...env, NO_COLOR: '1', ...more },
    encoding: 'utf8',
    timeout: STEP_MS,
    maxBuffer: 1 << 26,
  });
  promise.child.stdin?.end(); // nobody answers questions
  return promise;
}
