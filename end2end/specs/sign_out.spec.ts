import { expect, test } from '../fixtures';

test('one signs out in the menu of the user, and is told how to come back', async ({ page }) => {
  await page.goto('/');
  await page.locator('summary', { hasText: 'alice' }).click();
  await page.getByRole('button', { name: 'Become bob' }).click();
  await page.locator('summary', { hasText: 'bob' }).click();
  await page.getByRole('button', { name: 'Sign out' }).click();
  await expect(page.getByRole('heading', { level: 1 })).toHaveText('You are signed out');
  await page.getByRole('link', { name: 'Back to the demo' }).click();
  await expect(page.locator('summary', { hasText: 'alice' })).toBeVisible();
});
