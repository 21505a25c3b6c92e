// Every sentence in the language of whoever reads it: chosen, or as the browser asks for.
import { type Page } from '@playwright/test';
import { desktop, expect, phone, test } from '../fixtures';
import { become, hydrated } from '../pages';

test.describe.configure({ timeout: 120_000 });

// The gallery of components shows invented things to whoever works on them, in English only.
const pages = [
  '/',
  '/browse/lustre',
  '/browse/lustre/climate?pane2=/lustre/genomics',
  '/moves',
  '/projects',
  '/projects/lustre/climate',
  '/trash',
  '/search?in=%2Flustre%2Fclimate&name=grid',
  '/guarantees',
  '/settings',
  '/board',
  '/board/drift',
  '/board/leftovers',
  '/board/audit',
  '/nothing-here',
];

async function chooseGerman(page: Page): Promise<void> {
  await page.context().addCookies([{ name: 'tidelock_language', value: 'de', url: new URL(page.url()).origin }]);
}

test('a language is chosen in the settings, and given up again', async ({ page }) => {
  await page.goto('/settings');
  await hydrated(page);
  await expect(page.locator('html')).toHaveAttribute('lang', 'en');
  await page.getByRole('radio', { name: 'Deutsch' }).check();
  await expect(page.getByRole('heading', { level: 1 })).toHaveText('Einstellungen');
  await hydrated(page);
  await expect(page.locator('html')).toHaveAttribute('lang', 'de');
  await expect(page.getByRole('radio', { name: 'Deutsch' })).toBeChecked();
  await expect(page.getByText('2.000.000 Bytes erscheint als 1,91 MiB')).toBeVisible();
  // It has another name on the page that comes.
  await page.getByRole('radio', { name: 'Wie der Browser es sagt' }).click();
  await expect(page.getByRole('heading', { level: 1 })).toHaveText('Settings');
});

test.describe('a browser that asks for German', () => {
  test.use({ locale: 'de-AT' });

  test('gets it at once, and whoever prefers English chooses it', async ({ page }) => {
    const answer = await page.goto('/');
    expect(answer?.headers().vary).toMatch(/accept-language/i);
    await expect(page.locator('html')).toHaveAttribute('lang', 'de');
    await expect(page.getByRole('heading', { level: 1 })).toHaveText('Übersicht');
    await hydrated(page);
    await expect(page.getByRole('heading', { level: 1 })).toHaveText('Übersicht');
    await page.goto('/settings');
    await hydrated(page);
    await page.getByRole('radio', { name: 'English' }).check();
    await expect(page.getByRole('heading', { level: 1 })).toHaveText('Settings');
  });

  test('is told in German what the server refuses', async ({ page, complaints }) => {
    complaints.expect(/404/);
    await page.goto('/browse/lustre/nothing-here');
    await expect(page.getByText('gibt es nicht').first()).toBeVisible();
    const answer = await page.request.post('/api/project', { data: {}, headers: { origin: new URL(page.url()).origin } });
    expect(answer.headers().vary).toMatch(/accept-language/i);
  });
});

test('a browser that asks for what nobody speaks gets English', async ({ browser, server }) => {
  const context = await browser.newContext({ locale: 'fi-FI', baseURL: server.origin });
  const page = await context.newPage();
  await page.goto('/');
  await expect(page.locator('html')).toHaveAttribute('lang', 'en');
  await context.close();
});

test('a first move, from the settings to the undo, in German', async ({ page }) => {
  await page.goto('/settings');
  await become(page, 'admin');
  await hydrated(page);
  await page.getByRole('radio', { name: 'Deutsch' }).check();
  await expect(page.getByRole('heading', { level: 1 })).toHaveText('Einstellungen');
  await page.goto('/browse/lustre/climate');
  await hydrated(page);
  await page.getByRole('row').filter({ hasText: 'figures-for-paper' }).getByRole('checkbox').check();
  await expect(page.getByText('1 ausgewählt')).toBeVisible();
  await page.getByRole('button', { name: 'Verschieben nach …' }).first().click();
  const dialog = page.getByRole('dialog');
  await dialog.getByLabel('Zielordner').fill('/lustre/genomics/results');
  await dialog.getByRole('button', { name: 'Plan zeigen' }).click();
  await expect(dialog).toContainText('Keine Daten werden kopiert');
  await expect(dialog).toContainText('Wer zahlt, vorher → nachher');
  await expect(dialog).toContainText(/\d,\d+ [KMGT]iB/);
  await expect(dialog).toContainText('Umbuchen und umbenennen');
  await look(page, 'plan');
  await dialog.getByRole('button', { name: /verschieben$/ }).click();
  await expect(dialog).toBeHidden();
  const tray = page.getByRole('complementary', { name: 'Vorgänge' });
  await expect(tray).toContainText(/1 Vorgang (läuft|beendet)/);
  await expect(tray).toContainText('1 Vorgang beendet', { timeout: 30_000 });
  await page.getByRole('link', { name: 'Vorgänge' }).first().click();
  await page.getByRole('link', { name: 'figures-for-paper' }).first().click();
  await expect(page.getByText('besiegelt').first()).toBeVisible();
  await nothingIsEnglish(page);
  await look(page, 'move');
  await page.getByRole('main').getByRole('button', { name: 'Rückgängig machen …' }).click();
  await expect(dialog).toContainText('/lustre/climate/figures-for-paper');
  await nothingIsEnglish(page);
  await dialog.locator('.button--primary').click();
  await expect(dialog).toBeHidden();
  await expect(page.getByText('Rückgängig gemacht durch')).toBeVisible({ timeout: 30_000 });
});

