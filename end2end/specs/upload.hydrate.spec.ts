// Files and folders that go up: checked before the first byte, gone on with after a reload, whole or not at all.
import { mkdirSync, mkdtempSync, readFileSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Page } from '@playwright/test';
import { expect, test } from '../fixtures';
import { Browse, hydrated } from '../pages';

const chunk = 16 * 1024 * 1024;
const root = mkdtempSync(join(tmpdir(), 'tidelock-up-'));
const desktopFolder = mkdtempSync(join(tmpdir(), 'tidelock-desktop-'));
test.afterAll(() => [root, desktopFolder].forEach((folder) => rmSync(folder, { recursive: true, force: true })));

/** Through the browser's own picker. */
async function pick(page: Page, button: string, paths: string | string[]): Promise<void> {
  const picking = page.waitForEvent('filechooser');
  await page.getByRole('button', { name: button }).click();
  await (await picking).setFiles(paths);
}

test.describe('on a real file system', () => {
  test.use({ serverVerb: 'serve', serverOptions: ['--root', root] });

  test('two files and a folder arrive whole, across a reload in the middle', async ({ page, server, complaints }) => {
    complaints.expect(/status 409/, /console: .*(409|ERR_)/);
    const large = Buffer.alloc(chunk + 1_000_000, 'tide');
    writeFileSync(join(desktopFolder, 'one.txt'), 'one');
    writeFileSync(join(desktopFolder, 'two.txt'), 'two');
    mkdirSync(join(desktopFolder, 'results/deep'), { recursive: true });
    writeFileSync(join(desktopFolder, 'results/large.bin'), large);
    writeFileSync(join(desktopFolder, 'results/deep/small'), 'small');
    mkdirSync(join(root, 'incoming'));
    await page.goto(server.url);
    const browse = new Browse(page);
    await browse.open(join(root, 'incoming'));
    const uploads = page.getByRole('complementary', { name: 'Uploads' });

    await page.getByRole('button', { name: 'Upload…' }).click();
    await pick(page, 'Choose files…', [join(desktopFolder, 'one.txt'), join(desktopFolder, 'two.txt')]);
    await expect(page.getByRole('dialog')).toContainText('Fits.');
    await page.getByRole('button', { name: 'Upload 2 files' }).click();
    await expect(browse.row(1, 'two.txt')).toBeVisible();
    await expect(uploads).toContainText('Complete.');
    expect(readFileSync(join(root, 'incoming/one.txt'), 'utf8')).toBe('one');

    // The second chunk never gets through, so the page is left in the middle. The browser itself holds it
    // back: what a route looks at passes through the test byte by byte, whichever request it is for.
    const devtools = await page.context().newCDPSession(page);
    await devtools.send('Network.enable');
    await devtools.send('Network.setBlockedURLs', { urls: ['*offset=1*'] });
    await page.getByRole('button', { name: 'Upload…' }).click();
    await pick(page, 'Choose a folder…', join(desktopFolder, 'results'));
    await expect(page.getByRole('dialog')).toContainText('2 files in 2 folders');
    await page.getByRole('button', { name: 'Upload 2 files' }).click();
    await expect(uploads.getByText('94 %').first()).toBeVisible({ timeout: 20_000 });
    await page.reload();
    await hydrated(page);
    await expect(uploads).toContainText('Choose the same files again');
    await expect(browse.row(1, 'results')).toHaveCount(0);

    await devtools.send('Network.setBlockedURLs', { urls: [] });
    const offsets: string[] = [];
    page.on('request', (request) => request.method() === 'PUT' && offsets.push(new URL(request.url()).searchParams.get('offset') ?? ''));
    await uploads.getByRole('button', { name: 'Choose the files again…' }).click();
    await pick(page, 'Choose a folder…', join(desktopFolder, 'results'));
    await page.getByRole('button', { name: 'Go on' }).click();
    await expect(browse.row(1, 'results')).toBeVisible({ timeout: 20_000 });
    expect(offsets).toEqual([String(chunk)]);
    expect(readFileSync(join(root, 'incoming/results/large.bin')).equals(large)).toBe(true);
    expect(readFileSync(join(root, 'incoming/results/deep/small'), 'utf8')).toBe('small');
    expect(readdirSync(join(root, 'incoming')).sort()).toEqual(['one.txt', 'results', 'two.txt']);
  });

  test('an upload waits, goes on, and is given up without a trace', async ({ page, server, complaints }) => {
    complaints.expect(/status 409/, /console: .*(409|ERR_)/);
    const files = ['first.bin', 'second.bin'].map((name) => join(desktopFolder, name));
    for (const file of files) writeFileSync(file, Buffer.alloc(100_000, 7));
    mkdirSync(join(root, 'waiting'));
    await page.goto(server.url);
    const browse = new Browse(page);
    await browse.open(join(root, 'waiting'));
    const uploads = page.getByRole('complementary', { name: 'Uploads' });
    await page.route(/\/1\?offset=/, () => {});
    await page.getByRole('button', { name: 'Upload…' }).click();
    await pick(page, 'Choose files…', files);
    await page.getByRole('button', { name: 'Upload 2 files' }).click();
    await expect(uploads.getByText('50 %').first()).toBeVisible();
    await uploads.getByRole('button', { name: 'Pause' }).click();
    await expect(uploads).toContainText('Paused');
    await uploads.getByRole('button', { name: 'Resume' }).click();
    await expect(uploads.getByRole('button', { name: 'Pause' })).toBeVisible();
    await uploads.getByRole('button', { name: 'Cancel' }).click();
    await expect(uploads).toHaveCount(0);
    expect(readdirSync(join(root, 'waiting'))).toEqual([]);
  });
});

test('what does not fit is refused with both numbers, and a taken name is asked about', async ({ page }) => {
  const browse = new Browse(page);
  await browse.open('/lustre/thesis-chen');
  await drop(page, '/lustre/thesis-chen', Array.from({ length: 3000 }, (_, number) => `f${number}`));
  const dialog = page.getByRole('dialog');
  await expect(dialog).toContainText(/Too big: .*needs 3,005 inodes, room for/);
  await expect(dialog.getByRole('button', { name: 'Upload 3,000 files' })).toBeDisabled();
  await page.keyboard.press('Escape');

  await browse.open('/lustre/climate');
  await drop(page, '/lustre/climate', ['README.md', 'new.md']);
  await expect(dialog).toContainText('“README.md” is there already');
  await expect(dialog.getByRole('button', { name: 'Upload 2 files' })).toBeDisabled();
  await dialog.getByLabel('Keep both').check();
  await dialog.getByRole('button', { name: 'Upload 2 files' }).click();
  await expect(browse.row(1, 'README (2).md')).toBeVisible();
  await expect(browse.row(1, 'new.md')).toBeVisible();
});

/** Lets files go over the folder that a pane shows, as the desktop does. */
async function drop(page: Page, folder: string, names: string[]): Promise<void> {
  await page.evaluate(
    ({ folder, names }) => {
      const held = new DataTransfer();
      for (const name of names) held.items.add(new File(['content'], name, { lastModified: 1_000_000 }));
      const place = document.querySelector(`.pane__rows[data-drop="${folder}"]`)!.getBoundingClientRect();
      const at = { clientX: place.x + place.width / 2, clientY: place.bottom - 8, bubbles: true, cancelable: true, dataTransfer: held };
      for (const kind of ['dragover', 'drop']) document.body.dispatchEvent(new DragEvent(kind, at));
    },
    { folder, names },
  );
}
