// What people see and do, by role and label: the specs speak of nothing else.
import { expect, type Locator, type Page } from '@playwright/test';

export class Browse {
  readonly drawer: Locator;
  readonly tray: Locator;
  readonly card: Locator;

  constructor(readonly page: Page) {
    this.drawer = page.getByRole('dialog');
    this.tray = page.getByRole('complementary', { name: 'Moves' });
    this.card = page.locator('.preview-card');
  }

  /** One folder, or two side by side; `root` chosen so that everything may be moved. */
  async open(folder: string, other?: string): Promise<void> {
    await this.page.goto(`/browse${folder}${other ? `?pane2=${encodeURIComponent(other)}` : ''}`);
    await hydrated(this.page);
  }

  pane(number: 1 | 2): Locator {
    return this.page.getByRole('region', { name: `Pane ${number}` });
  }

  row(pane: 1 | 2, name: string): Locator {
    return this.pane(pane).getByRole('row').filter({ has: this.page.getByText(name, { exact: true }) });
  }

  /** Takes an entry in the hand and holds it over another pane. */
  async dragOver(name: string, target: Locator): Promise<void> {
    const from = await box(this.row(1, name));
    const to = await box(target);
    await this.page.mouse.move(from.x + 120, from.y + from.height / 2);
    await this.page.mouse.down();
    await this.page.mouse.move(from.x + 140, from.y + from.height / 2 + 8, { steps: 4 });
    await this.page.mouse.move(to.x + to.width / 2, to.y + to.height / 2, { steps: 12 });
  }

  async drop(): Promise<void> {
    await this.page.mouse.up();
  }

  async start(): Promise<void> {
    await this.drawer.getByRole('button', { name: /^Move / }).click();
    await expect(this.drawer).toBeHidden();
  }
}

async function box(of: Locator): Promise<{ x: number; y: number; width: number; height: number }> {
  await of.scrollIntoViewIfNeeded();
  const found = await of.boundingBox();
  if (!found) throw new Error('it is not on the page');
  return found;
}

/** The page's program has taken over: a click before that would be lost. */
export async function hydrated(page: Page): Promise<void> {
  await page.locator('[data-hydrated]').first().waitFor({ state: 'attached' });
}

/** In the demo one becomes another user without a password; the administrator may do everything. */
export async function become(page: Page, user: string): Promise<void> {
  const answer = await page.request.post('/api/become', { data: { user }, headers: { origin: new URL(page.url()).origin } });
  expect(answer.ok()).toBeTruthy();
}

/** A call as a program makes it: what happens behind the back of an open page. */
export async function call<T>(page: Page, name: string, data: object): Promise<T> {
  const answer = await page.request.post(`/api/${name}`, { data, headers: { origin: new URL(page.url()).origin } });
  expect(answer.ok(), `${name}: ${answer.status()}`).toBeTruthy();
  return answer.json();
}

/** Starts a move, or the undo of one, and waits until it is done. */
export async function moves(page: Page, what: { sources: string[]; destination: string; as?: string } | { undo: string }): Promise<string> {
  type View = { id: string; state: string };
  const { id } = 'undo' in what ? await call<View>(page, 'undo_move', { id: what.undo }) : await call<View>(page, 'start_move', { request: what });
  await expect.poll(async () => (await call<View>(page, 'move_detail', { id })).state, { timeout: 30_000 }).toBe('done');
  return id;
}
