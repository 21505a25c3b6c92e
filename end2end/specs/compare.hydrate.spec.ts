import { expect, test } from '../fixtures';
import { Browse, become, hydrated } from '../pages';

test.describe.configure({ timeout: 90_000 });

test('whoever trusts no disk has a copy compared byte by byte', async ({ page }) => {
  await page.goto('/');
  await become(page, 'admin');
  const browse = new Browse(page);
  await browse.open('/lustre/climate', '/lustre/genomics/results');
  const row = browse.row(1, 'README.md');
  await row.click();
  await page.keyboard.press('Control+c');
  await browse.pane(2).getByRole('grid').click({ position: { x: 200, y: 5 } });
  await page.keyboard.press('Control+v');
  const choice = browse.drawer.getByRole('checkbox', { name: /Compare every byte/ });
  await expect(choice).not.toBeChecked();
  const button = browse.drawer.locator('.button--primary');
  await expect(button).toBeEnabled();
  await choice.focus();
  await page.keyboard.press('Space');
  await expect(choice).toBeChecked();
  await expect(choice).toBeFocused();
  // It is another plan, and the keyboard stays where it is while that is made.
  await expect(button).toBeEnabled();
  await expect(choice).toBeFocused();
  if (process.env.SCREENSHOT) await page.screenshot({ path: process.env.SCREENSHOT });
  const request = page.waitForRequest((request) => request.url().endsWith('/api/start_move'));
  await button.click();
  expect(JSON.parse((await request).postData() ?? '{}').request.compare).toBe(true);
  await expect(browse.row(2, 'README.md')).toBeVisible({ timeout: 30_000 });
  await hydrated(page);
});
