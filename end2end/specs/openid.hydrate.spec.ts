// The entrance of a site that has a provider of OpenID Connect, and the end of a session in the middle of work.
import AxeBuilder from '@axe-core/playwright';
import type { Page } from '@playwright/test';
import { expect, phone } from '../fixtures';
import { hydrated } from '../pages';
import { Site, test } from '../site';

test.use({ openid: true });
test.beforeEach(({ complaints }) => complaints.expect(/401/));

/** With the keyboard alone. */
async function signIn(page: Page, place: string): Promise<void> {
  await page.goto(place);
  await page.keyboard.press('Tab');
  await expect(page.getByRole('link', { name: 'Sign in with Example University' })).toBeFocused();
  await page.keyboard.press('Enter');
  await page.getByLabel('Account').fill(Site.account);
  await page.keyboard.press('Enter');
}

test('who is signed out everywhere signs in again and goes on where he was', async ({ page, browser, site }) => {
  const place = `/browse${site.root}/results?filter=read`;
  await signIn(page, place);
  await hydrated(page);
  const other = await (await browser.newContext({ baseURL: site.origin })).newPage();
  await signIn(other, '/settings');
  await hydrated(other);
  await other.getByRole('button', { name: 'End all others' }).click();
  const dialog = page.getByRole('dialog', { name: 'Your session has ended.' });
  await expect(dialog).toBeVisible();
  await expect(page.getByText('readme.txt').first(), 'what was there stays').toBeVisible();
  await dialog.getByRole('button', { name: 'Sign in again' }).click();
  // The provider knows still who it is.
  await expect(dialog).toBeHidden();
  await expect(page).toHaveURL(site.origin + place);
  await hydrated(page);
  await expect(page.getByText('readme.txt').first()).toBeVisible();
  await other.context().close();
});

test('a token is made for whoever has just shown who he is', async ({ page, site, complaints }) => {
  complaints.expect(/403/);
  await signIn(page, '/settings');
  const tokens = page.getByRole('region', { name: 'Tokens for scripts' });
  const make = async () => {
    await hydrated(page);
    await tokens.getByRole('textbox', { name: 'What it is for' }).fill('nightly');
    await tokens.getByRole('button', { name: 'Make a token' }).click();
  };
  await make();
  await expect(tokens.getByText('Show once more that it is you.')).toBeVisible();
  await tokens.getByRole('button', { name: 'Sign in once more' }).click();
  // The provider asks, though it knows who it is.
  await page.getByLabel('Account').fill(Site.account);
  await page.keyboard.press('Enter');
  await expect(page).toHaveURL(`${site.origin}/settings`);
  await make();
  await expect(tokens.getByText(/^tidelock_/)).toBeVisible();
});

for (const colorScheme of ['light', 'dark'] as const) {
  test(`the entrance is accessible in ${colorScheme}, and fits a phone`, async ({ page }) => {
    await page.emulateMedia({ colorScheme });
    await page.goto('/');
    const { violations } = await new AxeBuilder({ page }).analyze();
    expect(violations.map(({ id, nodes }) => `${id}: ${nodes.map((node) => node.html).join(' ')}`)).toEqual([]);
    await page.setViewportSize(phone);
    expect(await page.evaluate(() => document.documentElement.scrollWidth)).toBeLessThanOrEqual(phone.width);
    expect(await page.evaluate(() => document.documentElement.scrollHeight)).toBeLessThanOrEqual(phone.height);
  });
}

test('the entrance is told in German', async ({ browser, site }) => {
  const context = await browser.newContext({ baseURL: site.origin, locale: 'de-DE' });
  const page = await context.newPage();
  await page.goto('/');
  await expect(page.getByRole('link', { name: 'Anmelden mit Example University' })).toBeVisible();
  await context.close();
});
