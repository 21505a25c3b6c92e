import { existsSync } from 'node:fs';
import { delimiter, join } from 'node:path';
import { defineConfig } from '@playwright/test';
import { desktop } from './viewports';

// The system's own browser, by the same names as in xtask/src/needs.rs.
function chromium(): string | undefined {
  const folders = (process.env.PATH ?? '').split(delimiter);
  const names = ['chromium', 'chromium-browser', 'google-chrome'];
  return names.flatMap((name) => folders.map((folder) => join(folder, name))).find(existsSync);
}

export default defineConfig({
  testDir: 'specs',
  outputDir: 'results',
  reporter: 'list',
  fullyParallel: true,
  workers: 2,
  forbidOnly: process.env.CI === 'true',
  use: {
    viewport: desktop,
    trace: 'retain-on-failure',
    launchOptions: {
      executablePath: chromium(),
      args: [
        '--no-sandbox', // root, as in most containers, has none
        '--disable-gpu',
        '--disable-quic',
        '--no-first-run',
        '--disable-background-networking',
        '--disable-component-update',
        '--disable-sync',
        '--disable-dev-shm-usage',
      ],
    },
  },
  projects: [
    { name: 'hydrated' },
    // Every page is useful before its program arrives; a spec of what is not says `.hydrate.`.
    { name: 'no-js', testIgnore: '**/*.hydrate.spec.ts', use: { javaScriptEnabled: false } },
  ],
});
