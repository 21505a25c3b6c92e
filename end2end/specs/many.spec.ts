// Many users behind a reverse proxy: who is let in, who is not, and why.
import { expect } from '../fixtures';
import { Site, test } from '../site';

test('whoever the proxy names is in, and stays so when the server comes back', async ({ page, site, context }) => {
  await page.goto(`/browse${site.root}`);
  await expect(page.locator('summary', { hasText: Site.account })).toBeVisible();
  await expect(page.getByText('results').first()).toBeVisible();
  const [cookie] = (await context.cookies()).filter(({ name }) => name === '__Host-tidelock');
  expect(cookie).toMatchObject({ httpOnly: true, secure: true, sameSite: 'Strict', path: '/' });
  await site.restart();
  await page.goto('/settings');
  await expect(page.getByText('this one')).toBeVisible();
  expect((await context.cookies()).find(({ name }) => name === '__Host-tidelock')?.value).toBe(cookie.value);
});

for (const [user, told] of [
  ['mallory', "Nobody is called 'mallory' on this system."],
  ['root', "'root' is an account of the system, and may not sign in."],
  ['', 'Nobody says who you are.'],
]) {
  test(`'${user}' is told why there is no way in`, async ({ page, site, context, complaints }) => {
    complaints.expect(/40[13]/);
    site.user = user;
    await page.goto('/');
    await expect(page.getByRole('heading', { level: 1 })).toHaveText(told);
    expect(await context.cookies()).toEqual([]);
  });
}

test('the header counts from the proxy alone', async () => {
  const elsewhere = await Site.start({ from: '192.0.2.1' });
  try {
    expect(await elsewhere.ask('/', { 'x-remote-user': Site.account })).toBe(403);
    await expect.poll(() => elsewhere.output).toContain('the header comes from elsewhere than the proxy');
  } finally {
    await elsewhere.stop();
  }
});

test('one signs out, and in again', async ({ page, site }) => {
  await page.goto('/');
  await page.locator('summary', { hasText: Site.account }).click();
  await page.getByRole('button', { name: 'Sign out' }).click();
  await expect(page.getByRole('heading', { level: 1 })).toHaveText('You are signed out');
  await page.getByRole('link', { name: 'Sign in again' }).click();
  await expect(page).toHaveURL(`${site.origin}/`);
  await expect(page.locator('summary', { hasText: Site.account })).toBeVisible();
});

test('a page that is opened after the session has ended leads back to itself', async ({ page, browser, site, complaints }) => {
  complaints.expect(/401/);
  await page.goto('/');
  const other = await browser.newContext({ baseURL: site.origin });
  await (await other.newPage()).goto('/');
  const ended = await other.request.post('/api/end_sessions', { headers: { origin: site.origin }, data: {} });
  expect(ended.status()).toBe(200);
  await other.close();
  const place = `/browse${site.root}/results?filter=read`;
  await page.goto(place);
  await expect(page.getByRole('heading', { level: 1 })).toHaveText('Your session has ended.');
  await page.getByRole('link', { name: 'Sign in again' }).click();
  await expect(page).toHaveURL(site.origin + place);
  await expect(page.getByText('readme.txt').first()).toBeVisible();
});
