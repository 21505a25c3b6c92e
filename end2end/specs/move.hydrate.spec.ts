import { expect, test } from '../fixtures';
import { Browse, become } from '../pages';

const small = 'figures-for-paper';
const long = 'ensemble-2026-09';
const tooBig = 'reanalysis-era5';

test.describe.configure({ timeout: 90_000 });

test.beforeEach(async ({ page }) => {
  await page.goto('/');
  await become(page, 'admin');
});

test('a folder dragged to another project is planned, moved, watched and undone', async ({ page }) => {
  const browse = new Browse(page);
  await browse.open('/lustre/climate', '/lustre/genomics/results');
  await browse.dragOver(small, browse.pane(2).getByRole('grid'));
  await expect(browse.card).toContainText(/no copy|Instant/i);
  await expect(browse.card).toContainText(/fits/i);
  await browse.drop();
  await expect(browse.drawer).toContainText(/retag and rename|No data is copied/i);
  await expect(browse.drawer).toContainText(/climate/);
  await expect(browse.drawer).toContainText(/genomics/);
  if (process.env.SCREENSHOT) await page.screenshot({ path: process.env.SCREENSHOT });
  await browse.start();
  await expect(browse.tray).toBeVisible();
  await expect(browse.row(2, small)).toBeVisible({ timeout: 30_000 });
  await expect(browse.row(1, small)).toHaveCount(0);
  await page.getByRole('link', { name: 'Moves' }).first().click();
  await expect(page.getByRole('heading', { name: 'Moves', level: 1 })).toBeVisible();
  await page.getByRole('link', { name: new RegExp(small) }).first().click();
  await expect(page.getByText('committed', { exact: false }).first()).toBeVisible();
  await page.getByRole('main').getByRole('button', { name: 'Undo…' }).click();
  await expect(browse.drawer).toContainText('/lustre/climate/figures-for-paper');
  await browse.drawer.locator('.button--primary').click();
  await expect(browse.drawer).toBeHidden();
  await expect(page.getByText(/undone by/i)).toBeVisible({ timeout: 30_000 });
  await page.getByRole('main').getByRole('link', { name: '/lustre/climate', exact: true }).click();
  await expect(browse.row(1, small)).toBeVisible({ timeout: 30_000 });
});

test('what does not fit is refused in the hand, with both numbers, before the drop', async ({ page }) => {
  const browse = new Browse(page);
  await browse.open('/lustre/climate', '/lustre/genomics/results');
  await browse.dragOver(tooBig, browse.pane(2).getByRole('grid'));
  await expect(browse.card).toContainText(/too big/i);
  await expect(browse.card).toContainText(/needs .*TiB.*room for .*[TG]iB/i);
  await browse.drop();
  await expect(browse.row(1, tooBig)).toBeVisible();
});

test('a running move is cancelled and everything is as before', async ({ page }) => {
  const browse = new Browse(page);
  await browse.open('/lustre/climate', '/lustre/genomics/results');
  await browse.dragOver(long, browse.pane(2).getByRole('grid'));
  await expect(browse.card).toContainText(/fits/i);
  await browse.drop();
  await browse.start();
  const cancel = browse.tray.getByRole('button', { name: 'Cancel' });
  await cancel.waitFor({ state: 'attached' });
  if (!(await cancel.isVisible())) await browse.tray.locator('summary').click();
  await cancel.click();
  await expect(browse.tray).toContainText(/undone|as it is before|as it was/i, { timeout: 60_000 });
  await expect(browse.row(1, long)).toBeVisible();
});

test('a server killed in the middle of a move finishes it after a restart', async ({ page, server, complaints }) => {
  // The page notices that the server is gone, or not ready yet; that is the point.
  complaints.expect(/ERR_CONNECTION|Failed to load|net::|status 503/);
  const browse = new Browse(page);
  await browse.open('/lustre/climate', '/lustre/genomics/results');
  await browse.dragOver(long, browse.pane(2).getByRole('grid'));
  await expect(browse.card).toContainText(/fits/i);
  await browse.drop();
  await browse.start();
  await expect(browse.tray.getByRole('progressbar').first()).toBeAttached();
  await page.waitForTimeout(2_000);
  await server.restart();
  // The page finds the new server by itself.
  await expect(browse.row(2, long)).toBeVisible({ timeout: 60_000 });
  await expect(browse.row(1, long)).toHaveCount(0);
});
