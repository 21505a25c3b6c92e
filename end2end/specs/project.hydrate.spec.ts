// A project's own page: usage and limits, the trend, and what finished moves keep.
import AxeBuilder from '@axe-core/playwright';
import { desktop, expect, phone, test } from '../fixtures';
import { become, hydrated, moves } from '../pages';

test('a project tells what it uses, what it used, and for how long that lasts', async ({ page }) => {
  await page.goto('/projects');
  await hydrated(page);
  await page.getByRole('rowheader').getByRole('link', { name: 'climate' }).click();
  await expect(page).toHaveURL(/\/projects\/lustre\/climate$/);
  await expect(page.getByRole('heading', { level: 1 })).toHaveText('climate');
  await expect(page.getByRole('meter', { name: 'Bytes of climate' })).toHaveAttribute('aria-valuetext', /of 100 TiB/);
  // The past is read off the files while the server already answers.
  await expect(async () => {
    await page.reload();
    await expect(page.getByRole('img', { name: /^Bytes from .* to .* more than on 20/ })).toBeVisible({ timeout: 500 });
  }).toPass();
  await expect(page.getByRole('img', { name: /^Inodes from / })).toBeVisible();
  await page.getByText('Bytes as numbers').click();
  const rows = page.getByRole('table').first().getByRole('row');
  const last = (await page.getByRole('meter', { name: 'Bytes of climate' }).getAttribute('aria-valuetext'))?.split(' of ')[0] ?? '';
  await expect(rows.nth(1)).toContainText(last);
  await expect(page.getByText('Nothing. Originals of copies')).toBeVisible();
});

test('what a copy keeps is told, with its charge and its end', async ({ page }) => {
  await page.goto('/');
  await become(page, 'admin');
  // To another file system everything is copied, and the original kept.
  const id = await moves(page, { sources: ['/lustre/climate/README.md'], destination: '/scratch' });
  await page.goto('/projects/lustre/climate');
  const row = page.getByRole('row').filter({ has: page.getByRole('link', { name: 'README.md' }) });
  await expect(row).toContainText('1 inode');
  await expect(row.getByRole('time')).toHaveText(/^20\d\d-/);
  await row.getByRole('link').click();
  await expect(page).toHaveURL(new RegExp(`/moves/${id}$`));
});

test('who uses what is told once somebody asks, and each line leads to what it is about', async ({ page }) => {
  await page.goto('/projects/lustre/climate');
  await hydrated(page);
  const report = page.getByRole('region', { name: 'Who uses what' });
  await expect(report).toContainText('Not looked through yet');
  await report.getByRole('button', { name: 'Look through it' }).click();
  await expect(report.getByRole('status')).toContainText(/^3,\d\d\d entries · .* inodes, just now$/);
  await expect(report.getByRole('row', { name: /^alice/ })).toContainText('TiB');
  await expect(report.getByRole('row', { name: /^reanalysis-era5/ })).toContainText('38.0 TiB');
  await expect(report.getByText(/another project pays/)).toBeVisible();
  await report.getByText('Which?').click();
  await expect(report.getByRole('link', { name: '/lustre/climate/', exact: false }).first()).toBeVisible();
  // The largest first.
  const largest = report.getByRole('table', { name: 'Largest files' }).getByRole('row');
  await expect(largest).toHaveCount(11);
  await expect(largest.nth(1)).toContainText('2.00 TiB');

  // It is kept, and leads to things that can be chosen and moved.
  await page.reload();
  await hydrated(page);
  await report.getByRole('link', { name: 'more than 2 years ago' }).click();
  await expect(page).toHaveURL(/\/search\?.*older=730/);
  await expect(page.getByRole('link', { name: 'era5-2005.grib' })).toBeVisible();
  await page.goBack();
  await largest.nth(1).getByRole('link').click();
  await expect(page).toHaveURL(/\/browse\/lustre\/climate\/reanalysis-era5\?.*era5-2005/);
});

test('what is on tape is told with what it would be charged, and found', async ({ page }) => {
  await page.goto('/projects/lustre/archive');
  await hydrated(page);
  const report = page.getByRole('region', { name: 'Who uses what' });
  await report.getByRole('button', { name: 'Look through it' }).click();
  await expect(report.getByText(/^\d+ files are on tape only: their \d.* TiB are charged/)).toBeVisible();
  if (process.env.SHOTS) await page.screenshot({ path: `${process.env.SHOTS}/inventory.png`, fullPage: true });
  await report.getByRole('link', { name: 'Show them' }).click();
  await expect(page).toHaveURL(/\/search\?.*released=on/);
  await expect(page.getByRole('link', { name: 'calibration.tar' })).toBeVisible();
});

test('what another project pays for is repaired as a move, and an undo brings the old charges back', async ({ page }) => {
  await page.goto('/projects/lustre/climate');
  await hydrated(page);
  const report = page.getByRole('region', { name: 'Who uses what' });
  await report.getByRole('button', { name: /^Look/ }).click();
  await report.getByRole('button', { name: 'Plan a repair' }).click();
  const plan = page.getByRole('dialog');
  await expect(plan).toContainText('Nothing moves and no data is copied');
  await expect(plan).toContainText(/from *genomics/);
  await expect(plan).toContainText(/to *climate/);
  await plan.getByRole('button', { name: 'Repair 3 entries' }).click();
  const moved = page.getByRole('listitem').filter({ hasText: 'Repair: climate' });
  await expect(moved).toContainText('done');
  await report.getByRole('button', { name: 'Look again' }).click();
  await expect(report.getByText(/another project pays/)).toHaveCount(0);

  await moved.getByRole('button', { name: /^Undo/ }).click();
  await expect(plan).toContainText(/to *genomics/);
  await plan.getByRole('button', { name: 'Give back 3 entries' }).click();
  await expect(page.getByRole('listitem').filter({ hasText: 'Undo: climate' })).toContainText('done');
  await report.getByRole('button', { name: 'Look again' }).click();
  await expect(report.getByText(/another project pays/)).toBeVisible();
});

test('a project that one cannot see is not there', async ({ page, complaints }) => {
  complaints.expect(/404/);
  const answer = await page.goto('/projects/lustre/materials');
  expect(answer?.status()).toBe(404);
  await expect(page.getByText(/no project .* that you can see/)).toBeVisible();
});

for (const [name, viewport] of Object.entries({ desktop, phone })) {
  test(`it is accessible and whole at ${name} width`, async ({ page }) => {
    await page.setViewportSize(viewport);
    await expect(async () => {
      await page.goto('/projects/lustre/genomics');
      await expect(page.getByRole('img')).toHaveCount(2, { timeout: 500 });
    }).toPass();
    await hydrated(page);
    await page.getByRole('button', { name: 'Look through it' }).click();
    await expect(page.getByRole('table', { name: 'Largest files' })).toBeVisible();
    const { violations } = await new AxeBuilder({ page }).analyze();
    expect(violations.map(({ id, nodes }) => `${id}: ${nodes.map((node) => node.html).join(' ')}`)).toEqual([]);
    const overflow = await page.evaluate(() => document.documentElement.scrollWidth - document.documentElement.clientWidth);
    expect(overflow).toBeLessThanOrEqual(0);
  });
}
