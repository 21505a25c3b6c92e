// The card in the hand while the survey is slow: what is not counted yet is not promised.
import { expect, test } from '../fixtures';
import { Browse, become } from '../pages';

test.use({ serverOptions: ['--look', '1000'] });
test.describe.configure({ timeout: 90_000 });

/** Every text that the card shows from here on. */
async function remember(browse: Browse): Promise<() => Promise<string[]>> {
  await browse.page.evaluate(() => {
    const seen: string[] = ((window as unknown as { seen: string[] }).seen = []);
    const look = (): void => {
      const text = document.querySelector<HTMLElement>('.preview-card')?.innerText;
      if (text && text !== seen.at(-1)) seen.push(text);
    };
    new MutationObserver(look).observe(document.body, { subtree: true, childList: true, characterData: true });
  });
  return () => browse.page.evaluate(() => (window as unknown as { seen: string[] }).seen);
}

test.beforeEach(async ({ page }) => {
  await page.goto('/');
  await become(page, 'admin');
});

test('nothing is said to fit before everything is counted', async ({ page }) => {
  const browse = new Browse(page);
  await browse.open('/lustre/climate', '/lustre/genomics/results');
  const seen = await remember(browse);
  await browse.dragOver('ensemble-2026-09', browse.pane(2).getByRole('grid'));
  await expect(browse.card).toContainText(/Adds at least [\d.]+ GiB · [\d,]+ inodes so far/);
  await expect(browse.card).toContainText('Still counting. Room for');
  await expect(browse.card).toContainText('Fits.', { timeout: 60_000 });
  await expect(browse.card).toContainText('3,001 inodes');
  const counting = (await seen()).filter((text) => text.includes('so far'));
  expect(counting.length).toBeGreaterThan(3);
  expect(counting.filter((text) => /fits/i.test(text))).toEqual([]);
});

for (const { what, look, from, name, to, refusal } of [
  {
    what: 'bytes',
    // There are few entries: slower, so that a browser on a busy machine sees the count on its way.
    look: '5000',
    from: '/lustre/materials',
    name: 'dft-screening',
    to: '/lustre/archive',
    refusal: /Too big: needs at least [\d.]+ TiB, room for [\d.]+ TiB/,
  },
  {
    what: 'inodes',
    look: '1000',
    from: '/lustre/climate',
    name: 'ensemble-2026-09',
    to: '/lustre/thesis-chen',
    refusal: /Too big: needs at least [\d,]+ inodes, room for 1,940/,
  },
]) {
  test.describe(`with a look of ${look} µs`, () => {
    test.use({ serverOptions: ['--look', look] });

    test(`what is counted so far is refused as soon as it is too many ${what}`, async ({ page }) => {
      const browse = new Browse(page);
      await browse.open(from, to);
      const seen = await remember(browse);
      await browse.dragOver(name, browse.pane(2).getByRole('grid'));
      await expect(browse.card).toContainText(refusal, { timeout: 60_000 });
      await browse.drop();
      await expect(browse.drawer).toBeHidden();
      await expect(page.getByText(/^Not moved to/).first()).toContainText(refusal);
      await expect(browse.row(1, name)).toBeVisible();
      expect((await seen()).filter((text) => /fits/i.test(text))).toEqual([]);
    });
  });
}
