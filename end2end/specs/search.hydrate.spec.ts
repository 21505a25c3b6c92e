// Search below a folder, and a move of what was found.
import { expect, test } from '../fixtures';
import { Browse, hydrated } from '../pages';

test('what is found below a folder is moved, from several folders at once', async ({ page }) => {
  const browse = new Browse(page);
  await browse.open('/lustre/climate');
  await browse.row(1, 'common').click({ position: { x: 400, y: 10 } });
  await page.keyboard.press('F3');
  await expect(page).toHaveURL(/\/search\?in=/);
  await page.getByLabel('Name', { exact: true }).fill('o*.nc');
  await page.getByLabel('At least').fill('much');
  await page.keyboard.press('Enter');
  await expect(page.getByText('Write a size like 500 MiB or 2 TiB.')).toBeVisible();
  await page.getByLabel('At least').fill('800 MiB');
  await page.getByLabel('Not changed for').fill('1 h');
  await page.keyboard.press('Enter');
  await expect(page.getByRole('status').filter({ hasText: 'among' })).toContainText(/^1 result among/);
  await expect(page.getByRole('row', { name: /orography\.nc/ })).toContainText('common');

  await page.getByLabel('Name', { exact: true }).fill('o');
  await page.getByLabel('At least').fill('');
  await page.getByLabel('Kind').selectOption('Files');
  await page.keyboard.press('Enter');
  await page.getByRole('button', { name: 'Search' }).click();
  await expect(page.getByRole('status').filter({ hasText: 'among' })).toBeVisible();
  await page.reload();
  await hydrated(page);
  await page.getByRole('checkbox', { name: 'Select orography.nc' }).check();
  await page.getByRole('checkbox', { name: 'Select model.log' }).first().check();
  await page.getByRole('button', { name: 'Move to…' }).click();
  await page.getByLabel('Destination folder').fill('/lustre/climate/shared-grids');
  await page.getByRole('button', { name: 'Show the plan' }).click();
  await browse.start();
  await browse.open('/lustre/climate/shared-grids');
  await expect(browse.row(1, 'orography.nc')).toBeVisible();
  await expect(browse.row(1, 'model.log')).toBeVisible();
});

test('results are cut in one place and pasted in another', async ({ page }) => {
  const browse = new Browse(page);
  await page.goto('/search?in=%2Flustre%2Fclimate&name=readme');
  await hydrated(page);
  await page.getByRole('checkbox', { name: 'Select all results' }).check();
  await page.getByRole('button', { name: 'Cut' }).click();
  await page.getByRole('link', { name: 'in this folder' }).click();
  await page.getByRole('link', { name: 'common' }).click();
  await page.getByRole('button', { name: 'Paste 1 item here' }).click();
  await browse.start();
  await expect(browse.row(1, 'README.md')).toBeVisible();
});

test('nothing found says so', async ({ page }) => {
  await page.goto('/search?in=%2Flustre%2Fclimate&name=no+such+thing');
  await hydrated(page);
  await expect(page.getByText('Nothing found')).toBeVisible();
});
