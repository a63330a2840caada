import { setTimeout as sleep } from 'node:timers/promises';
import { afterEach, expect, test } from '@jest/globals';
import { Client } from '../support/client.js';
import { Postbox } from '../support/postbox.js';
import { useServers } from '../support/servers.js';

const TEST_MS = 240_000;
const POLL_MS = 100;
/** The first player gets four upright in column 3. */
const wonGame = [3, 4, 3, 4, 3, 4, 3];
const start = useServers();
const postboxes: Postbox[] = [];

afterEach(async () => {
  for (const postbox of postboxes.splice(0)) await postbox.close();
});

/** Games that are played to their ends: two mails each. Gives to whom. */
async function endGames(url: string, numbers: readonly number[]): Promise<readonly string[]> {
  const client = new Client(url);
  const games = numbers.map(async (number) => {
    const addresses = [`ada${number}@example.org`, `bob${number}@example.org`] as const;
    expect(await client.play(await client.open(addresses), wonGame)).toMatchObject({ status: 'finished' });
    return addresses;
  });
  return (await Promise.all(games)).flat();
}

/** Waits until the app says so of its health. */
async function isInState(url: string, state: string): Promise<void> {
  const answer = async (): Promise<string> => (await fetch(`${url}/health`)).text();
  while (!(await answer()).includes(`"${state}"`)) await sleep(POLL_MS);
}

test(
  'a mail server that is away: mails wait, over kill -9, too; players notice nothing; each mail comes once when it is back',
  async () => {
    const postbox = await Postbox.create();
    postboxes.push(postbox);
    const killed = start({ SMTP_URL: postbox.url });
    const away = await killed.url();
    const waiting = await endGames(away, [1, 2, 3, 4]);
    await isInState(away, 'degraded');
    expect((await fetch(`${away}/readyz`)).status).toBe(200);
    expect(await (await fetch(`${away}/metrics`)).text()).toMatch('game_mail_breaker{state="open"} 1');
    killed.signal('SIGKILL');
    await killed.ended();

    await postbox.open();
    const server = start({ SMTP_URL: postbox.url, DATA_DIR: killed.dataDir });
    const url = await server.url();
    await postbox.has(waiting.length);
    await postbox.close();
    const more = await endGames(url, [5, 6]);
    await isInState(url, 'degraded');
    await postbox.open(); // the breaker asks again after 30 s
    await postbox.has(waiting.length + more.length);
    await isInState(url, 'healthy');

    server.signal('SIGTERM');
    expect(await server.ended()).toBe(0);
    expect(postbox.mails.map(({ to }) => to).toSorted()).toEqual([...waiting, ...more].toSorted());
    expect(new Set(postbox.mails.map(({ id }) => id)).size).toBe(postbox.mails.length);
    expect(server.output).not.toMatch(/crashed/);
  },
  TEST_MS,
);
