// The board of administrators: open moves of everybody, limits, drift, and what moves left behind.
import AxeBuilder from '@axe-core/playwright';
import { desktop, expect, phone, test } from '../fixtures';
import { become, call, hydrated } from '../pages';

type View = { id: string };

const long = '/lustre/climate/ensemble-2026-09';

test.describe.configure({ timeout: 90_000 });

test('an administrator sees what others do, holds it, lets it go on and ends it', async ({ page }) => {
  await page.goto('/');
  await become(page, 'alice');
  const { id } = await call<View>(page, 'start_move', { request: { sources: [long], destination: '/lustre/genomics/results' } });
  await become(page, 'admin');
  await page.goto('/projects');
  await page.getByRole('link', { name: 'Board' }).click();
  const row = page.locator(`[data-move="${id}"].board-row`);
  await expect(row).toContainText('alice');
  await expect(row).toContainText('climate → genomics');
  await row.getByRole('button', { name: /^Hold/ }).click();
  await expect(row).toContainText('An administrator holds this move', { timeout: 30_000 });
  await expect(page.locator('.board-tile', { hasText: 'Paused or held' })).toContainText('1');
  if (process.env.SHOTS) await page.screenshot({ path: `${process.env.SHOTS}/board.png` });
  await row.getByRole('button', { name: /^Let go on/ }).click();
  await expect(row.getByRole('button', { name: /^Hold/ })).toBeVisible({ timeout: 30_000 });
  await row.getByRole('button', { name: /^Cancel/ }).click();
  await expect(row).toHaveCount(0, { timeout: 60_000 });
  await expect(page.getByText('Nothing is under way')).toBeVisible();
});

test('what people ordered and moves did is told, and that nothing of it was changed', async ({ page }) => {
  await page.goto('/');
  await become(page, 'alice');
  const { id } = await call<View>(page, 'start_move', {
    request: { sources: ['/lustre/genomics/results'], destination: '/lustre/climate' },
  });
  await become(page, 'admin');
  await page.goto('/board');
  await page.getByRole('link', { name: 'Audit' }).click();
  const acts = page.locator('.audit__act');
  const begun = acts.filter({ hasText: "'/lustre/genomics/results' is moved to '/lustre/climate/results'" });
  await expect(begun).toContainText('alice');
  await page.getByRole('button', { name: 'Check that nothing was changed' }).click();
  await expect(page.getByText(/records, and none was changed or taken out/)).toBeVisible();
  expect((await new AxeBuilder({ page }).analyze()).violations).toEqual([]);
  await begun.getByRole('link', { name: id }).click();
  await expect(page).toHaveURL(`/moves/${id}`);
});

test('while it is drained a move waits in sight of the board, and goes on afterwards', async ({ page }) => {
  await page.goto('/');
  await become(page, 'admin');
  await page.goto('/board');
  // Before the program has taken over nothing can be typed that would be lost.
  const moves = page.getByLabel('Moves at once');
  await moves.fill('none');
  await page.getByRole('button', { name: 'Set', exact: true }).click();
  await expect(page.getByText('Write a number, at least 1.')).toBeVisible();
  await expect(moves).toHaveAttribute('aria-invalid', 'true');
  await moves.fill('2');
  await page.getByLabel('Copied bytes per second').fill('500 MiB');
  await page.getByLabel(/^Drain/).check();
  await page.getByRole('button', { name: 'Set', exact: true }).click();
  await expect(page.getByText('The limits are set.').first()).toBeVisible();
  await page.reload();
  await expect(page.getByLabel(/^Drain/)).toBeChecked();
  await expect(page.getByLabel('Copied bytes per second')).toHaveValue('500 MiB');

  const { id } = await call<View>(page, 'start_move', {
    request: { sources: ['/lustre/genomics/results'], destination: '/lustre/climate' },
  });
  const row = page.locator(`[data-move="${id}"].board-row`);
  await expect(row).toContainText('An administrator lets nothing new come into sight', { timeout: 30_000 });
  await page.getByLabel(/^Drain/).uncheck();
  await page.getByRole('button', { name: 'Set', exact: true }).click();
  await expect(row).toHaveCount(0, { timeout: 60_000 });
  await page.goto('/browse/lustre/climate');
  await expect(page.getByRole('link', { name: 'results' })).toBeVisible();
});

