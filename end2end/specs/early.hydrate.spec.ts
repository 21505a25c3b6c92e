// What is clicked before the page's program has arrived.
import { expect, test } from '../fixtures';
import { become, hydrated } from '../pages';

test('a click before the program has arrived is not lost', async ({ page }) => {
  await page.goto('/');
  await become(page, 'admin');
  let letIt = () => {};
  const arrives = new Promise<void>((resolve) => { letIt = resolve; });
  await page.route('**/*.wasm', async (route) => {
    await arrives;
    await route.continue();
  });
  await page.goto('/board/drift', { waitUntil: 'domcontentloaded' });
  const tools = page.locator('[data-project="shared-tools"]');
  const scan = tools.getByRole('button', { name: 'Scan shared-tools' });
  await scan.click();
  await scan.click();
  await expect(page.locator('[data-hydrated]')).toHaveCount(0);
  letIt();
  await hydrated(page);
  await expect(tools).toContainText('more than its hard limit of 150', { timeout: 30_000 });
});
