import { type Page } from '@playwright/test';
import { expect, test } from '../fixtures';
import { Browse, become, moves } from '../pages';

const small = 'figures-for-paper';
const request = { sources: [`/lustre/climate/${small}`], destination: '/lustre/genomics/results' };

test.beforeEach(async ({ page }) => {
  await page.goto('/');
  await become(page, 'admin');
});

/** Keeps the page's feed waiting until the answer is called. */
async function holdFeed(page: Page): Promise<() => void> {
  let release = (): void => {};
  const released = new Promise<void>((resolve) => (release = resolve));
  await page.route('**/api/moves/events', async (route) => {
    await released;
    await route.continue();
  });
  return release;
}

test('a move that ends before the feed is there is shown without a reload', async ({ page }) => {
  const release = await holdFeed(page);
  const browse = new Browse(page);
  await browse.open('/lustre/climate', '/lustre/genomics/results');
  await expect(browse.row(1, small)).toBeVisible();
  await moves(page, request);
  release();
  await expect(browse.row(2, small)).toBeVisible();
  await expect(browse.row(1, small)).toHaveCount(0);
});

test('an undo that ends before the feed is there is shown without a reload', async ({ page }) => {
  const undo = await moves(page, request);
  const release = await holdFeed(page);
  const browse = new Browse(page);
  await browse.open('/lustre/climate', '/lustre/genomics/results');
  await expect(browse.row(2, small)).toBeVisible();
  await moves(page, { undo });
  release();
  await expect(browse.row(1, small)).toBeVisible();
  await expect(browse.row(2, small)).toHaveCount(0);
});

test('that a move was undone before the feed is there is told of it', async ({ page }) => {
  const undo = await moves(page, request);
  const release = await holdFeed(page);
  await page.goto(`/moves/${undo}`);
  await expect(page.getByRole('main').getByRole('button', { name: 'Undo…' })).toBeVisible();
  await moves(page, { undo });
  release();
  await expect(page.getByRole('main').getByRole('button', { name: 'Undo…' })).toBeHidden();
  await expect(page.getByText(/undone by/i)).toBeVisible();
});
