import { desktop, expect, phone, test } from '../fixtures';

// What one may be about to tap must not move away when the program takes the page over. A column of a
// table may still widen by a hair while the page arrives: a shift of less than this is not felt.
const felt = 0.01;
const pages = ['/', '/browse/lustre', '/browse/lustre/climate', '/browse/lustre/climate?pane2=/lustre/genomics', '/moves', '/projects', '/projects/lustre/climate', '/trash', '/search?in=%2Flustre%2Fclimate', '/settings'];

declare global {
  interface Window {
    shifts: string[];
  }
}

for (const [name, viewport] of Object.entries({ desktop, phone })) {
  test(`nothing moves when a page comes alive at ${name} width`, async ({ page }) => {
    await page.setViewportSize(viewport);
    await page.addInitScript((felt) => {
      window.shifts = [];
      new PerformanceObserver((list) => {
        for (const shift of list.getEntries() as (PerformanceEntry & { value: number; sources: { node?: Element }[] })[]) {
          const what = shift.sources.map(({ node }) => node?.className ?? node?.nodeName).join(', ');
          if (shift.value >= felt) window.shifts.push(`${shift.value.toFixed(3)} ${what}`);
        }
      }).observe({ type: 'layout-shift', buffered: true });
    }, felt);
    for (const path of pages) {
      await page.goto(path);
      await page.locator('[data-hydrated]').first().waitFor({ state: 'attached' });
      // The observer is told with the next frames.
      await page.evaluate(() => new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done))));
      expect(await page.evaluate(() => window.shifts), path).toEqual([]);
    }
  });
}
