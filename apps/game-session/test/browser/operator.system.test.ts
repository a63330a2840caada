import { expect, test } from '@jest/globals';
import { useApp } from '../support/app.js';
import { describeInBrowser, inBrowser, join, useBrowser } from '../support/browser.js';

const TEST_MS = 240_000;
const operatorToken = '0123456789abcdef';

describeInBrowser(`in production, ${inBrowser}`, () => {
  const app = useApp({ isProduction: true, isChaosOn: false, operatorToken });
  const open = useBrowser();

  test(
    'nobody can break anything, and the tree is shown to who has the operator token',
    async () => {
      const page = await open(app().url);
      await join(page, 'Ada');
      await page.getByText('Chaos is switched off on this server.').waitFor();
      expect(await page.locator('[data-chaos]:enabled').count()).toBe(0);

      const field = page.getByLabel('Operator token');
      for (const wrong of ['nobody knows it', ' ', '']) {
        await field.fill(wrong);
        await field.press('Enter');
        await page.locator('#tree-facts').getByText('it takes the operator token').waitFor();
        expect(await page.locator('#tree li').count()).toBe(0);
      }
      await field.fill(operatorToken);
      await field.press('Enter');
      await page.locator('#tree').getByText('AppSupervisor').waitFor();
      expect(await field.isVisible()).toBe(false);
      await page.reload(); // it is remembered as long as the window is open
      await page.locator('#tree').getByText('AppSupervisor').waitFor();
    },
    TEST_MS,
  );
});
