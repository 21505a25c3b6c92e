// A folder of many thousands: only what can be seen is drawn, and everything can be reached.
import { closeSync, mkdirSync, mkdtempSync, openSync, rmSync, truncateSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { expect, phone, test as base } from '../fixtures';
import { Browse, hydrated } from '../pages';

const FILES = 30_000;
const name = (number: number): string => `sample-${String(number).padStart(5, '0')}.dat`;

const test = base.extend<{ many: string }>({
  // A folder `many` of files and one folder.
  many: async ({}, use) => {
    const many = join(mkdtempSync(join(tmpdir(), 'tidelock-listing-')), 'many');
    mkdirSync(join(many, 'zz-sub'), { recursive: true });
    for (let number = 0; number < FILES; number += 1) closeSync(openSync(join(many, name(number)), 'w'));
    truncateSync(join(many, name(777)), 5_000_000);
    await use(many);
    rmSync(dirname(many), { recursive: true, force: true });
  },
  serverVerb: 'serve',
  serverOptions: async ({ many }, use) => use(['--root', dirname(many)]),
});

test.describe.configure({ timeout: 90_000 });

test.beforeEach(async ({ page, server, many }) => {
  await page.goto(server.url);
  await page.goto(`/browse${many}`);
  await hydrated(page);
  await expect(page.getByText('30,001 entries', { exact: true })).toBeVisible();
});

test('the last row is one key away, and few rows are ever drawn', async ({ page }) => {
  const browse = new Browse(page);
  const drawn = async (): Promise<number> => page.locator('.folder-row').count();
  await expect(page.getByRole('grid')).toHaveAttribute('aria-rowcount', '30002');
  await browse.row(1, 'zz-sub').click({ position: { x: 400, y: 10 } });
  await page.keyboard.press('End');
  await expect(browse.row(1, name(FILES - 1))).toBeFocused();
  await expect(browse.row(1, name(FILES - 1))).toHaveAttribute('aria-rowindex', '30002');
  expect(await drawn()).toBeLessThan(80);
  await page.keyboard.press('PageUp');
  await expect(browse.row(1, name(FILES - 21))).toBeFocused();
  await page.keyboard.press('Home');
  await expect(browse.row(1, 'zz-sub')).toBeFocused();
  expect(await drawn()).toBeLessThan(80);
});

test('what one types brings the keyboard there', async ({ page }) => {
  const browse = new Browse(page);
  await browse.row(1, 'zz-sub').click({ position: { x: 400, y: 10 } });
  await page.keyboard.type('SAMPLE-2134');
  await expect(browse.row(1, name(21_340))).toBeFocused();
  await expect(page.getByText('1 selected')).toBeVisible();
});

test('the keyboard stays in the rows when its own is scrolled away', async ({ page }) => {
  const browse = new Browse(page);
  await browse.row(1, name(3)).click({ position: { x: 400, y: 10 } });
  await page.locator('#rows-1').evaluate((rows) => (rows.scrollTop = rows.scrollHeight / 2));
  await expect(page.getByText(name(FILES / 2), { exact: true })).toBeVisible();
  await expect(page.getByRole('grid')).toBeFocused();
  await page.keyboard.press('ArrowDown');
  await expect(browse.row(1, name(4))).toBeFocused();
});

test('a range may reach beyond what is drawn, but not beyond what can be chosen', async ({ page }) => {
  const browse = new Browse(page);
  await browse.row(1, name(0)).click({ position: { x: 400, y: 10 } });
  await page.locator('#rows-1').evaluate((rows) => (rows.scrollTop = 5000 * 32));
  await browse.row(1, name(5000)).click({ position: { x: 400, y: 10 }, modifiers: ['Shift'] });
  await expect(page.getByText('5,001 selected')).toBeVisible();
  await page.keyboard.press('Control+a');
  await expect(page.getByRole('paragraph').filter({ hasText: 'At most 10,000 entries' })).toBeVisible();
  await expect(page.getByText('5,001 selected')).toBeVisible();
});

test('order and filter are those of the whole folder', async ({ page }) => {
  const browse = new Browse(page);
  await page.getByRole('link', { name: 'Size' }).click();
  await page.getByRole('link', { name: 'Size' }).click();
  await expect(browse.row(1, name(777))).toHaveAttribute('aria-rowindex', '3');
  await page.getByLabel('Filter by name').fill('-299');
  await expect(page.getByText('100 entries matching “-299”')).toBeVisible();
  await page.getByLabel('Filter by name').fill('-2999x');
  await expect(page.getByText('No name matches')).toBeVisible();
});

test('a phone scrolls it too', async ({ page }) => {
  await page.setViewportSize(phone);
  await page.locator('#rows-1').evaluate((rows) => (rows.scrollTop = rows.scrollHeight));
  await expect(page.getByText(name(FILES - 1), { exact: true })).toBeInViewport();
});
