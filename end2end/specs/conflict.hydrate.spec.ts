// A name that is taken at the destination: asked about in the plan, and never settled unseen.
import AxeBuilder from '@axe-core/playwright';
import { type Page } from '@playwright/test';
import { expect, phone, test } from '../fixtures';
import { Browse, become, moves } from '../pages';

const climate = '/lustre/climate';
const genomics = '/lustre/genomics';

test.describe.configure({ timeout: 90_000 });

test.beforeEach(async ({ page }) => {
  await page.goto('/');
  await become(page, 'admin');
  // `genomics` has `results` already, and now `climate` has some too, and they differ.
  await moves(page, { sources: [`${climate}/figures-for-paper`], destination: climate, as: 'results' });
});

/** Holds `results` over the folder that has one. */
async function propose(page: Page): Promise<Browse> {
  const browse = new Browse(page);
  await browse.open(climate, genomics);
  await browse.dragOver('results', browse.pane(2).getByRole('columnheader').first());
  await expect(browse.card).toContainText('Name is taken: you choose in the plan');
  await expect(browse.card).toContainText(/Fits\./);
  await browse.drop();
  await expect(browse.drawer.getByRole('group', { name: '“results” is there already' })).toBeVisible();
  await expect(browse.drawer.getByRole('button', { name: /^Move / })).toBeDisabled();
  await expect(browse.drawer).not.toContainText('--on-conflict');
  return browse;
}

async function accessible(page: Page): Promise<void> {
  const { violations } = await new AxeBuilder({ page }).include('dialog[open]').analyze();
  expect(violations.map(({ id, nodes }) => `${id}: ${nodes.map((node) => node.html).join(' ')}`)).toEqual([]);
}

test('both are kept, the one that moves under a new name', async ({ page }) => {
  const browse = await propose(page);
  await accessible(page);
  await browse.drawer.getByRole('radio', { name: /Keep both/ }).check();
  await expect(browse.drawer).toContainText('Gets the name “results (2)”.');
  await accessible(page);
  await browse.start();
  await expect(browse.row(2, 'results (2)')).toBeVisible({ timeout: 30_000 });
  await expect(browse.row(2, 'results')).toBeVisible();
  await expect(browse.row(1, 'results')).toHaveCount(0);
});

test('one is replaced, and comes back with the undo', async ({ page }) => {
  const browse = await propose(page);
  // One may try what would happen, and choose again.
  await expect(browse.drawer.getByRole('radio', { name: /Skip/ })).toHaveCount(0);
  await browse.drawer.getByRole('radio', { name: /Merge folders/ }).check();
  await expect(browse.drawer).toContainText('26 items');
  await browse.drawer.getByRole('radio', { name: /Replace/ }).check();
  await expect(browse.drawer).toContainText('Replaces what is there.');
  await browse.drawer.getByRole('button', { name: 'Move and replace' }).click();
  await expect(browse.row(1, 'results')).toHaveCount(0, { timeout: 30_000 });
  await browse.open(`${genomics}/results`);
  await expect(browse.row(1, 'latest.png')).toBeVisible();
  await page.getByRole('link', { name: 'Moves' }).first().click();
  await expect(page.getByRole('heading', { name: 'Moves', level: 1 })).toBeVisible();
  await page.getByRole('link', { name: /results/ }).first().click();
  await page.getByRole('main').getByRole('button', { name: 'Undo…' }).click();
  await expect(browse.drawer).toContainText('What it had replaced comes back.');
  await browse.drawer.getByRole('button', { name: /^Move back/ }).click();
  await expect(page.getByText(/undone by/i)).toBeVisible({ timeout: 30_000 });
  await browse.open(`${genomics}/results`, `${climate}/results`);
  await expect(browse.row(1, 'summary-01.tsv')).toBeVisible({ timeout: 30_000 });
  await expect(browse.row(2, 'latest.png')).toBeVisible();
});

test('the keyboard alone chooses, tries and starts', async ({ page }) => {
  const browse = new Browse(page);
  await browse.open(climate, genomics);
  await browse.row(1, 'results').focus();
  await page.keyboard.press('Space');
  await page.keyboard.press('Control+x');
  await browse.row(2, 'results').focus();
  await page.keyboard.press('Control+v');
  const radio = (name: RegExp) => browse.drawer.getByRole('radio', { name });
  await expect(radio(/Keep both/)).toBeVisible();
  for (let step = 0; step < 6 && !(await radio(/Keep both/).evaluate((it) => it === document.activeElement)); step += 1) {
    await page.keyboard.press('Tab');
  }
  await page.keyboard.press('Space');
  await expect(radio(/Keep both/)).toBeChecked();
  await expect(browse.drawer).toContainText('results (2)');
  // The plan is made anew; the keyboard stays where it was.
  await page.keyboard.press('ArrowUp');
  await expect(radio(/Merge folders/)).toBeChecked();
  await expect(radio(/Merge folders/)).toBeFocused();
  await expect(browse.drawer).toContainText('It stays behind, empty.');
  await page.keyboard.press('ArrowDown');
  await expect(radio(/Keep both/)).toBeFocused();
  const button = browse.drawer.getByRole('button', { name: /^Move / });
  await expect(button).toBeEnabled();
  for (let step = 0; step < 6 && !(await button.evaluate((it) => it === document.activeElement)); step += 1) {
    await page.keyboard.press('Tab');
  }
  await page.keyboard.press('Enter');
  await expect(browse.row(2, 'results (2)')).toBeVisible({ timeout: 30_000 });
});

test('several names are decided at once, and one of them otherwise', async ({ page }) => {
  await moves(page, { sources: [`${climate}/README.md`], destination: genomics });
  await moves(page, { sources: [`${climate}/common/grid.nc`], destination: climate, as: 'README.md' });
  const browse = new Browse(page);
  await page.setViewportSize(phone);
  await browse.open(climate);
  await browse.row(1, 'results').getByRole('checkbox').check();
  await browse.row(1, 'README.md').getByRole('checkbox').check();
  await page.getByRole('button', { name: /^Move to/ }).first().click();
  await page.getByLabel('Destination folder').fill(genomics);
  await page.getByRole('button', { name: 'Show the plan' }).click();
  await expect(browse.drawer.getByRole('group', { name: '2 names are there already' })).toBeVisible();
  await browse.drawer.getByRole('radio', { name: /Merge folders/ }).check();
  await expect(browse.drawer).toContainText('Gets the name “README (2).md”.');
  await browse.drawer.getByText('Choose for each').click();
  await expect(browse.drawer.getByLabel('results')).toHaveValue('Merge folders');
  await browse.drawer.getByLabel('README.md').selectOption('Replace');
  await expect(browse.drawer.getByRole('button', { name: 'Move and replace' })).toBeEnabled();
  await expect(browse.drawer.getByRole('radio', { checked: true })).toHaveCount(0);
  await browse.drawer.getByLabel('README.md').selectOption('Skip');
  await expect(browse.drawer).toContainText('1 item is skipped: its name is taken.');
  await expect(browse.drawer.getByRole('button', { name: /^Move \d+ entries/ })).toBeEnabled();
  await accessible(page);
  const overflow = await browse.drawer.evaluate((drawer) => drawer.scrollWidth - drawer.clientWidth);
  expect(overflow).toBeLessThanOrEqual(0);
});
