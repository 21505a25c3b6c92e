import { expect, test } from '../fixtures';
import { Browse, become, moves } from '../pages';

const request = { sources: ['/lustre/climate/figures-for-paper'], destination: '/lustre/genomics/results' };

declare global {
  interface Window {
    told: string[];
    isAway: boolean;
  }
}

test('who asked for it is told of an end while looking at something else', async ({ page, context }) => {
  await context.grantPermissions(['notifications']);
  await page.addInitScript(() => {
    window.told = [];
    window.Notification = class extends Notification {
      constructor(title: string, options?: NotificationOptions) {
        super(title, options);
        window.told.push(`${title}: ${options?.body ?? ''}`);
      }
    };
    // Every page of this browser believes that it is looked at.
    document.hasFocus = () => !window.isAway;
  });
  await page.goto('/');
  await become(page, 'admin');
  await new Browse(page).open('/lustre/climate', '/lustre/genomics/results');
  const undo = await moves(page, request);
  await page.locator('.tray__bar').click();
  const ask = page.getByRole('button', { name: 'Notify me when a move ends' });
  await expect(ask).toHaveAttribute('aria-pressed', 'false');
  await ask.click();
  await expect(ask).toHaveAttribute('aria-pressed', 'true');
  expect(await page.evaluate(() => window.told)).toEqual([]);

  // Looked at, it tells nothing.
  await moves(page, { undo });
  await expect(page.locator('.tray__bar')).toContainText('2 moves ended');
  expect(await page.evaluate(() => window.told)).toEqual([]);

  await page.evaluate(() => (window.isAway = true));
  await moves(page, request);
  await expect.poll(() => page.evaluate(() => window.told)).toEqual(['figures-for-paper: Done.']);

  await page.reload();
  await page.locator('.tray__bar').click();
  await expect(ask, 'it is remembered').toHaveAttribute('aria-pressed', 'true');
  await ask.click();
  await expect(ask).toHaveAttribute('aria-pressed', 'false');
});

test('where the browser lets nothing through, whoever asks is told so', async ({ page }) => {
  await page.addInitScript(() => {
    Object.defineProperty(Notification, 'permission', { get: () => 'denied' });
    Notification.requestPermission = async () => 'denied';
  });
  await page.goto('/');
  await become(page, 'admin');
  await new Browse(page).open('/lustre/climate', '/lustre/genomics/results');
  await moves(page, request);
  await page.locator('.tray__bar').click();
  await page.getByRole('button', { name: 'Notify me when a move ends' }).click();
  await expect(page.locator('.tray__foot')).toContainText('lets no notifications through');
});
