import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { beginSlowly, Client } from './support/client.js';
import { Sampler } from './support/sampler.js';
import { Server } from './support/server.js';

const TEST_MS = 240_000;

/** The first player gets four upright in column 3. */
const wonGame = [3, 4, 3, 4, 3, 4, 3];
const full = (column: number): readonly number[] => Array.from({ length: 6 }, () => column);
const drawnGame = [...[1, 2, 4, 5].flatMap(full), 0, ...full(3), ...full(6), 0, 0, 0, 0, 0];

const servers: Server[] = [];
const samplers: Sampler[] = [];
/** Started by `nest start`. The tests after those that end it use what the build has compiled. */
let server: Server;
let url: string;
let client: Client;

function start(...how: ConstructorParameters<typeof Server>): Server {
  const started = new Server(...how);
  servers.push(started);
  return started;
}

beforeAll(async () => {
  server = start('nest start');
  url = await server.url();
  client = new Client(url);
}, TEST_MS);
afterAll(async () => {
  for (const sampler of samplers) sampler.stop();
  await Promise.all(servers.map((each) => each.destroy()));
}, TEST_MS);

describe('two games at once, one of which crashes', () => {
  test(
    'the crashed one goes on with its moves, the other never notices',
    async () => {
      const [crashing, other] = [await client.open(), await client.open()];
      const before = await client.session(other.id);
      const isPlayedByOthers = client.play(other, drawnGame);

      await client.play(crashing, wonGame.slice(0, 4));
      await client.crash(crashing);
      const back = await client.view(crashing.id);
      expect(back).toMatchObject({ status: 'playing', turn: 0, moves: wonGame.slice(0, 4) });
      expect(await client.play(crashing, wonGame.slice(4))).toMatchObject({
        status: 'finished',
        ending: { kind: 'line', winner: 0 },
        moves: wonGame,
      });

      expect(await isPlayedByOthers).toMatchObject({ ending: { kind: 'draw' }, moves: drawnGame });
      expect(await client.session(other.id)).toEqual({ ...before, restarts: 0 });
      expect(await client.session(crashing.id)).toMatchObject({ state: 'running', restarts: 1 });
    },
    TEST_MS,
  );
});

describe('SIGTERM', () => {
  test(
    'lets a request that is under way have its answer, stops the tree, the store last, and ends with 0; the next start goes on',
    async () => {
      const { id, players } = await client.open();
      const headers = { authorization: `Bearer ${players[0].token}` };
      const move = await beginSlowly(`${url}/api/games/${id}/moves`, { ply: 0, column: 3 }, headers);
      server.signal('SIGTERM');
      await server.says(/Stopping \(SIGTERM\)/);
      expect(await move.finish()).toMatchObject({ status: 201, answer: { id, moves: [3] } });

      expect(await server.ended()).toBe(0);
      expect(server.output.match(/(\S+) ends: shutdown/g)?.at(-1)).toBe('Repo ends: shutdown');
      await expect(fetch(`${url}/api/games`)).rejects.toThrow('fetch failed');

      const next = start('compiled', { DATA_DIR: server.dataDir });
      const again = new Client(await next.url());
      await next.says(/games go on/);
      expect(await again.view(id)).toMatchObject({ status: 'playing', moves: [3], session: { restored: true } });
    },
    TEST_MS,
  );

  test(
    'another signal while stopping ends it at once, with the code of that signal, whoever waits for an answer',
    async () => {
      const impatient = start('compiled');
      const join = await beginSlowly(`${await impatient.url()}/api/players`, { name: 'ada' });
      impatient.signal('SIGTERM');
      await impatient.says(/Stopping \(SIGTERM\)/);
      impatient.signal('SIGINT');
      expect(await impatient.ended()).toBe(130);
      expect(impatient.output).toContain('SIGINT while stopping: the process ends at once');
      expect(impatient.output.match(/Stopping/g)).toHaveLength(1);
      await expect(join.finish()).rejects.toThrow('socket hang up');
    },
    TEST_MS,
  );
});

test(
  'SIGINT, as Ctrl-C sends it, stops everything just as well; the log is JSON, if that is asked for',
  async () => {
    const interrupted = start('compiled', { LOG_FORMAT: 'json' });
    await new Client(await interrupted.url()).open();
    interrupted.signal('SIGINT');
    expect(await interrupted.ended()).toBe(0);
    const lines = interrupted.output.trim().split('\n');
    const entries = lines.map((line) => JSON.parse(line) as Readonly<Record<string, unknown>>);
    expect(entries).toContainEqual(expect.objectContaining({ context: 'Repo', message: 'Repo ends: shutdown' }));
  },
  TEST_MS,
);

test(
  'probes, seen from outside every 50 ms, tell of SIGTERM',
  async () => {
    const probed = start('compiled', { READINESS_DELAY_MS: '1000' });
    const at = await probed.url();
    const gamers = new Client(at);
    const sampler = new Sampler(at, ['/livez', '/readyz', '/health', '/startupz']);
    samplers.push(sampler);
    await sampler.until('/readyz', 200);

    probed.signal('SIGTERM');
    await sampler.until('/readyz', 503);
    expect(await gamers.list()).toEqual([]); // requests are still taken
    await sampler.until('/readyz', 'refused');
    expect(await probed.ended()).toBe(0);
    expect(sampler.sequence('/readyz')).toEqual([200, 503, 'refused']);
    expect(sampler.sequence('/health')).toEqual([200, 503, 'refused']);
    expect(sampler.sequence('/livez')).toEqual([200, 'refused']);
    expect(sampler.sequence('/startupz')).toEqual([200, 'refused']);
  },
  TEST_MS,
);

describe('a start that cannot succeed ends with 1 and a line that says why', () => {
  test(
    'the port is taken',
    async () => {
      const first = start('compiled');
      const { port } = new URL(await first.url());
      const second = start('compiled', { PORT: port });
      expect(await second.ended()).toBe(1);
      expect(second.output.match(/ERROR.*/g)).toEqual([expect.stringMatching(`EADDRINUSE.*127.0.0.1:${port}`)]);
      expect(second.output).not.toContain('    at ');
    },
    TEST_MS,
  );

  test(
    'a setting makes no sense',
    async () => {
      const wrong = start('compiled', { PORT: 'http' });
      expect(await wrong.ended()).toBe(1);
      expect(wrong.output.trim().split('\n')).toEqual([
        expect.stringContaining('Expected PORT to be an integer from 0 to 65535, got "http"'),
      ]);
    },
    TEST_MS,
  );

  test(
    'the store cannot be opened',
    async () => {
      const wrong = start('compiled', { DATA_DIR: '/dev/null/data' });
      expect(await wrong.ended()).toBe(1);
      expect(wrong.output.trim().split('\n').at(-1)).toMatch(/ERROR \[Main\] The app cannot start: .*DATA_DIR/);
      expect(wrong.output).not.toContain('Node.js v');
    },
    TEST_MS,
  );
});
