// The command palette: everything that can be done and gone to, by typing.
import AxeBuilder from '@axe-core/playwright';
import { desktop, expect, phone, test } from '../fixtures';
import { Browse, hydrated } from '../pages';

test('what is typed is done, and the keyboard comes back', async ({ page }) => {
  const browse = new Browse(page);
  await browse.open('/lustre/climate');
  await browse.row(1, 'common').click({ position: { x: 400, y: 10 } });
  await page.keyboard.press('Control+k');
  const field = page.getByRole('combobox', { name: 'Command, project or folder' });
  await expect(field).toBeFocused();
  await expect(page.getByRole('option', { name: /^Rename “common”…/ })).toContainText('F2');
  await field.fill('folder new');
  await expect(page.getByRole('option').first()).toHaveAccessibleName(/^New folder…/);
  await expect(page.getByRole('option').first()).toHaveAttribute('aria-selected', 'true');
  await page.keyboard.press('Enter');
  await page.getByLabel('Name', { exact: true }).fill('by palette');
  await page.keyboard.press('Enter');
  await expect(browse.row(1, 'by palette')).toBeFocused();

  await page.keyboard.press('Control+k');
  await expect(field).toBeFocused();
  await page.keyboard.press('Escape');
  await expect(page.getByRole('dialog')).toHaveCount(0);
  await expect(browse.row(1, 'by palette')).toBeFocused();
});

test('a key that comes right after it has closed is a shortcut again', async ({ page }) => {
  await page.goto('/browse/lustre/climate');
  await hydrated(page);
  const dialog = page.getByRole('dialog');
  for (let time = 0; time < 3; time++) {
    await page.keyboard.press('Control+k');
    await expect(page.getByRole('combobox')).toBeFocused();
    await Promise.all([page.keyboard.press('Escape'), page.keyboard.press('?')]);
    await expect(dialog.getByRole('heading', { name: 'Keyboard shortcuts' })).toBeVisible();
    await page.keyboard.press('Escape');
    await expect(dialog).toBeHidden();
  }
});

test('arrow keys go around, and the field says where they are', async ({ page }) => {
  const browse = new Browse(page);
  await browse.open('/lustre/climate');
  await page.getByRole('button', { name: 'Commands' }).click();
  const field = page.getByRole('combobox', { name: 'Command, project or folder' });
  await field.fill('sort by');
  const options = page.getByRole('option');
  await expect(options).toHaveCount(6);
  const chosen = page.locator('[role=option][aria-selected=true]');
  await expect(chosen).toHaveCount(1);
  await page.keyboard.press('ArrowUp');
  await expect(options.last()).toHaveAttribute('aria-selected', 'true');
  await expect(options.last()).toHaveAccessibleName('Search for “sort by” below /lustre/climate');
  await expect(field).toHaveAttribute('aria-activedescendant', (await options.last().getAttribute('id')) ?? '');
  await page.keyboard.press('ArrowDown');
  await expect(options.first()).toHaveAttribute('aria-selected', 'true');
  await field.fill('sort size');
  await page.keyboard.press('Enter');
  await expect(page).toHaveURL(/sort=size/);
  await page.keyboard.press('Control+k');
  await field.fill('zqx');
  await expect(options).toHaveCount(1);
  await page.keyboard.press('Enter');
  await expect(page).toHaveURL(/\/search\?in=%2Flustre%2Fclimate&name=zqx/);
});

test('projects, recent folders and typed paths are opened, in the pane that has the keyboard', async ({ page }) => {
  const browse = new Browse(page);
  await browse.open('/lustre/climate/ensemble-2026-09');
  await page.goto('/guarantees');
  await hydrated(page);
  const field = page.getByRole('combobox', { name: 'Command, project or folder' });
  await page.keyboard.press('Control+k');
  await field.fill('ensemb');
  await page.getByRole('option', { name: 'ensemble-2026-09 /lustre/climate/ensemble-2026-09' }).click();
  await expect(page).toHaveURL(/\/browse\/lustre\/climate\/ensemble-2026-09$/);
  await expect(browse.row(1, 'member-01')).toBeVisible();

  await browse.open('/lustre/climate', '/lustre/climate/common');
  await browse.pane(2).getByText('orography.nc').click();
  await page.keyboard.press('Control+k');
  await field.fill('genomics');
  await expect(page.getByRole('option').first()).toHaveAccessibleName('genomics /lustre/genomics');
  await page.keyboard.press('Enter');
  await expect(page).toHaveURL(/\/browse\/lustre\/climate\?pane2=\/lustre\/genomics&active=2/);
  await page.keyboard.press('Control+k');
  await field.fill('/lustre/climate/old-laptop');
  await page.getByRole('option', { name: 'Open /lustre/climate/old-laptop' }).click();
  await expect(page).toHaveURL(/pane2=\/lustre\/climate\/old-laptop/);
});

test('a selection is moved, and colours are changed', async ({ page }) => {
  const browse = new Browse(page);
  await browse.open('/lustre/climate', '/lustre/genomics');
  await browse.row(1, 'README.md').click({ position: { x: 300, y: 10 } });
  await page.keyboard.press('Control+k');
  const field = page.getByRole('combobox', { name: 'Command, project or folder' });
  await field.fill('move to genomics');
  await page.keyboard.press('Enter');
  await expect(browse.drawer).toContainText('README.md');
  // Another dialog is open: it is answered first.
  await page.keyboard.press('Control+k');
  await expect(field).toHaveCount(0);
  await page.keyboard.press('Escape');
  await page.keyboard.press('Control+k');
  await field.fill('dark');
  await page.keyboard.press('Enter');
  await expect(page.locator('html')).toHaveAttribute('data-theme', 'dark');
  await expect(page.getByRole('button', { name: 'Colours: dark' })).toBeVisible();
});

test('buttons of other pages are commands too', async ({ page }) => {
  await page.goto('/search?in=%2Flustre%2Fclimate&name=readme');
  await hydrated(page);
  await page.getByRole('checkbox', { name: 'Select all results' }).check();
  await page.keyboard.press('Control+k');
  const field = page.getByRole('combobox', { name: 'Command, project or folder' });
  await field.fill('cut');
  await page.keyboard.press('Enter');
  await expect(page.getByRole('paragraph').filter({ hasText: 'Open a folder and paste' })).toBeVisible();
});

for (const [name, viewport] of Object.entries({ desktop, phone })) {
  test(`it is accessible and whole at ${name} width`, async ({ page }) => {
    await page.setViewportSize(viewport);
    await page.goto('/browse/lustre/climate');
    await hydrated(page);
    await page.getByRole('button', { name: 'Commands' }).click();
    await expect(page.getByRole('option').first()).toBeVisible();
    const { violations } = await new AxeBuilder({ page }).analyze();
    expect(violations.map(({ id, nodes }) => `${id}: ${nodes.map((node) => node.html).join(' ')}`)).toEqual([]);
    const overflow = await page.getByRole('dialog').evaluate((dialog) => dialog.scrollWidth - dialog.clientWidth);
    expect(overflow).toBeLessThanOrEqual(0);
    await page.getByRole('button', { name: 'Close' }).click();
    await expect(page.getByRole('dialog')).toHaveCount(0);
  });
}
