// A large real tree, moved between two real mounts by a person's hand in the browser.
//
//   cd end2end && HERE=/mnt/a THERE=/mnt/b TREE=/usr npx playwright test --config bench
//
// HERE and THERE are folders on two mounts, with room for TREE. A copy of TREE is made in HERE,
// `tidelock serve` manages both folders, and the copy is dragged from one pane to the other. Then
// the arrived tree is compared with the original as `bench/real_move.py` compares, the kept
// original is purged on the move's page, and everything that was made is deleted. Prints one JSON
// object; fails on any difference, and on a server that ever took more than MEMORY_MIB (200).
import { type ChildProcess, execFile, spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, readFileSync } from 'node:fs';
import { mkdtemp, readdir, realpath, rm, stat } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { createInterface } from 'node:readline';
import { promisify } from 'node:util';
import { expect, test } from '@playwright/test';
import { Browse, call, hydrated } from '../pages';

const run = promisify(execFile);
const repository = resolve(import.meta.dirname, '../..');
const memoryLimit = Number(process.env.MEMORY_MIB ?? 200);

type Digest = { digest: string; entries: number };
type Move = { id: string; state: string; started_ms: number; finished_ms: number; counters: { bytes_done: number } };

async function digest(tree: string): Promise<Digest> {
  const program = 'import json, sys; from real_move import digest; print(json.dumps(dict(zip(["digest", "entries"], digest(sys.argv[1])))))';
  const { stdout } = await run('python3', ['-c', program, tree], { env: { ...process.env, PYTHONPATH: join(repository, 'bench') } });
  return JSON.parse(stdout);
}

/** The most memory that the process has ever had, in MiB. */
function peakMemory(server: ChildProcess): number {
  const [, kibibytes] = /^VmHWM:\s+(\d+)/m.exec(readFileSync(`/proc/${server.pid}/status`, 'utf8')) ?? [];
  return Number(kibibytes) / 1024;
}

test('a real tree is moved between two mounts by hand', async ({ browser }) => {
  const { HERE, THERE, TREE = '/usr' } = process.env;
  if (!HERE || !THERE) throw new Error('HERE and THERE name two folders on two mounts');
  const [here, there] = [await realpath(HERE), await realpath(THERE)];
  expect((await stat(here)).dev, 'two mounts').not.toBe((await stat(there)).dev);
  const [tree, moved] = [join(here, 'tree'), join(there, 'tree')];
  expect([tree, moved].filter(existsSync), 'these names are free').toEqual([]);
  const state = await mkdtemp(join(tmpdir(), 'tidelock-bench-'));
  let server: ChildProcess | undefined;
  try {
    await run('cp', ['-a', TREE, tree]);
    const wanted = await digest(tree);

    server = spawn(join(repository, 'target/release/tidelock'), ['serve', '--listen', '127.0.0.1:0', '--state', state, '--root', here, '--root', there], {
      stdio: ['ignore', 'pipe', 'ignore'],
    });
    const [link] = await once(createInterface(server.stdout!), 'line');
    await expect.poll(async () => fetch(new URL('/readyz', link)).then((answer) => answer.ok, () => false)).toBeTruthy();
    const context = await browser.newContext({ baseURL: new URL(link).origin });
    const page = await context.newPage();
    await page.goto(link);
    const idle = peakMemory(server);

    const desk = new Browse(page);
    await desk.open(here, there);
    await desk.dragOver('tree', desk.pane(2).getByRole('grid'));
    const held = Date.now();
    await expect(desk.card).toContainText(/Fits\./, { timeout: 600_000 });
    const surveyed = Date.now() - held;
    await desk.drop();
    const dropped = Date.now();
    await expect(desk.drawer.locator('.button--primary')).toBeEnabled({ timeout: 600_000 });
    const planned = Date.now() - dropped;
    await desk.start();
    await expect(desk.row(2, 'tree')).toBeVisible({ timeout: 0 });
    await expect(desk.row(1, 'tree')).toHaveCount(0);
    const [{ id }] = await call<Move[]>(page, 'moves', {});
    await expect.poll(async () => (await call<Move>(page, 'move_detail', { id })).state, { timeout: 0, intervals: [1_000] }).toBe('done');
    const done = await call<Move>(page, 'move_detail', { id });

    const arrived = await digest(moved);
    await page.goto(`/moves/${id}`);
    await hydrated(page);
    await page.getByRole('main').getByRole('button', { name: /^Purge/ }).click();
    await page.getByRole('main').getByRole('button', { name: 'Delete the original' }).click();
    await expect(page.getByRole('main').getByRole('button', { name: /^Purge/ })).toBeHidden({ timeout: 0 });
    const left = async () => (await Promise.all([here, there].map((folder) => readdir(folder)))).flat().filter((name) => name.startsWith('.tidelock'));
    await expect.poll(left, { message: 'nothing is left behind', timeout: 600_000 }).toEqual([]);

    const seconds = (done.finished_ms - done.started_ms) / 1000;
    const peak = peakMemory(server);
    console.log(
      JSON.stringify({
        entries: wanted.entries,
        bytes: done.counters.bytes_done,
        survey_in_the_hand_seconds: surveyed / 1000,
        plan_seconds: planned / 1000,
        move_seconds: seconds,
        entries_per_second: Math.round(wanted.entries / seconds),
        mib_per_second: Math.round(done.counters.bytes_done / seconds / 2 ** 20),
        idle_mib: Math.round(idle),
        peak_mib: Math.round(peak),
        everything_kept: arrived.digest === wanted.digest,
        source_gone: !existsSync(tree),
      }),
    );
    expect(arrived).toEqual(wanted);
    expect(existsSync(tree), 'the source is gone').toBe(false);
    expect(peak).toBeLessThan(memoryLimit);
  } finally {
    if (server?.exitCode === null) {
      const exit = once(server, 'exit');
      server.kill('SIGTERM');
      await exit;
    }
    for (const made of [tree, moved, state]) await rm(made, { recursive: true, force: true });
  }
});
