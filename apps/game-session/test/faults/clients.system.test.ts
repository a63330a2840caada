import { once } from 'node:events';
import { connect } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import { text } from 'node:stream/consumers';
import { afterAll, afterEach, beforeAll, describe, expect, test } from '@jest/globals';
import { Crowd } from '../support/crowd.js';
import { PlayerClient } from '../support/player.js';
import { Server } from '../support/server.js';

const TEST_MS = 240_000;
const POLL_MS = 50;
/** As many answers are some 16 MB: many times what the system keeps for a socket, and a third of what comes before it is found dead. */
const ENOUGH = 20_000;
let server: Server;
let url: string;

beforeAll(async () => {
  server = new Server('compiled');
  url = await server.url();
}, TEST_MS);
afterAll(() => server.destroy(), TEST_MS);
afterEach(async () => {
  await socketsAre(0);
  if (/crashed|restarted/.test(server.output)) throw new Error(`Something has crashed:\n${server.output}`);
}, TEST_MS);

/** Waits until the app has so many. */
async function socketsAre(count: number): Promise<void> {
  const metrics = async (): Promise<string> => (await fetch(`${url}/metrics`)).text();
  while (!(await metrics()).includes(`game_players_online{kind="sockets"} ${count}\n`)) await sleep(POLL_MS);
}

/** What others live to see meanwhile: games are played from their begin to their end, and every move is answered. */
async function othersPlay(): Promise<void> {
  const crowd = await Crowd.gather(url, 10);
  await crowd.play();
  expect([...crowd.refusals]).toEqual([]);
  expect(await crowd.wrong(url, (table, { moves }) => table.isOver && table.isIn([moves]))).toEqual([]);
  crowd.leave();
}

test(
  'a client that asks and asks, and reads no answer, is let go; others play on',
  async () => {
    const deaf = await PlayerClient.join(url, 'deaf');
    const { id } = await deaf.ask('game.open', { opponent: 'anyone' });
    const request = JSON.stringify({ event: 'game.watch', data: { ref: 1_000, id } });
    deaf.socket.pause();
    let asked = 0;
    const asking = setInterval(() => {
      for (let count = 0; count < 100 && asked < ENOUGH; count++, asked++) deaf.socket.send(request);
    }, 100); // less than the limit of requests: all are answered
    await othersPlay();
    await socketsAre(0);
    clearInterval(asking);
    expect(asked).toBeLessThan(ENOUGH);
    deaf.close();
  },
  TEST_MS,
);

test(
  'a client that says nothing is closed; one that says garbage is told so, and stays',
  async () => {
    const silent = await PlayerClient.connect(url);
    const garbled = await PlayerClient.join(url, 'garbled');
    for (const garbage of [
      '',
      '{',
      'null',
      '[]',
      '{"event":1}',
      '{"event":"__proto__","data":{}}',
      '['.repeat(4_000),
    ]) {
      garbled.socket.send(garbage);
    }
    garbled.socket.send(Buffer.from([0, 255, 1, 254]), { binary: true });
    expect(await garbled.answer(null)).toMatchObject({ ok: false });
    expect(await garbled.ask('game.open', { opponent: 'anyone' })).toMatchObject({ status: 'waiting' });
    await othersPlay();
    expect(await silent.closed()).toBe(1008);
    garbled.close();
  },
  TEST_MS,
);

describe('what no WebSocket would say ends the connection, and nothing else', () => {
  test.each([
    ['more than anybody has to say', 1009, (client: PlayerClient) => client.socket.send('x'.repeat(100_000))],
    [
      'text that is none',
      1007,
      (client: PlayerClient) => client.socket.send(Buffer.from([255, 254]), { binary: false }),
    ],
  ])(
    '%s: %i',
    async (_, code, say) => {
      const client = await PlayerClient.join(url, 'broken');
      say(client);
      expect(await client.closed()).toBe(code);
    },
    TEST_MS,
  );

  test.each([
    ['no HTTP', 'hello?\r\n\r\n', /^HTTP\/1\.1 400 /],
    [
      'an upgrade to nothing',
      'GET /ws HTTP/1.1\r\nHost: x\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n\r\n',
      /^HTTP\/1\.1 400 /,
    ],
    [
      'an upgrade elsewhere',
      'GET //[ HTTP/1.1\r\nHost: x\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n\r\n',
      /^(?:HTTP\/1\.1 400|$)/,
    ],
  ])(
    '%s',
    async (_, said, answer) => {
      const socket = connect(Number(new URL(url).port), '127.0.0.1');
      await once(socket, 'connect');
      socket.write(said);
      expect(await text(socket)).toMatch(answer);
    },
    TEST_MS,
  );
});

test(
  'a thousand connections at once are taken, and others play meanwhile; they leave nothing behind',
  async () => {
    const players = await Promise.all(Array.from({ length: 100 }, (_, number) => PlayerClient.join(url, `p${number}`)));
    const windows = await Promise.all(
      players.flatMap(({ token }) =>
        Array.from({ length: 9 }, async () => {
          const client = await PlayerClient.connect(url);
          await client.ask('hello', { token });
          await client.ask('lobby.watch');
          return client;
        }),
      ),
    );
    await socketsAre(1_000);
    await othersPlay();
    for (const client of windows) await client.hears('lobby');
    expect([...players, ...windows].filter(({ isClosed }) => isClosed)).toEqual([]);
    for (const client of [...players, ...windows]) client.close();
  },
  TEST_MS,
);
