// Signing in with a provider of OpenID Connect, which is another site for the browser.
import type { Page } from '@playwright/test';
import { expect } from '../fixtures';
import { Site, test } from '../site';

test.use({ openid: true });

const signIn = (page: Page) => page.getByRole('link', { name: 'Sign in with Example University' });
const heading = (page: Page) => page.getByRole('heading', { level: 1 });

/** At the provider. */
async function say(page: Page, account: string): Promise<void> {
  await expect(heading(page)).toHaveText('Example University');
  await page.getByLabel('Account').fill(account);
  await page.getByRole('button', { name: 'Sign in' }).click();
}

test.beforeEach(({ complaints }) => complaints.expect(/401/));

test('whoever signs in comes to the page that he opened, and stays in when the server comes back', async ({ page, site, context }) => {
  const place = `/browse${site.root}/results?filter=read`;
  expect((await page.goto(place))?.status()).toBe(401);
  await expect(heading(page)).toHaveText('Sign in');
  await signIn(page).click();
  await say(page, Site.account);
  await expect(page).toHaveURL(site.origin + place);
  await expect(page.locator('summary', { hasText: Site.account })).toBeVisible();
  await expect(page.getByText('readme.txt').first()).toBeVisible();
  const [cookie] = (await context.cookies()).filter(({ name }) => name === '__Host-tidelock');
  expect(cookie).toMatchObject({ httpOnly: true, secure: true, sameSite: 'Strict', path: '/' });
  await site.restart();
  await page.goto('/settings');
  await expect(page.getByText('this one')).toBeVisible();
});

test('whoever has no account here is told so, and signs in as somebody else', async ({ page, site, context, complaints, javaScriptEnabled }) => {
  complaints.expect(/403/);
  const sayAnew = async (account: string) => {
    await say(page, account);
    // The provider ends the session of the one before, by a form that a program sends.
    if (!javaScriptEnabled) await page.getByRole('button', { name: 'Continue' }).click();
  };
  await page.goto('/settings');
  await signIn(page).click();
  await say(page, 'mallory');
  await expect(heading(page)).toHaveText("Nobody is called 'mallory' on this system.");
  expect((await context.cookies(site.origin)).map(({ name }) => name)).not.toContain('__Host-tidelock');
  await page.getByRole('link', { name: 'Sign in again' }).click();
  await sayAnew('root');
  await expect(heading(page)).toHaveText("'root' is an account of the system, and may not sign in.");
  await page.getByRole('link', { name: 'Sign in again' }).click();
  await sayAnew(Site.account);
  await expect(page).toHaveURL(`${site.origin}/settings`);
});

test('whoever changes his mind at the provider is not signed in', async ({ page, site }) => {
  await page.goto('/');
  await signIn(page).click();
  await page.getByRole('button', { name: 'Cancel' }).click();
  await expect(heading(page)).toHaveText('You have not signed in.');
  const back = page.url();
  await page.getByRole('link', { name: 'Sign in again' }).click();
  await say(page, Site.account);
  await expect(page).toHaveURL(`${site.origin}/`);
  await page.goto(back);
  await expect(heading(page)).toHaveText('This attempt to sign in is over.');
});

test('one signs out here, and there too', async ({ page, site }) => {
  await page.goto('/');
  await signIn(page).click();
  await say(page, Site.account);
  await page.locator('summary', { hasText: Site.account }).click();
  await page.getByRole('button', { name: 'Sign out' }).click();
  await expect(heading(page)).toHaveText('You are signed out');
  await page.getByRole('link', { name: 'Sign in again' }).click();
  await expect(page, 'the provider knows still who it is').toHaveURL(`${site.origin}/`);
  await page.locator('summary', { hasText: Site.account }).click();
  await page.getByRole('button', { name: 'Sign out' }).click();
  await page.getByRole('link', { name: 'Sign out of Example University too' }).click();
  await page.getByRole('button', { name: 'Sign out' }).click();
  await expect(page.getByText('Signed out.')).toBeVisible();
  await page.goto('/');
  await signIn(page).click();
  await expect(heading(page)).toHaveText('Example University');
});

test('a provider that is away is said to be, and nothing else waits for it', async ({ page, site, complaints }) => {
  complaints.expect(/503/);
  await site.provider?.stop();
  await site.restart();
  await page.goto('/settings');
  await signIn(page).click();
  await expect(heading(page)).toHaveText('Example University cannot be asked who you are right now.');
  await site.provider?.comeBack();
  await expect(async () => {
    await page.goto('/settings');
    await signIn(page).click();
    await expect(heading(page)).toHaveText('Example University', { timeout: 500 });
  }).toPass();
  await say(page, Site.account);
  await expect(page).toHaveURL(`${site.origin}/settings`);
});
