// Sessions and tokens as their user sees them, and the end of a session in the middle of work.
import AxeBuilder from '@axe-core/playwright';
import { execFile } from 'node:child_process';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import type { Browser, Page } from '@playwright/test';
import { expect, phone } from '../fixtures';
import { hydrated } from '../pages';
import { program } from '../server';
import { Site, test } from '../site';

/** The same user in another browser. */
async function elsewhere(browser: Browser, site: Site): Promise<Page> {
  const context = await browser.newContext({ baseURL: site.origin, userAgent: 'Mozilla/5.0 (X11; Linux x86_64; rv:145.0) Gecko/20100101 Firefox/145.0' });
  return context.newPage();
}

test('sessions are listed in plain words, and ended one by one and together', async ({ page, browser, site }) => {
  const others = [await elsewhere(browser, site), await elsewhere(browser, site)];
  for (const other of others) await other.goto('/');
  await page.goto('/settings');
  await hydrated(page);
  const sessions = page.getByRole('region', { name: 'Where you are signed in' }).getByRole('listitem');
  await expect(sessions).toHaveCount(3);
  await expect(sessions.first()).toContainText('Chrome on Linux this one');
  await expect(sessions.nth(1)).toContainText(/Firefox on Linux.*from 127\.0\.0\.1 · signed in/);
  await sessions.nth(1).getByRole('button', { name: /^End the session/ }).click();
  await expect(sessions).toHaveCount(2);
  await page.goto('/settings');
  await hydrated(page);
  await page.getByRole('button', { name: 'End all others' }).click();
  await expect(sessions).toHaveCount(1);
  for (const other of others) {
    expect((await other.goto('/'))?.status()).toBe(401);
    await other.context().close();
  }
});

test('the end of a session in the middle of work is said, and the work goes on', async ({ page, browser, site, complaints }) => {
  complaints.expect(/401/);
  await page.goto(`/browse${site.root}/results?filter=read`);
  await hydrated(page);
  const other = await elsewhere(browser, site);
  await other.goto('/settings');
  await hydrated(other);
  await other.getByRole('button', { name: 'End all others' }).click();
  const dialog = page.getByRole('dialog', { name: 'Your session has ended.' });
  await expect(dialog).toBeVisible();
  await expect(page.getByText('readme.txt').first()).toBeVisible();
  await dialog.getByRole('button', { name: 'Sign in again' }).click();
  await expect(dialog).toBeHidden();
  await expect(page).toHaveURL(`${site.origin}/browse${site.root}/results?filter=read`);
  // What is asked now is answered.
  await writeFile(join(site.root, 'results', 'read-me-too.txt'), 'more\n');
  await page.getByRole('link', { name: 'Moves', exact: true }).click();
  await expect(page.getByRole('heading', { level: 1 })).toHaveText('Moves');
  await page.goBack();
  await expect(page.getByText('read-me-too.txt').first()).toBeVisible();
  await other.context().close();
});

test('a token is made, shown once, used and ended', async ({ page, site }) => {
  await page.goto('/settings');
  await hydrated(page);
  const tokens = page.getByRole('region', { name: 'Tokens for scripts' });
  await tokens.getByRole('textbox', { name: 'What it is for' }).fill('nightly');
  await tokens.getByRole('radio', { name: 'Look and move' }).check();
  await tokens.getByRole('button', { name: 'Make a token' }).click();
  const secret = await tokens.getByText(/^tidelock_/).innerText();
  await expect(tokens.getByRole('listitem')).toContainText(/nightly.*look and move · expires/);
  const authorization = `Bearer ${secret}`;
  site.user = '';
  const session = () => page.request.post('/api/session', { headers: { authorization }, data: {} });
  expect(await (await session()).json()).toMatchObject({ user: Site.account });
  const env = { ...process.env, TIDELOCK_TOKEN: secret };
  const command = promisify(execFile)(program, ['limits', '--json', '--server', site.origin], { env });
  expect(JSON.parse((await command).stdout)).toHaveProperty('moves_at_once');
  site.user = Site.account;
  await page.reload();
  await hydrated(page);
  await expect(page.getByText(secret)).toHaveCount(0);
  await tokens.getByRole('button', { name: 'End the token nightly' }).click();
  await expect(tokens.getByRole('listitem')).toHaveCount(0);
  expect((await session()).status()).toBe(401);
});

test('an administrator sees everybody on the board', async ({ page }) => {
  await page.goto('/board');
  await hydrated(page);
  await page.getByRole('link', { name: 'People' }).click();
  await expect(page.getByRole('heading', { level: 1 })).toHaveText('People');
  await expect(page.getByText(`${Site.account} · Chrome on Linux`)).toBeVisible();
});

for (const path of ['/settings', '/board/people']) {
  test(`${path} is accessible, and fits a phone`, async ({ page }) => {
    await page.goto(path);
    await hydrated(page);
    const { violations } = await new AxeBuilder({ page }).analyze();
    expect(violations.map(({ id, nodes }) => `${id}: ${nodes.map((node) => node.html).join(' ')}`)).toEqual([]);
    await page.setViewportSize(phone);
    expect(await page.evaluate(() => document.documentElement.scrollWidth)).toBeLessThanOrEqual(phone.width);
  });
}
