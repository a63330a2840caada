import { expect, test } from '@jest/globals';
import { useApp } from '../support/app.js';
import { describeInBrowser, drop, hasDiscs, inBrowser, join, says, useBrowser } from '../support/browser.js';

const TEST_MS = 240_000;

describeInBrowser(`two players in two windows ${inBrowser}`, () => {
  const app = useApp();
  const open = useBrowser();

  test(
    'play a whole game, with a reload and a crash of its session in the middle, and a third one watching',
    async () => {
      const [ada, bob] = [await open(app().url), await open(app().url)];
      await join(ada, 'Ada');
      await join(bob, 'Bob');
      await ada.getByRole('button', { name: 'Open a game' }).click();
      await says(ada, 'Waiting for an opponent');
      await bob.getByRole('link', { name: 'Join: Ada' }).click();
      await drop(ada, 3);
      await drop(bob, 4);

      await ada.reload();
      await hasDiscs(ada, 4, 1);
      await drop(ada, 3);

      const eve = await open(ada.url());
      await eve.getByLabel('Your name').fill('Eve');
      await eve.getByRole('button', { name: 'Join', exact: true }).click();
      await says(eve, 'Bob is to move'); // the link led to the game

      const session = ada.locator('#session');
      const before = await session.textContent();
      await bob.getByRole('button', { name: 'Crash this game' }).click();
      await session.filter({ hasText: 'restored' }).waitFor();
      expect(await session.textContent()).not.toBe(before);
      await bob.locator('#events').getByText('crashed on purpose').waitFor();
      await bob.locator('#tree').getByText('1 restart').waitFor();

      await drop(bob, 4);
      await drop(ada, 3);
      await drop(bob, 4);
      await drop(ada, 3);
      await says(ada, 'You win!');
      await says(bob, 'Ada wins');
      await says(eve, 'Ada wins');
      for (const page of [ada, bob, eve]) expect(await page.locator('.is-line').count()).toBe(4);

      await ada.getByRole('button', { name: 'Rematch' }).click();
      await bob.getByRole('button', { name: 'Accept the rematch' }).click();
      await says(bob, 'Your turn'); // sides are swapped
      await says(ada, 'Bob is to move');
      await eve.getByRole('link', { name: 'Watch the rematch' }).click();
      await says(eve, 'Bob is to move');
    },
    TEST_MS,
  );

  test(
    'a hung session is found by who asks it, and the move is made all the same',
    async () => {
      const [ada, bob] = [await open(app().url), await open(app().url)];
      await join(ada, 'Ada');
      await join(bob, 'Bob');
      await ada.getByRole('button', { name: 'Quick match' }).click();
      await says(ada, 'Waiting for an opponent');
      await bob.getByRole('button', { name: 'Quick match' }).click();
      await says(ada, 'Your turn');
      await bob.getByRole('button', { name: 'Hang this game' }).click();
      await bob.getByText('The session hangs').waitFor();
      await ada.locator('[data-column="0"]').click();
      await hasDiscs(ada, 0, 1);
      await hasDiscs(bob, 0, 1);
      expect(await ada.locator('#session').textContent()).toContain('restored');
    },
    TEST_MS,
  );
});
