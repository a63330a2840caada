import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join as joinPath } from 'node:path';
import { afterAll, expect, test } from '@jest/globals';
import { databaseAt } from '../../src/store/open.js';
import { inAHurry, startApp } from '../support/app.js';
import { describeInBrowser, drop, hasDiscs, inBrowser, join, says, useBrowser } from '../support/browser.js';

const TEST_MS = 240_000;

describeInBrowser(`a deploy, seen ${inBrowser}`, () => {
  const open = useBrowser({ areLostConnectionsFine: true });
  const dataDir = mkdtempSync(joinPath(tmpdir(), 'deploy-'));
  afterAll(() => rmSync(dataDir, { recursive: true, force: true }));

  test(
    'both windows are told, connect to the next one by themselves, and play on where they were',
    async () => {
      const before = await startApp(inAHurry({ dataDir }), databaseAt({ dataDir }));
      const [ada, bob] = [await open(before.url), await open(before.url)];
      await join(ada, 'Ada');
      await join(bob, 'Bob');
      await ada.getByRole('button', { name: 'Quick match' }).click();
      await says(ada, 'Waiting for an opponent');
      await bob.getByRole('button', { name: 'Quick match' }).click();
      await drop(ada, 3);

      await before.nest.close();
      await ada.getByText('The server restarts.').waitFor();
      await bob.getByText('Connecting…').waitFor();
      await bob.locator('[data-column="2"]').waitFor();

      const port = Number(new URL(before.url).port);
      const after = await startApp(inAHurry({ dataDir, port }), databaseAt({ dataDir }));
      for (const page of [ada, bob]) await page.getByText('Live', { exact: true }).waitFor();
      await drop(bob, 4);
      await hasDiscs(ada, 4, 1);
      expect(await ada.locator('#session').textContent()).toContain('restored');
      await after.nest.close();
    },
    TEST_MS,
  );
});
