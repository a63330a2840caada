// The README's start command, over HTTP: starts the sample app by `npm start` on a free port, plays a game, crashes it,
// plays on, then sends SIGTERM to npm alone and checks that everything has ended.
// Needs `ps`, as it looks for processes that stayed behind.
import assert from 'node:assert/strict';
import { execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join as joinPath } from 'node:path';
import { fileURLToPath } from 'node:url';

const START_MS = 120_000;
const STOP_MS = 30_000;
const SMOKE_MS = START_MS + STOP_MS + 30_000;
/** 143 = 128 + SIGTERM: the server stopped in good order, then ended by the signal; 0 if it exits by itself after that. */
const GOOD_ENDS = [0, 143];

const port = await freePort();
const dataDir = mkdtempSync(joinPath(tmpdir(), 'smoke-'));
const npm = spawn('npm', ['start'], {
  cwd: fileURLToPath(new URL('../', import.meta.url)),
  env: { ...process.env, PORT: String(port), DATA_DIR: dataDir },
  stdio: ['ignore', 'inherit', 'inherit'],
});
const ended = once(npm, 'exit');
/** All processes below npm that were ever seen; what stays behind loses its parent, so they are noted while npm lives. */
const family = new Set([npm.pid]);

const overall = setTimeout(() => fail(new Error(`not done after ${SMOKE_MS} ms`)), SMOKE_MS);
for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP']) process.once(signal, () => fail(new Error(`got ${signal}`)));

try {
  await answers('/readyz', START_MS);
  await play();
  await stop();
  console.log('smoke: ok');
} catch (error) {
  fail(error);
}
clearTimeout(overall);
rmSync(dataDir, { recursive: true, force: true });

async function play() {
  const ada = await join('ada');
  const bob = await join('bob');
  const { id } = await request(201, 'POST', '/api/games', { opponent: 'anyone' }, ada);
  assert.ok(id !== undefined, 'POST /api/games answers with an id');
  await request('2xx', 'POST', `/api/games/${id}/join`, undefined, bob);
  await request('2xx', 'POST', `/api/games/${id}/moves`, { ply: 0, column: 3 }, ada);
  await request('2xx', 'POST', `/api/chaos/games/${id}/crash`, undefined, ada);
  await answers(`/api/games/${id}`, 10_000); // brought back by its supervisor
  const { moves } = await request(200, 'GET', `/api/games/${id}`);
  assert.deepEqual(moves, [3], 'the crashed game has its moves');
  const page = await request(200, 'GET', '/');
  assert.match(page, /<title>Connect Four/, 'the page is served');
}

async function join(name) {
  const { token } = await request(201, 'POST', '/api/players', { name });
  return token;
}

async function stop() {
  noteFamily();
  assert.ok(family.size > 1, 'npm has children');
  npm.kill('SIGTERM');
  const timer = setTimeout(() => fail(new Error(`npm still runs ${STOP_MS} ms after SIGTERM`)), STOP_MS);
  const [code, signal] = await ended;
  clearTimeout(timer);
  const status = code ?? (signal === 'SIGTERM' ? 143 : signal);
  console.log(`smoke: npm start ended with ${status}`);
  assert.ok(GOOD_ENDS.includes(status), `npm start ended with ${status}, expected one of ${GOOD_ENDS.join(', ')}`);
  assert.deepEqual(alive(), [], 'no process is left behind');
  await assert.rejects(fetch(`http://127.0.0.1:${port}/readyz`), 'nobody listens any more');
}

/** Waits until `GET path` answers 200. */
async function answers(path, withinMs) {
  const end = performance.now() + withinMs;
  for (;;) {
    const status = await fetch(`http://127.0.0.1:${port}${path}`).then(
      (response) => response.status,
      () => 'nothing',
    );
    if (status === 200) return console.log(`smoke: GET ${path} -> 200`);
    if (npm.exitCode !== null) throw new Error(`npm start ended with ${npm.exitCode} before GET ${path} answered 200`);
    if (performance.now() > end) throw new Error(`GET ${path} still answers ${status} after ${withinMs} ms`);
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
}

async function request(expected, method, path, body, token) {
  const headers = {
    ...(body && { 'content-type': 'application/json' }),
    ...(token && { authorization: `Bearer ${token}` }),
  };
  const signal = AbortSignal.timeout(10_000);
  const content = body && { body: JSON.stringify(body) };
  const response = await fetch(`http://127.0.0.1:${port}${path}`, { method, signal, headers, ...content });
  const text = await response.text();
  console.log(`smoke: ${method} ${path} -> ${response.status} ${text.slice(0, 300)}`);
  const good = expected === '2xx' ? response.ok : response.status === expected;
  assert.ok(good, `${method} ${path} answered ${response.status}, expected ${expected}: ${text}`);
  return text.startsWith('{') ? JSON.parse(text) : text;
}

/** Adds npm's children and their children to the family. */
function noteFamily() {
  const all = processes();
  const grow = () => all.filter(({ pid, parent }) => family.has(parent) && !family.has(pid));
  for (let found = grow(); found.length > 0; found = grow()) for (const { pid } of found) family.add(pid);
}

function alive() {
  return processes().filter(({ pid, state }) => family.has(pid) && !state.startsWith('Z'));
}

function processes() {
  const lines = execFileSync('ps', ['-A', '-o', 'pid=,ppid=,state=,args='], { encoding: 'utf8' }).trim().split('\n');
  return lines.map((line) => {
    const [pid, parent, state, ...command] = line.trim().split(/\s+/);
    return { pid: Number(pid), parent: Number(parent), state, command: command.join(' ') };
  });
}

/** Ends the run, and first of all every process that it started. */
function fail(error) {
  if (npm.exitCode === null && npm.signalCode === null) noteFamily();
  for (const { pid } of alive()) process.kill(pid, 'SIGKILL');
  console.error('smoke: FAILED', error);
  process.exit(1);
}

async function freePort() {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port: free } = server.address();
  await new Promise((resolve) => server.close(resolve));
  return free;
}