test('no page in German has an English sentence left', async ({ page, complaints }) => {
  complaints.expect(/404/);
  await page.goto('/');
  await chooseGerman(page);
  for (const path of pages) {
    await page.goto(path);
    await hydrated(page);
    await page.waitForLoadState('networkidle').catch(() => undefined);
    await nothingIsEnglish(page);
  }
  // What one opens with the keyboard.
  await page.goto('/browse/lustre/climate');
  await hydrated(page);
  for (const [key, name] of [['Control+k', 'Befehle'], ['?', 'Tastaturkürzel']] as const) {
    await page.keyboard.press(key);
    await expect(page.getByRole('dialog').getByText(name).first()).toBeAttached();
    await nothingIsEnglish(page);
    await page.keyboard.press('Escape');
    await expect(page.getByRole('dialog')).toBeHidden();
  }
});

for (const [name, viewport] of Object.entries({ desktop, phone })) {
  for (const colours of ['light', 'dark'] as const) {
    test(`nothing German is cut off at ${name} width, ${colours}`, async ({ page, complaints }) => {
      complaints.expect(/404/);
      await page.emulateMedia({ colorScheme: colours });
      await page.setViewportSize(viewport);
      await page.goto('/');
      await chooseGerman(page);
      for (const path of pages) {
        await page.goto(path);
        await hydrated(page);
        const overflow = await page.evaluate(() => document.documentElement.scrollWidth - document.documentElement.clientWidth);
        expect(overflow, path).toBeLessThanOrEqual(0);
        // A button says all of what it says.
        const cut = await page.locator('button:visible, .top-bar a:visible').evaluateAll((found) =>
          found.filter((one) => one.scrollWidth > one.clientWidth + 1).map((one) => one.textContent));
        expect(cut, path).toEqual([]);
        const outside = await page.locator('main button:visible, main .button:visible, main .field:visible').evaluateAll((found) =>
          found.map((one) => ({ text: one.textContent, box: one.getBoundingClientRect() }))
            .filter(({ box }) => box.right > innerWidth || box.width < 20).map(({ text }) => text));
        expect(outside, path).toEqual([]);
        await look(page, `${name}-${colours}-${path.replace(/\W+/g, '-')}`);
      }
    });
  }
}

/** Keeps a picture where a person asks for one. */
async function look(page: Page, name: string): Promise<void> {
  if (process.env.SCREENSHOTS) await page.screenshot({ path: `${process.env.SCREENSHOTS}/${name}.png` });
}

/** Compares all that the page says or shows with the catalogues of both languages. */
async function nothingIsEnglish(page: Page): Promise<void> {
  const [english, german] = await Promise.all(['en', 'de'].map(async (language) => {
    const answer = await page.request.get(`/pkg/words.${language}.txt`);
    return (await answer.text()).split('\n');
  }));
  expect(german.length).toBe(english.length);
  expect(english.length).toBeGreaterThan(500);
  const told = await page.evaluate(() => {
    const said: string[] = [];
    const texts = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
    while (texts.nextNode()) said.push(texts.currentNode.textContent ?? '');
    for (const element of document.querySelectorAll('body *')) {
      for (const name of ['title', 'aria-label', 'placeholder', 'aria-valuetext']) said.push(element.getAttribute(name) ?? '');
    }
    return said.map((text) => text.trim()).filter((text) => text !== '');
  });
  expect(told.length).toBeGreaterThan(10);
  const left = told.filter((text) => english.some((sentence, place) => {
    if (sentence === '' || sentence === german[place]) return false;
    const fits = (pattern: string) => new RegExp(`^${asPattern(pattern.trim())}$`).test(text);
    return lettersOf(sentence) >= 4 && fits(sentence) && !german.some((other) => other !== '' && lettersOf(other) >= 4 && fits(other));
  }));
  expect([...new Set(left)], page.url()).toEqual([]);
}

/** Arguments match anything that has no letter of a sentence to match; of a plural every form does. */
function asPattern(sentence: string): string {
  const escaped = sentence.replace(/[.*+?^${}()|[\]\\/]/g, '\\$&');
  return escaped
    .replace(/\u0002\d([^\u0003]*)\u0003([^\u0004]*)\u0004/g, '(?:$1|$2)')
    .replace(/\u0001\d/g, '.+');
}

function lettersOf(sentence: string): number {
  return sentence.replace(/[\u0001\u0002]\d/g, '').replace(/[^a-zäöüß]/gi, '').length;
}
