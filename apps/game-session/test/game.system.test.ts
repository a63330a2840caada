import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { beginSlowly, Client } from './support/client.js';
import { Sampler } from './support/sampler.js';
import { Server } from './support/server.js';

const TEST_MS = 90_000;
const players = { players: ['ada', 'bob'] };

/** Ada gets four upright in column 3. */
const wonGame = [3, 4, 3, 4, 3, 4, 3];
const full = (column: number): readonly number[] => Array.from({ length: 6 }, () => column);
const drawnGame = [...[1, 2, 4, 5].flatMap(full), 0, ...full(3), ...full(6), 0, 0, 0, 0, 0];

const servers: Server[] = [];
const samplers: Sampler[] = [];
/** Started by `nest start`. The tests after those that end it use what that has compiled. */
let server: Server;
let url: string;
let client: Client;

function start(...how: ConstructorParameters<typeof Server>): Server {
  const started = new Server(...how);
  servers.push(started);
  return started;
}

/** The names of the servers in the order in which they have said their last words. */
function ended({ output }: Server): readonly (string | undefined)[] {
  return Array.from(output.matchAll(/(\S+) ends: shutdown/g), ([, name]) => name);
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
      const [crashing, other] = [await client.open('ada', 'bob'), await client.open('eve', 'dan')];
      const before = await client.session(other.id);
      const isPlayedByOthers = client.play(other, drawnGame);

      await client.play(crashing, wonGame.slice(0, 4));
      await client.crash(crashing.id);
      const back = await client.view(crashing.id);
      expect(back).toMatchObject({ state: 'playing', turn: 'ada', moves: wonGame.slice(0, 4) });
      expect(await client.play(back, wonGame.slice(4))).toMatchObject({ state: 'won', winner: 'ada', moves: wonGame });

      expect(await isPlayedByOthers).toMatchObject({ state: 'draw', winner: null, moves: drawnGame });
      expect(await client.session(other.id)).toEqual({ ...before, restarts: 0 });
      expect(await client.session(crashing.id)).toMatchObject({ state: 'running', restarts: 1 });
    },
    TEST_MS,
  );
});

describe('SIGTERM', () => {
  test(
    'lets a request that is under way have its answer, then stops the tree in reverse and ends with 0',
    async () => {
      const { id } = await client.open('ada', 'bob');
      const running = await client.list();
      const move = await beginSlowly(`${url}/games/${id}/moves`, { player: 'ada', column: 3 });
      server.signal('SIGTERM');
      await server.says(/Stopping \(SIGTERM\)/);
      expect(await move.finish()).toMatchObject({ status: 201, answer: { id, moves: [3] } });

      expect(await server.ended()).toBe(0);
      const [first, ...rest] = ended(server);
      expect(first).toBe('Lobby');
      expect(rest.pop()).toBe('MoveLog');
      // In between the sessions, which stop all at once: in any order.
      expect(new Set(rest)).toEqual(new Set(running.map((game) => `games/${game.id}`)));
      await expect(fetch(`${url}/games`)).rejects.toThrow('fetch failed');
    },
    TEST_MS,
  );

  test(
    'another signal while stopping ends it at once, with the code of that signal, whoever waits for an answer',
    async () => {
      const impatient = start('compiled');
      const open = await beginSlowly(`${await impatient.url()}/games`, players);
      impatient.signal('SIGTERM');
      await impatient.says(/Stopping \(SIGTERM\)/);
      impatient.signal('SIGINT');
      expect(await impatient.ended()).toBe(130);
      expect(impatient.output).toContain('SIGINT while stopping: the process ends at once');
      expect(impatient.output.match(/Stopping/g)).toHaveLength(1);
      await expect(open.finish()).rejects.toThrow('socket hang up');
    },
    TEST_MS,
  );
});

test(
  'SIGINT, as Ctrl-C sends it, stops everything just as well',
  async () => {
    const interrupted = start('compiled');
    const { id } = await new Client(await interrupted.url()).open('ada', 'bob');
    interrupted.signal('SIGINT');
    expect(await interrupted.ended()).toBe(0);
    expect(ended(interrupted)).toEqual(['Lobby', `games/${id}`, 'MoveLog']);
  },
  TEST_MS,
);

test(
  'probes, seen from outside every 50 ms, tell of load, a supervisor near its limit, and SIGTERM',
  async () => {
    const probed = start('compiled', { READINESS_DELAY_MS: '1000' });
    const at = await probed.url();
    const gamers = new Client(at);
    const sampler = new Sampler(at, ['/livez', '/readyz', '/health', '/startupz']);
    samplers.push(sampler);
    await sampler.until('/readyz', '200 healthy');

    const games = await Promise.all(Array.from({ length: 20 }, () => gamers.open('ada', 'bob')));
    await Promise.all(games.map((game) => gamers.play(game, wonGame)));
    for (const _ of [1, 2, 3, 4]) await Promise.all(games.map(({ id }) => gamers.crash(id)));
    await sampler.until('/readyz', '200 degraded'); // 80 of 100 crashes in 5 s
    expect(await gamers.list()).toHaveLength(20);
    await sampler.until('/readyz', '200 healthy');

    probed.signal('SIGTERM');
    await sampler.until('/readyz', '503 healthy'); // not the fault of the tree
    expect(await gamers.list()).toHaveLength(20); // requests are still taken
    await sampler.until('/readyz', 'refused');
    expect(await probed.ended()).toBe(0);

    const known = (path: string) => sampler.sequence(path).filter((answer) => !answer.endsWith('unknown'));
    expect(known('/readyz')).toEqual(['200 healthy', '200 degraded', '200 healthy', '503 healthy', 'refused']);
    expect(known('/health')).toEqual(known('/readyz'));
    expect(known('/livez')).toEqual(['200 healthy', '200 degraded', '200 healthy', 'refused']);
    expect(known('/startupz')).toEqual(known('/livez'));
  },
  TEST_MS,
);

describe('a start that cannot succeed ends with 1 and one line that says why', () => {
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
});
