import type { Page } from '@playwright/test';
import { expect, test } from '../fixtures';
import { Browse, become, hydrated } from '../pages';

test.describe.configure({ timeout: 90_000 });

/** Asks for the plan of a copy. */
async function plan(page: Page): Promise<Browse> {
  await page.goto('/');
  await become(page, 'admin');
  const browse = new Browse(page);
  await browse.open('/lustre/climate', '/lustre/genomics/results');
  await browse.row(1, 'README.md').click();
  await page.keyboard.press('Control+c');
  await browse.pane(2).getByRole('grid').click({ position: { x: 200, y: 5 } });
  await page.keyboard.press('Control+v');
  await expect(browse.drawer.locator('.button--primary')).toBeEnabled();
  return browse;
}

test('a plan is opened by its link, once', async ({ page }) => {
  await page.context().grantPermissions(['clipboard-read', 'clipboard-write']);
  const browse = await plan(page);
  await browse.drawer.getByRole('button', { name: 'Copy link' }).click();
  const link = await page.evaluate(() => navigator.clipboard.readText());
  await page.goto(link);
  await hydrated(page);
  await expect(browse.drawer).toContainText('README.md');
  await expect(browse.drawer).toContainText('/lustre/genomics/results');
  if (process.env.SCREENSHOT) await page.screenshot({ path: process.env.SCREENSHOT });
  await expect(page).toHaveURL(/\/browse\/lustre\/genomics\/results$/);
  const request = page.waitForRequest((request) => request.url().endsWith('/api/start_move'));
  await browse.drawer.locator('.button--primary').click();
  expect(JSON.parse((await request).postData() ?? '{}').request.verb).toBe('copy');
  await expect(browse.row(1, 'README.md')).toBeVisible({ timeout: 30_000 });
  await page.reload();
  await hydrated(page);
  await expect(browse.drawer).toBeHidden();
});

test('a link that nothing can be read from says so', async ({ page }) => {
  await page.goto('/');
  await become(page, 'admin');
  await page.goto('/browse/lustre/climate?plan=%7B');
  await hydrated(page);
  await expect(page.getByText('This link proposes no plan that can be read.').first()).toBeVisible();
  await expect(new Browse(page).drawer).toBeHidden();
});

test('a plan that was left open for long is made anew before it starts', async ({ page }) => {
  await page.clock.install();
  const browse = await plan(page);
  await page.clock.fastForward('09:00');
  await expect(browse.drawer.getByRole('button', { name: /^Copy/ }).first()).toBeVisible();
  await expect(browse.drawer).not.toContainText('ten minutes old');
  await page.clock.fastForward('01:01');
  await expect(browse.drawer).toContainText('This plan is ten minutes old');
  await expect(browse.drawer).toContainText('README.md');
  if (process.env.SCREENSHOT) await page.screenshot({ path: process.env.SCREENSHOT });
  await browse.drawer.getByRole('button', { name: 'Plan again' }).click();
  await expect(browse.drawer).not.toContainText('ten minutes old');
  await expect(browse.drawer.locator('.button--primary')).toBeEnabled();
});
