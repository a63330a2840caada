import { expect, test } from '@jest/globals';
import type { Page } from 'playwright-core';
import { useApp } from '../support/app.js';
import { describeInBrowser, drop, hasDiscs, inBrowser, join, says, useBrowser } from '../support/browser.js';

const TEST_MS = 240_000;
const OVER = /win|draw/;

/** The leftmost column that is not full, until the game is over. The computer may answer before anybody has seen that it is to move. */
async function playToTheEnd(page: Page): Promise<void> {
  const isOver = page.locator('#status').filter({ hasText: OVER });
  const discs = page.locator('#board .disc');
  for (let shown = 0; shown < 42; shown += 2) {
    await says(page, 'Your turn');
    await page.locator('.column:not([aria-disabled])').first().click();
    await discs
      .nth(shown + 1)
      .or(isOver)
      .first()
      .waitFor();
    if (await isOver.isVisible()) return;
  }
}

describeInBrowser(`one player ${inBrowser}`, () => {
  const app = useApp();
  const open = useBrowser();

  test(
    'plays the computer to the end',
    async () => {
      const page = await open(app().url);
      await join(page, 'Ada');
      await page.getByRole('radio').first().check();
      await page.getByRole('button', { name: 'Play', exact: true }).click();
      await playToTheEnd(page);
      expect(await page.locator('#status').textContent()).toMatch(OVER);
      await page.getByRole('button', { name: 'Rematch' }).click(); // it always agrees
      await page
        .locator('#status')
        .filter({ hasText: /Your turn|is to move/ })
        .waitFor();
    },
    TEST_MS,
  );

  test(
    'on a phone: nothing is wider than the screen, columns are wide enough for a thumb, and taps play',
    async () => {
      const page = await open(app().url, { viewport: { width: 360, height: 740 }, hasTouch: true, isMobile: true });
      const fits = (): Promise<boolean> => page.evaluate('document.documentElement.scrollWidth <= innerWidth');
      expect(await fits()).toBe(true);
      await join(page, 'Ada');
      expect(await fits()).toBe(true);
      await page.getByRole('button', { name: 'Play', exact: true }).last().tap(); // the tab is open already
      await page.locator('#computer').tap();
      await says(page, 'Your turn');
      expect(await fits()).toBe(true);
      const box = await page.locator('[data-column="3"]').boundingBox();
      expect(box?.width).toBeGreaterThanOrEqual(40);
      expect((box?.y ?? 0) + (box?.height ?? 0)).toBeLessThan(740); // the whole board without scrolling
      await page.setViewportSize({ width: 740, height: 360 }); // on its side
      expect((await page.locator('#board').boundingBox())?.height).toBeLessThan(360);
      await page.getByRole('link', { name: 'Lobby' }).tap();
      await page.getByRole('link', { name: 'Return: Ada against' }).tap(); // far down
      await says(page, 'Your turn');
      expect(await page.evaluate('scrollY')).toBe(0);
      await page.setViewportSize({ width: 360, height: 740 });
      await page.locator('[data-column="3"]').tap();
      await hasDiscs(page, 3, 1);

      await page.getByRole('button', { name: 'Under the hood' }).tap();
      await page.getByText('AppSupervisor').waitFor();
      expect(await fits()).toBe(true);
      expect(await page.locator('#board').isVisible()).toBe(false);
    },
    TEST_MS,
  );

  test(
    'with the keyboard alone: joins, chooses a level, plays, and hears what happens',
    async () => {
      const page = await open(app().url);
      const { keyboard } = page;
      await keyboard.type('Ada'); // the field has the focus
      await keyboard.press('Enter');
      await page.getByRole('button', { name: 'Quick match' }).waitFor();
      await tabTo(page, '[name="level"]');
      await keyboard.press('ArrowLeft');
      expect(await page.locator('[name="level"]:checked').getAttribute('value')).toBe('1');
      await tabTo(page, '#computer');
      await keyboard.press('Enter');
      await says(page, 'Your turn');
      await keyboard.press('4');
      await hasDiscs(page, 3, 1);
      await says(page, 'Your turn');
      expect(await page.locator('#live').textContent()).toMatch(/Computer .* drops into column \d\. Your turn\./);
      await keyboard.press('ArrowRight');
      const before = await page.locator('[data-column="4"] .disc').count();
      await keyboard.press('Enter');
      await hasDiscs(page, 4, before + 1);
      expect(await page.locator('[data-column="4"]').getAttribute('aria-label')).toMatch(/^Column 5, \d of 6.*Ada/);
      await tabTo(page, '.skip');
      await keyboard.press('Enter');
      expect(await page.evaluate('document.activeElement.id')).toBe('main');
      expect(await page.locator('#board').isVisible()).toBe(true); // not the lobby: the address is that of the game
    },
    TEST_MS,
  );

  test(
    'breaks things, sees in the tree what that takes along and what it does not, and plays on',
    async () => {
      const page = await open(app().url);
      await join(page, 'Ada');
      await page.locator('#computer').click();
      await drop(page, 0);
      await says(page, 'Your turn');
      const happened = page.locator('#events');
      await page.getByRole('button', { name: 'Crash the user manager' }).click();
      await happened.getByText('UserManager crashed: Error: crashed on purpose').waitFor();
      for (const after of ['UserManager', 'SessionManager', 'GameSessions']) {
        await happened.getByText(`CoreSupervisor restarted ${after} `).waitFor();
      }
      expect(await happened.textContent()).not.toMatch(/restarted (?:presence|games|computer)\b/);
      await page.locator('#session').filter({ hasText: 'restored' }).waitFor();
      for (const harm of ['Kill', 'Hang']) {
        await page.getByRole('button', { name: `${harm} a worker thread` }).click();
        await page.locator('#toasts').getByText('A thread').waitFor();
        await drop(page, 1);
      }
      await says(page, 'Your turn');
    },
    TEST_MS,
  );

  test(
    'the standings of the week are as new as those of all time',
    async () => {
      const page = await open(app().url);
      await join(page, 'Grace');
      await page.getByRole('button', { name: 'This week' }).click();
      await page.locator('#computer').click();
      await says(page, 'Your turn');
      page.once('dialog', (dialog) => void dialog.accept());
      await page.getByRole('button', { name: 'Resign' }).click();
      await page.getByRole('link', { name: 'Lobby' }).click();
      await page.locator('#standings').getByText('Grace').waitFor();
      expect(await page.getByRole('button', { name: 'This week' }).getAttribute('aria-pressed')).toBe('true');
    },
    TEST_MS,
  );

  test(
    'a connection that has died without a word is given up, and the move that went into it is made',
    async () => {
      const page = await open('about:blank');
      await page.clock.install();
      const silence: (() => void)[] = [];
      await page.routeWebSocket(/\/ws$/, (socket) => {
        const server = socket.connectToServer();
        silence.push(() => socket.onMessage(() => {}));
        socket.onMessage((message) => server.send(message));
      });
      await page.goto(app().url);
      await join(page, 'Ada');
      await page.locator('#computer').click();
      await says(page, 'Your turn');
      for (const fallSilent of silence) fallSilent();
      await page.locator('[data-column="3"]').click();
      await page.locator('#board.is-pending').waitFor();
      await page.clock.fastForward(20_000); // longer than it waits for an answer
      await hasDiscs(page, 3, 1);
      await page.getByText('Live', { exact: true }).waitFor();
      expect(silence).toHaveLength(2); // sockets: the dead one, and the one that took its place
    },
    TEST_MS,
  );

  test(
    'goes back to the lobby and returns to the game, and a game that there is not is said so',
    async () => {
      const page = await open(app().url);
      await join(page, 'Ada');
      await page.locator('#computer').click();
      await drop(page, 0);
      await page.getByRole('link', { name: 'Lobby' }).click();
      await page.getByRole('link', { name: 'Return: Ada against' }).click();
      await hasDiscs(page, 0, 1);
      await page.goto(`${app().url}/#/game/ffffffffffff`);
      await page.getByText('This game cannot be shown').waitFor();
      expect(await page.locator('#missing-text').textContent()).toContain('no such game');
    },
    TEST_MS,
  );
});

async function tabTo(page: Page, selector: string): Promise<void> {
  for (let steps = 0; steps < 30; steps++) {
    if (await page.evaluate(`document.activeElement.matches('${selector.replaceAll("'", '"')}')`)) return;
    await page.keyboard.press('Tab');
  }
  throw new Error(`Tab does not get to ${selector}`);
}
