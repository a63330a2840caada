import { existsSync } from 'node:fs';
import { delimiter, resolve } from 'node:path';
import { afterAll, afterEach, beforeAll, describe } from '@jest/globals';
import { type Browser, type BrowserContextOptions, chromium, type Page } from 'playwright-core';

const NAMES = ['chromium', 'chromium-browser', 'google-chrome'];
const executablePath = (process.env['PATH'] ?? '')
  .split(delimiter)
  .flatMap((folder) => NAMES.map((name) => resolve(folder, name)))
  .find((path) => existsSync(path));

/** Nothing waits this long when all is well. */
const LIMIT_MS = 60_000;

/** Tests that need a browser: skipped without one. */
export const describeInBrowser: (name: string, tests: () => void) => void =
  executablePath === undefined ? describe.skip : describe;

/** For their titles, so that the report says why they were skipped. */
export const inBrowser = executablePath === undefined ? '(skipped: no chromium on PATH)' : 'in a browser';

/** Opens windows, each with a storage of its own: each is another player. Errors in a page fail its test. */
export function useBrowser({ areLostConnectionsFine = false } = {}): (
  url: string,
  options?: BrowserContextOptions,
) => Promise<Page> {
  let browser: Browser;
  const problems: string[] = [];

  beforeAll(async () => {
    browser = await chromium.launch({
      ...(executablePath && { executablePath }),
      args: [
        '--no-sandbox', // needed as root
        '--disable-gpu',
        '--disable-quic',
        '--no-first-run',
        '--disable-background-networking',
        '--disable-component-update',
        '--disable-sync',
      ],
    });
  }, LIMIT_MS);

  afterEach(async () => {
    await Promise.all(browser.contexts().map((context) => context.close()));
    const found = problems.splice(0);
    if (found.length > 0) throw new Error(`The page had problems:\n${found.join('\n')}`);
  });

  afterAll(() => browser.close(), LIMIT_MS);

  return async (url, options = {}) => {
    const context = await browser.newContext(options);
    context.setDefaultTimeout(LIMIT_MS);
    const page = await context.newPage();
    page.on('pageerror', (error) => problems.push(String(error)));
    page.on('console', (message) => {
      if (areLostConnectionsFine && message.text().startsWith('WebSocket connection to')) return;
      if (message.type() === 'error') problems.push(message.text());
    });
    await page.goto(url);
    return page;
  };
}

/** Joins by the form. */
export async function join(page: Page, name: string): Promise<void> {
  await page.getByLabel('Your name').fill(name);
  await page.getByRole('button', { name: 'Join', exact: true }).click();
  await page.getByRole('button', { name: 'Quick match' }).waitFor();
}

/** Waits until the line above the board says so. */
export async function says(page: Page, status: string | RegExp): Promise<void> {
  await page.locator('#status').filter({ hasText: status }).waitFor();
}

/** Drops a disc, and waits until the page shows it. */
export async function drop(page: Page, column: number): Promise<void> {
  await says(page, 'Your turn');
  const button = page.locator(`[data-column="${column}"]`);
  const before = await button.locator('.disc').count();
  await button.click();
  await button.locator('.disc').nth(before).waitFor();
}

/** Waits until a column has so many discs. */
export async function hasDiscs(page: Page, column: number, count: number): Promise<void> {
  await page
    .locator(`[data-column="${column}"] .disc`)
    .nth(count - 1)
    .waitFor();
}
