// `npx playwright test --config bench`: what takes real folders and minutes, apart from the suite.
import { defineConfig } from '@playwright/test';
import suite from '../playwright.config';

export default defineConfig({
  ...suite,
  testDir: '.',
  testMatch: '*.bench.ts',
  outputDir: '../results',
  workers: 1,
  timeout: 0,
  use: { ...suite.use, trace: 'off' },
  projects: [{ name: 'bench' }],
});
