// What is clicked before the page's program has arrived.
import { expect, test } from '../fixtures';
import { become, call, hydrated } from '../pages';
import type { Locator, Page } from '@playwright/test';

/** Clicks while the page's program is held up, twice as people do, and lets it come then. */
async function clickEarly(page: Page, path: string, button: Locator): Promise<void> {
  let letIt = () => {};
  const arrives = new Promise<void>((resolve) => { letIt = resolve; });
  await page.route('**/*.wasm', async (route) => {
    await arrives;
    await route.continue();
  });
  await page.goto(path, { waitUntil: 'domcontentloaded' });
  await button.click();
  await button.click();
  await expect(page.locator('[data-hydrated]')).toHaveCount(0);
  letIt();
  await hydrated(page);
}

test('a click before the program has arrived is not lost', async ({ page }) => {
  await page.goto('/');
  await become(page, 'admin');
  const tools = page.locator('[data-project="shared-tools"]');
  await clickEarly(page, '/board/drift', tools.getByRole('button', { name: 'Scan shared-tools' }));
  await expect(tools).toContainText('more than its hard limit of 150', { timeout: 30_000 });
});

test('nor on a page that had waited for what it shows', async ({ page }) => {
  await page.goto('/');
  const request = { verb: 'trash', sources: ['/lustre/climate/README.md'], destination: '/lustre/climate' };
  const { id } = await call<{ id: string }>(page, 'start_move', { request });
  await expect.poll(async () => (await call<{ state: string }>(page, 'move_detail', { id })).state, { timeout: 30_000 }).toBe('done');
  const thing = page.getByRole('main').getByRole('listitem').filter({ hasText: 'README.md' });
  await clickEarly(page, '/trash', thing.getByRole('button', { name: /^Delete for good/ }));
  await expect(thing).toContainText('Nothing can bring it back.');
});