test('what is charged wrongly is found by a scan, repaired, and gone, and that is known later', async ({ page, server, complaints }) => {
  await page.goto('/');
  await become(page, 'admin');
  await page.goto('/board/drift');
  // It is over its limit, and that is no drift.
  const tools = page.locator('[data-project="shared-tools"]');
  await tools.getByRole('button', { name: 'Scan shared-tools' }).click();
  await expect(tools).toContainText('more than its hard limit of 150', { timeout: 30_000 });
  await expect(tools.getByRole('button', { name: 'Plan a repair' })).toHaveCount(0);
  const climate = page.locator('[data-project="climate"]');
  await expect(climate).toContainText('never scanned');
  await climate.getByRole('button', { name: 'Scan climate' }).click();
  await expect(climate).toContainText('3 entries (120 GiB) are charged to project 2002', { timeout: 30_000 });
  await climate.getByText('Which?').click();
  await expect(climate.getByRole('link', { name: /hour-006\.nc$/ })).toBeVisible();
  if (process.env.SHOTS) await page.screenshot({ path: `${process.env.SHOTS}/drift.png` });
  await climate.getByRole('button', { name: 'Plan a repair' }).click();
  await page.getByRole('dialog').getByRole('button', { name: /^Repair/ }).click();
  await expect(page.getByRole('complementary', { name: 'Moves' })).toContainText(/ended|done/i, { timeout: 60_000 });
  await climate.getByRole('button', { name: 'Scan climate' }).click();
  await expect(climate).toContainText('Nothing is charged wrongly.', { timeout: 60_000 });
  await climate.getByText('1 earlier scan').click();
  await expect(climate).toContainText('3 entries (120 GiB) are charged to project 2002');
  if (process.env.SHOTS) await page.screenshot({ path: `${process.env.SHOTS}/drift-before.png` });

  complaints.expect(/ERR_CONNECTION|Failed to load|net::|status 503/);
  await server.restart();
  await page.goto('/board/drift');
  await expect(tools).toContainText('more than its hard limit of 150');
  await expect(climate).toContainText('Nothing is charged wrongly.');
  await expect(climate).toContainText('1 earlier scan');
});

test('what another server left behind is found, taken over and deleted', async ({ page }) => {
  await page.goto('/');
  await become(page, 'admin');
  await page.goto('/board/leftovers');
  await expect(page.getByText('Nobody has looked since the server started.')).toBeVisible();
  await page.getByRole('button', { name: 'Look for it' }).click();
  const thing = page.locator('.leftover');
  await expect(thing).toContainText('another tidelock has hidden it');
  if (process.env.SHOTS) await page.screenshot({ path: `${process.env.SHOTS}/leftovers.png` });
  await thing.getByRole('button', { name: 'That server is gone' }).click();
  await expect(thing).toContainText('nobody knows of it any more');
  await thing.getByRole('button', { name: 'Delete for good' }).click();
  await expect(thing).toContainText('This deletes 10 entries');
  await thing.getByRole('button', { name: 'Keep it' }).click();
  await thing.getByRole('button', { name: 'Delete for good' }).click();
  await thing.getByRole('group').getByRole('button', { name: 'Delete for good' }).click();
  await expect(page.getByText('Nothing was left behind')).toBeVisible();
});

test('nobody else sees the board', async ({ page }) => {
  for (const path of ['/board', '/board/drift', '/board/leftovers']) {
    await page.goto(path);
    await expect(page.getByText('Only administrators see this')).toBeVisible();
    await expect(page.getByRole('link', { name: 'Board' })).toHaveCount(0);
  }
});

for (const [name, viewport] of Object.entries({ desktop, phone })) {
  test(`it is accessible and whole at ${name} width`, async ({ page }) => {
    await page.setViewportSize(viewport);
    await page.goto('/');
    await become(page, 'admin');
    // The survey before it would keep within these limits too.
    await call<View>(page, 'start_move', { request: { sources: [long], destination: '/lustre/genomics/results' } });
    await call(page, 'set_limits', { limits: { moves_at_once: 2, operations_per_second: 20, bytes_per_second: null } });
    for (const path of ['/board', '/board/drift', '/board/leftovers']) {
      await page.goto(path);
      await page.locator('[data-hydrated]').first().waitFor({ state: 'attached' });
      if (path.endsWith('leftovers')) {
        await page.getByRole('button', { name: 'Look for it' }).click();
        await expect(page.locator('.leftover')).toBeVisible();
      }
      if (path.endsWith('drift')) {
        await page.getByRole('button', { name: 'Scan archive' }).click();
        await expect(page.locator('.problem').first()).toBeVisible({ timeout: 30_000 });
      }
      const { violations } = await new AxeBuilder({ page }).analyze();
      expect(violations.map(({ id, nodes }) => `${id}: ${nodes.map((node) => node.html).join(' ')}`)).toEqual([]);
      expect(await page.evaluate(() => document.documentElement.scrollWidth - document.documentElement.clientWidth)).toBeLessThanOrEqual(0);
    }
  });
}
