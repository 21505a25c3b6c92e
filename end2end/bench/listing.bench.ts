// A folder of a million entries in a browser: ours beside file servers that people use.
//
//   cd end2end && ENTRIES=1000000 ROUNDS=3 npx playwright test --config bench listing
//
// Makes the folder in BASE (the system's folder for temporary files) and opens it by `tidelock
// serve`, nginx's index and copyparty, whichever of these are installed, in turn and ROUNDS times.
// Told are medians: seconds from opening the address to the first row, and to the last one by the
// End key; then what the page weighs: elements, heap, and the longest wait for a frame while
// scrolling through. Ours also sorts, filters and goes to a name. What takes longer than CAP
// seconds (120) is told as that. Prints one table, and JSON; fails if ours is not ahead.
import { type ChildProcess, execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import { closeSync, mkdirSync, mkdtempSync, openSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { createInterface } from 'node:readline';
import { type Browser, type Page, expect, test } from '@playwright/test';

const entries = Number(process.env.ENTRIES ?? 1_000_000);
const rounds = Number(process.env.ROUNDS ?? 3);
const cap = Number(process.env.CAP ?? 120) * 1000;
const program = resolve(import.meta.dirname, '../../target/release/tidelock');
const name = (number: number): string => `file-${String(number).padStart(7, '0')}.dat`;

type Place = { base: string; folder: string; port: number };
type Served = { process: ChildProcess; url: string; open?: string };
type Peer = { who: string; row: string; scroller?: string; serve: (place: Place) => Promise<Served> };
type Figures = Record<string, number | null>;

const isInstalled = (command: string): boolean => {
  try {
    execFileSync('sh', ['-c', `command -v ${command}`]);
    return true;
  } catch {
    return false;
  }
};

const tidelock: Peer = {
  who: 'tidelock',
  row: '.folder-row',
  scroller: '#rows-1',
  serve: async ({ base, folder, port }) => {
    const words = ['serve', '--root', folder, '--listen', `127.0.0.1:${port}`, '--state', join(base, 'state')];
    const served = spawn(program, words, { stdio: ['ignore', 'pipe', 'ignore'] });
    const [open] = await once(createInterface(served.stdout), 'line');
    return { process: served, open, url: `http://127.0.0.1:${port}/browse${folder}` };
  },
};

const nginx: Peer = {
  who: 'nginx',
  row: 'pre a',
  serve: async ({ base, folder, port }) => {
    const settings = join(base, 'nginx.conf');
    writeFileSync(
      settings,
      `daemon off; user root; pid ${base}/nginx.pid; error_log /dev/null; events {} http { access_log off; gzip on;
       server { listen 127.0.0.1:${port}; root ${folder}; autoindex on; } }`,
    );
    return { process: spawn('nginx', ['-c', settings, '-p', base], { stdio: 'ignore' }), url: `http://127.0.0.1:${port}/` };
  },
};

const copyparty: Peer = {
  who: 'copyparty',
  row: '#files tbody tr',
  serve: async ({ folder, port }) => ({
    process: spawn('copyparty', ['-i', '127.0.0.1', '-p', String(port), '-v', `${folder}::r`, '-q', '--no-db'], { stdio: 'ignore' }),
    url: `http://127.0.0.1:${port}/`,
  }),
};

async function freePort(): Promise<number> {
  const listener = createServer().listen(0, '127.0.0.1');
  await once(listener, 'listening');
  const address = listener.address();
  await new Promise((done) => listener.close(done));
  if (address === null || typeof address === 'string') throw new Error('no port');
  return address.port;
}

/** Seconds until something holds; none if that takes too long. */
async function seconds(begun: number, until: Promise<unknown>): Promise<number | null> {
  return until.then(
    () => (performance.now() - begun) / 1000,
    () => null,
  );
}

/** The longest wait for a frame, in milliseconds, while the scroll bar is drawn through. */
async function longestFrame(page: Page, scroller?: string): Promise<number> {
  return page.evaluate(async (scroller) => {
    const list = scroller ? document.querySelector(scroller)! : document.scrollingElement!;
    let [longest, before] = [0, performance.now()];
    for (let step = 60; step >= 0; step -= 1) {
      list.scrollTop = (list.scrollHeight * step) / 60;
      await new Promise((drawn) => requestAnimationFrame(() => setTimeout(drawn, 0)));
      const now = performance.now();
      longest = Math.max(longest, now - before);
      before = now;
    }
    return longest;
  }, scroller);
}

async function look(browser: Browser, peer: Peer, served: Served): Promise<Figures> {
  const page = await (await browser.newContext()).newPage();
  page.setDefaultTimeout(cap);
  try {
    if (served.open) await page.goto(served.open);
    const begun = performance.now();
    const opened = page.goto(served.url, { waitUntil: 'commit', timeout: cap });
    const first = await seconds(begun, opened.then(() => page.locator(peer.row).first().waitFor()));
    const figures: Figures = { first_row: first };
    if (first === null) return figures;
    const last = page.getByText(name(entries - 1)).first();
    if (served.open) {
      await page.locator('[data-hydrated]').first().waitFor({ state: 'attached' });
      figures.whole = await seconds(begun, page.getByText(`${entries.toLocaleString('en')} entries`, { exact: true }).waitFor());
      await page.locator(peer.row).first().click({ position: { x: 300, y: 10 } });
    } else {
      figures.whole = await seconds(begun, last.waitFor({ state: 'attached' }));
    }
    if (figures.whole === null) return figures;
    const pressed = performance.now();
    await page.keyboard.press('End');
    figures.last_row = await seconds(pressed, expect(last).toBeInViewport({ timeout: cap }));
    figures.elements = await page.evaluate(() => document.getElementsByTagName('*').length);
    const heap = await page.evaluate(() => (performance as unknown as { memory: { usedJSHeapSize: number } }).memory.usedJSHeapSize);
    figures.heap_mib = heap / 2 ** 20;
    figures.longest_frame_ms = await longestFrame(page, peer.scroller);
    if (!served.open) return figures;

    const filtered = performance.now();
    await page.getByLabel('Filter by name').fill('777');
    figures.filter = await seconds(filtered, page.getByText('matching “777”').waitFor());
    await page.getByLabel('Filter by name').fill('');
    await page.getByText(`${entries.toLocaleString('en')} entries`, { exact: true }).waitFor();
    const turned = performance.now();
    await page.getByRole('link', { name: 'Name' }).click();
    figures.turned_around = await seconds(turned, expect(last).toBeInViewport({ timeout: cap }));
    return figures;
  } finally {
    await page.context().close();
  }
}

function median(values: (number | null | undefined)[]): number | null {
  const known = values.filter((value) => value !== undefined).map((value) => value ?? Infinity).sort((a, b) => a - b);
  const middle = known[Math.floor(known.length / 2)];
  return middle === undefined || middle === Infinity ? null : middle;
}

test('a million entries are opened, reached and looked through', async ({ browser }) => {
  const base = mkdtempSync(join(process.env.BASE ?? tmpdir(), 'tidelock-bench-'));
  const folder = join(base, 'folder');
  mkdirSync(folder);
  for (let number = 0; number < entries; number += 1) closeSync(openSync(join(folder, name(number)), 'w'));
  const peers = [tidelock, ...(isInstalled('nginx') ? [nginx] : []), ...(isInstalled('copyparty') ? [copyparty] : [])];
  const found: Record<string, Figures[]> = {};
  try {
    for (let round = 0; round < rounds; round += 1) {
      for (const peer of peers) {
        const served = await peer.serve({ base, folder, port: await freePort() });
        try {
          const root = new URL(served.url).origin;
          await expect.poll(async () => fetch(`${root}/favicon.ico`).then(() => true, () => false), { timeout: 30_000 }).toBeTruthy();
          const figures = await look(browser, peer, served);
          const [, memory] = /^VmHWM:\s+(\d+)/m.exec(readFileSync(`/proc/${served.process.pid}/status`, 'utf8')) ?? [];
          (found[peer.who] ??= []).push({ ...figures, server_mib: Number(memory) / 1024 });
        } finally {
          const exit = once(served.process, 'exit');
          served.process.kill('SIGTERM');
          await exit;
        }
      }
    }
  } finally {
    rmSync(base, { recursive: true, force: true });
  }
  const columns = ['first_row', 'whole', 'last_row', 'filter', 'turned_around', 'elements', 'heap_mib', 'longest_frame_ms', 'server_mib'];
  const medians = Object.fromEntries(
    Object.entries(found).map(([who, all]) => [who, Object.fromEntries(columns.map((column) => [column, median(all.map((one) => one[column]))]))]),
  );
  const cell = (value: number | null | undefined): string => (value === null || value === undefined ? '–' : value >= 100 ? value.toFixed(0) : value.toFixed(2));
  console.log(`${entries} entries, medians of ${rounds}\n| | ${columns.join(' | ')} |\n|---|${columns.map(() => '---|').join('')}`);
  for (const [who, figures] of Object.entries(medians)) console.log(`| ${who} | ${columns.map((column) => cell(figures[column])).join(' | ')} |`);
  console.log(JSON.stringify({ entries, rounds, medians }));
  const ours = medians.tidelock!;
  for (const [who, theirs] of Object.entries(medians).filter(([who]) => who !== 'tidelock')) {
    for (const column of ['first_row', 'whole']) expect(ours[column], `${column} beside ${who}`).toBeLessThan(theirs[column] ?? cap / 1000);
  }
});
