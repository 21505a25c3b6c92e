import AxeBuilder from '@axe-core/playwright';
import { desktop, expect, phone, test } from '../fixtures';

const pages = ['/', '/browse/lustre', '/browse/lustre/climate?pane2=/lustre/genomics', '/moves', '/projects', '/projects/lustre/climate', '/trash', '/search?in=%2Flustre%2Fclimate&name=grid', '/guarantees', '/settings', '/components'];

for (const path of pages) {
  test(`${path} is complete and accessible`, async ({ page, javaScriptEnabled }) => {
    await page.goto(path);
    await expect(page.getByRole('main')).toBeVisible();
    await expect(page.getByRole('heading', { level: 1 })).toHaveCount(1);
    if (javaScriptEnabled !== false) await page.locator('[data-hydrated]').first().waitFor({ state: 'attached' });
    // Without scripts the checker itself cannot run in the page.
    if (javaScriptEnabled !== false) {
      const { violations } = await new AxeBuilder({ page }).analyze();
      expect(violations.map(({ id, nodes }) => `${id}: ${nodes.map((node) => node.html).join(' ')}`)).toEqual([]);
    }
  });
}

test('a folder shows its entries and who pays, and its folders are links', async ({ page }) => {
  await page.goto('/browse/lustre/climate');
  await expect(page.getByText('climate').first()).toBeVisible();
  await page.getByRole('link', { name: 'ensemble-2026-09' }).click();
  await expect(page).toHaveURL(/\/browse\/lustre\/climate\/ensemble-2026-09/);
  await expect(page.getByText('member-01')).toBeVisible();
});

test('names that could deceive are shown escaped', async ({ page }) => {
  await page.goto('/browse/lustre/climate/old-laptop');
  await expect(page.getByText(String.raw`Messung-\xe4\xf6\xfc.dat`)).toBeVisible();
  await expect(page.getByText(String.raw`notes\nfrom 2019.txt`)).toBeVisible();
});

test('a folder that is not there says so', async ({ page, complaints }) => {
  complaints.expect(/404/);
  await page.goto('/browse/lustre/nothing-here');
  await expect(page.getByText(/There is no/)).toBeVisible();
});

for (const [name, viewport] of Object.entries({ desktop, phone })) {
  test(`nothing is cut off at ${name} width`, async ({ page }) => {
    await page.setViewportSize(viewport);
    for (const path of pages) {
      await page.goto(path);
      const overflow = await page.evaluate(() => document.documentElement.scrollWidth - document.documentElement.clientWidth);
      expect(overflow, path).toBeLessThanOrEqual(0);
    }
  });
}

test('names have room beside a second pane', async ({ page }) => {
  await page.goto('/browse/lustre/climate?pane2=/lustre/genomics/results');
  const name = page.getByText('summary-25.tsv', { exact: true });
  await expect(name).toBeVisible();
  expect(await name.evaluate((element) => element.scrollWidth - element.clientWidth)).toBeLessThanOrEqual(0);
});
