// Moves that wait: for whoever asked for them, for tape, for an administrator, for their turn.
import { expect, test } from '../fixtures';
import { Browse, become, call } from '../pages';

const long = 'ensemble-2026-09';
const onTape = 'pilot-2016';

test.describe.configure({ timeout: 90_000 });

test.beforeEach(async ({ page }) => {
  await page.goto('/');
  await become(page, 'admin');
});

/** A button of the tray, which may be folded away. */
async function button(browse: Browse, name: string) {
  const found = browse.tray.getByRole('button', { name }).first();
  const moves = browse.tray.locator('summary').first();
  await moves.waitFor();
  await expect(async () => {
    if (!(await found.isVisible())) await moves.click();
    await expect(found).toBeVisible({ timeout: 1_000 });
  }).toPass();
  return found;
}

test('a running move is paused, and goes on to the end', async ({ page }) => {
  const browse = new Browse(page);
  await browse.open('/lustre/climate', '/lustre/genomics/results');
  await browse.dragOver(long, browse.pane(2).getByRole('grid'));
  await expect(browse.card).toContainText(/fits/i);
  await browse.drop();
  await browse.start();
  await (await button(browse, 'Pause')).click();
  await expect(browse.tray).toContainText('Paused. What is done so far stays', { timeout: 30_000 });
  if (process.env.SHOTS) await page.screenshot({ path: `${process.env.SHOTS}/paused.png` });
  await page.reload();
  await (await button(browse, 'Resume')).click();
  await expect(browse.row(2, long)).toBeVisible({ timeout: 60_000 });
  await expect(browse.row(1, long)).toHaveCount(0);
});

test('what is on tape is copied once one agrees to wait for it', async ({ page }) => {
  const browse = new Browse(page);
  await browse.open('/lustre/archive', '/scratch/alice');
  await browse.dragOver(onTape, browse.pane(2).getByRole('columnheader').first());
  await browse.drop();
  await expect(browse.drawer).toContainText(/on tape only, and this move has to copy the data/);
  await expect(browse.drawer.getByRole('button', { name: /^Move / })).toBeDisabled();
  await browse.drawer.getByRole('button', { name: /Bring them back first/ }).click();
  await expect(browse.drawer).toContainText(/first brought back from tape/);
  if (process.env.SHOTS) await page.screenshot({ path: `${process.env.SHOTS}/tape-plan.png` });
  await browse.start();
  await expect(browse.tray).toContainText(/Waits for tape: \d+ files/, { timeout: 30_000 });
  if (process.env.SHOTS) await page.screenshot({ path: `${process.env.SHOTS}/tape.png` });
  await expect(browse.row(2, onTape)).toBeVisible({ timeout: 60_000 });
});

test('an administrator holds a move, and its asker is told', async ({ page }) => {
  type View = { id: string };
  await become(page, 'alice');
  const source = '/lustre/climate/ensemble-2026-09';
  const { id } = await call<View>(page, 'start_move', { request: { sources: [source], destination: '/lustre/genomics/results' } });
  await become(page, 'admin');
  await call<View>(page, 'hold_move', { id });
  await become(page, 'alice');
  await page.goto(`/moves/${id}`);
  await expect(page.getByRole('main')).toContainText('An administrator holds this move', { timeout: 30_000 });
  if (process.env.SHOTS) await page.screenshot({ path: `${process.env.SHOTS}/held.png` });
  await expect(page.getByRole('main').getByRole('button', { name: 'Resume' })).toHaveCount(0);
  await become(page, 'admin');
  await call<View>(page, 'lift_hold', { id });
  await expect(page.getByText('committed', { exact: false }).first()).toBeVisible({ timeout: 60_000 });
});

test('moves beyond the limit wait for their turn', async ({ page }) => {
  type View = { id: string };
  await call(page, 'set_limits', { limits: { moves_at_once: 1, operations_per_second: null, bytes_per_second: null } });
  const start = (name: string) =>
    call<View>(page, 'start_move', { request: { sources: [`/lustre/climate/${name}`], destination: '/lustre/genomics/results' } });
  await start(long);
  const { id } = await start('figures-for-paper');
  await page.goto(`/moves/${id}`);
  await expect(page.getByRole('main')).toContainText('Waits for its turn');
  if (process.env.SHOTS) await page.screenshot({ path: `${process.env.SHOTS}/turn.png` });
  await expect(page.getByText('committed', { exact: false }).first()).toBeVisible({ timeout: 60_000 });
  await call(page, 'set_limits', { limits: { moves_at_once: 4, operations_per_second: null, bytes_per_second: null } });
});
