import { expect, test } from '../fixtures';

test('the address that the program names opens a page', async ({ page, server }) => {
  const answer = await page.goto(server.url);
  expect(answer?.status()).toBe(200);
  await expect(page).toHaveTitle(/Tidelock/);
  await expect(page.getByRole('main')).toBeVisible();
});
