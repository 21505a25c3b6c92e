// What one does with single files: a new folder, another name, a look into one, a download.
import { readFile } from 'node:fs/promises';
import { expect, test } from '../fixtures';
import { Browse } from '../pages';

test('a folder is made, renamed by keyboard, and the new name is undone', async ({ page, complaints }) => {
  complaints.expect(/create_folder/);
  const browse = new Browse(page);
  await browse.open('/lustre/climate');
  await browse.row(1, 'common').click({ position: { x: 400, y: 10 } });
  await page.keyboard.press('F7');
  await page.getByLabel('Name', { exact: true }).fill('common');
  await page.keyboard.press('Enter');
  await expect(page.getByRole('dialog')).toContainText("'common' is there already.");
  await page.getByLabel('Name', { exact: true }).fill('a/b');
  await page.keyboard.press('Enter');
  await expect(page.getByRole('dialog')).toContainText('This cannot be a name');
  await page.getByLabel('Name', { exact: true }).fill('sorted by year');
  await page.keyboard.press('Enter');
  await expect(browse.row(1, 'sorted by year')).toBeFocused();

  await page.keyboard.press('F2');
  await expect(page.getByLabel('Name', { exact: true })).toHaveValue('sorted by year');
  await page.getByLabel('Name', { exact: true }).fill('by year');
  await page.keyboard.press('Enter');
  await expect(browse.row(1, 'by year')).toBeFocused();
  await expect(browse.row(1, 'sorted by year')).toHaveCount(0);
  await expect(browse.drawer).toBeHidden();

  await browse.tray.getByRole('button', { name: /^Undo/ }).click();
  await browse.drawer.getByRole('button', { name: /^(Undo|Move)/ }).click();
  await expect(browse.row(1, 'sorted by year')).toBeVisible();
});

test('a name that is taken is asked about in the drawer', async ({ page }) => {
  const browse = new Browse(page);
  await browse.open('/lustre/climate');
  await browse.row(1, 'README.md').click({ button: 'right' });
  await page.getByRole('menuitem', { name: 'Rename…' }).click();
  await page.getByLabel('Name', { exact: true }).fill('common');
  await page.keyboard.press('Enter');
  await expect(browse.drawer).toContainText('common');
  await expect(browse.drawer.getByRole('button', { name: /^Move / })).toBeDisabled();
});

test('a file comes down with its name and its content', async ({ page }) => {
  const browse = new Browse(page);
  await browse.open('/lustre/climate');
  const coming = page.waitForEvent('download');
  await browse.row(1, 'README.md').click({ button: 'right' });
  await page.getByRole('menuitem', { name: 'Download' }).click();
  const download = await coming;
  expect(download.suggestedFilename()).toBe('README.md');
  expect(await readFile(await download.path(), 'utf8')).toMatch(/^# Climate/);
});

test('a text, a picture and a document are shown without downloading them', async ({ page }) => {
  const browse = new Browse(page);
  await browse.open('/lustre/climate');
  await browse.row(1, 'README.md').dblclick({ position: { x: 400, y: 10 } });
  await expect(page.getByRole('dialog').getByLabel('Content')).toContainText('grids and orography');
  await page.keyboard.press('Escape');
  await browse.open('/lustre/climate/figures-for-paper');
  await browse.row(1, 'figure-03.png').dblclick({ position: { x: 400, y: 10 } });
  const picture = page.getByRole('dialog').getByRole('img', { name: 'figure-03.png' });
  await expect.poll(() => picture.evaluate((image: HTMLImageElement) => image.naturalWidth)).toBe(480);
});
