// Copies that leave their original, and the trash: in by the keyboard, out on its page, and gone for good.
import AxeBuilder from '@axe-core/playwright';
import { expect, test } from '../fixtures';
import { Browse } from '../pages';

const FOLDER = '/lustre/climate/figures-for-paper';

test('a copy leaves its original, and beside it gets a name of its own', async ({ page }) => {
  const browse = new Browse(page);
  await browse.open('/lustre/climate', '/lustre/genomics');
  await browse.row(1, 'README.md').click({ position: { x: 400, y: 10 } });
  await page.keyboard.press('Control+c');
  await expect(browse.row(1, 'README.md')).not.toHaveClass(/cut/);
  await page.keyboard.press('Control+v');
  await expect(browse.drawer).toContainText('Gets the name “README (2).md”.');
  await expect(browse.drawer).toContainText('The original stays as it is.');
  await browse.drawer.getByRole('button', { name: 'Copy 1 file' }).click();
  await expect(browse.row(1, 'README (2).md')).toBeVisible({ timeout: 30_000 });
  await expect(browse.row(1, 'README.md')).toBeVisible();

  await browse.tray.getByRole('button', { name: 'Undo…' }).first().click();
  await browse.drawer.getByRole('button', { name: 'Trash 1 file' }).click();
  await expect(browse.row(1, 'README (2).md')).toHaveCount(0, { timeout: 30_000 });
});

test('what is deleted waits in the trash, with its charge, and comes back', async ({ page }) => {
  const browse = new Browse(page);
  await browse.open('/lustre/climate');
  const name = FOLDER.split('/').at(-1)!;
  await browse.row(1, name).click({ position: { x: 400, y: 10 } });
  await page.keyboard.press('Delete');
  await expect(browse.drawer).toContainText(`Put “${name}” into the trash`);
  await expect(browse.drawer).toContainText('Nothing is deleted now.');
  await expect(browse.drawer).toContainText('stays charged');
  await browse.drawer.locator('.button--primary').click();
  await expect(browse.row(1, name)).toHaveCount(0, { timeout: 30_000 });

  await page.getByRole('navigation', { name: 'Pages' }).getByRole('link', { name: 'Trash' }).click();
  const thing = page.getByRole('main').getByRole('listitem').filter({ hasText: name });
  await expect(thing).toContainText('kept until');
  await expect(thing).toContainText('climate');
  expect((await new AxeBuilder({ page }).analyze()).violations).toEqual([]);
  const wide = page.viewportSize()!;
  await page.setViewportSize({ width: 390, height: 844 });
  const box = (await thing.boundingBox())!;
  expect(box.x + box.width, 'it is cut off on a phone').toBeLessThanOrEqual(390);
  await page.setViewportSize(wide);
  await thing.getByRole('button', { name: 'Restore…' }).click();
  await expect(browse.drawer).toContainText('It was only hidden');
  await browse.drawer.locator('.button--primary').click();
  await expect(thing).toHaveCount(0, { timeout: 30_000 });
  await expect(page.getByText('The trash is empty')).toBeVisible();
  await browse.open('/lustre/climate');
  await expect(browse.row(1, name)).toBeVisible();
});

test('what is deleted for good cannot come back', async ({ page }) => {
  const browse = new Browse(page);
  await browse.open('/lustre/climate');
  await browse.row(1, 'README.md').click({ button: 'right' });
  await page.getByRole('menuitem', { name: 'Put into the trash…' }).click();
  await browse.drawer.locator('.button--primary').click();
  await expect(browse.row(1, 'README.md')).toHaveCount(0, { timeout: 30_000 });
  await page.goto('/trash');
  const thing = page.getByRole('main').getByRole('listitem').filter({ hasText: 'README.md' });
  await thing.getByRole('button', { name: /^Delete for good/ }).click();
  await expect(thing).toContainText('Nothing can bring it back.');
  await thing.getByRole('button', { name: 'Delete for good', exact: true }).click();
  await expect(page.getByText('The trash is empty')).toBeVisible({ timeout: 30_000 });
  await page.goto('/moves');
  await page.getByRole('link', { name: 'Trash: README.md' }).click();
  await expect(page.getByRole('main')).toContainText('purged');
  await expect(page.getByRole('main').getByRole('button', { name: 'Restore…' })).toHaveCount(0);
});
