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

/** Waits until it says so. The machine may be busy, and the app unwell for a moment for other reasons: so each thing is waited for. */
async function says(url: string, text: string): Promise<void> {
  while (!(await (await fetch(url)).text()).includes(text)) await sleep(POLL_MS);
}

/** The breaker is open, and that is seen: the app is worse for it, and takes requests all the same. */
async function isAway(url: string): Promise<void> {
  await says(`${url}/metrics`, 'game_mail_breaker{state="open"} 1');
  await says(`${url}/health`, '"degraded"');
  await says(`${url}/readyz`, '"ok":true');
}

test(
  'a mail server that is away: mails wait, over kill -9, too; players notice nothing; each mail comes once when it is back',
  async () => {
    const postbox = await Postbox.create();
    postboxes.push(postbox);
    const killed = start({ SMTP_URL: postbox.url });
    const away = await killed.url();
    const waiting = await endGames(away, [1, 2, 3, 4]);
    await isAway(away);
    killed.signal('SIGKILL');
    await killed.ended();

    await postbox.open();
    const server = start({ SMTP_URL: postbox.url, DATA_DIR: killed.dataDir });
    const url = await server.url();
    await postbox.has(waiting.length);
    await postbox.close();
    const more = await endGames(url, [5, 6]);
    await isAway(url);
    await postbox.open(); // the breaker asks again after 30 s
    await postbox.has(waiting.length + more.length);
    await says(`${url}/metrics`, 'game_mail_breaker{state="closed"} 1');

    server.signal('SIGTERM');
    expect(await server.ended()).toBe(0);
    expect(postbox.mails.map(({ to }) => to).toSorted()).toEqual([...waiting, ...more].toSorted());
    expect(new Set(postbox.mails.map(({ id }) => id)).size).toBe(postbox.mails.length);
    expect(server.output).not.toMatch(/crashed/);
  },
  TEST_MS,
);
