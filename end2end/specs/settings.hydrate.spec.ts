// What one chooses for oneself: at once, on every page, and after a reload.
import { expect, test } from '../fixtures';
import { hydrated } from '../pages';

test('rows lie closer once that is chosen, and still after a reload', async ({ page }) => {
  const height = () => page.getByRole('row', { name: /README/ }).evaluate((row) => row.getBoundingClientRect().height);
  await page.goto('/browse/lustre/climate');
  await hydrated(page);
  expect(await height()).toBe(32);
  await page.getByTitle('In the demo you may be anybody').click();
  await page.getByRole('link', { name: 'Settings' }).click();
  await expect(page.getByRole('heading', { level: 1 })).toHaveText('Settings');
  await expect(page.getByRole('link', { name: 'Settings' })).toBeHidden();
  await page.getByRole('radio', { name: 'Compact' }).check();
  await page.goto('/browse/lustre/climate');
  await hydrated(page);
  expect(await height()).toBe(24);
  // All rows are where they can be reached.
  await page.goto('/browse/lustre/climate/ensemble-2026-09/member-01');
  await hydrated(page);
  await page.getByRole('grid').focus();
  await page.keyboard.press('End');
  await expect(page.getByRole('row').last()).toBeInViewport();
});

test('sizes are told in the units that are chosen, by the server as in the browser', async ({ page }) => {
  await page.goto('/settings');
  await hydrated(page);
  await expect(page.getByText('2,000,000 bytes is shown as 1.91 MiB')).toBeVisible();
  await page.getByRole('radio', { name: /^Decimal/ }).check();
  await expect(page.getByText('2,000,000 bytes is shown as 2.00 MB')).toBeVisible();
  await hydrated(page);
  await expect(page.getByRole('radio', { name: /^Decimal/ })).toBeChecked();
  await page.goto('/projects/lustre/climate');
  await expect(page.getByRole('meter', { name: 'Bytes of climate' })).toHaveAttribute('aria-valuetext', /TB of 110 TB/);
  await hydrated(page);
  await expect(page.getByRole('meter', { name: 'Bytes of climate' })).toHaveAttribute('aria-valuetext', /TB of 110 TB/);
});
