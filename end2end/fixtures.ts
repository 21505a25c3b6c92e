// What every spec gets: a server of its own, and a test that fails on what the browser complains of.
import { test as base, expect, type BrowserContext } from '@playwright/test';
import { Server, ServesNothingYet } from './server';

export { expect };
export { desktop, phone } from './viewports';

/** Errors in the console, exceptions of the page and answers with an error status. */
class Complaints {
  private readonly heard: string[] = [];
  private readonly expected: RegExp[] = [];

  constructor(context: BrowserContext) {
    context.on('console', (message) => {
      if (message.type() === 'error') this.heard.push(`console: ${message.text()} (${message.location().url})`);
    });
    context.on('weberror', (error) => this.heard.push(`exception: ${error.error().stack ?? error.error()}`));
    context.on('response', (response) => {
      if (response.status() >= 400) this.heard.push(`status ${response.status()}: ${response.url()}`);
    });
  }

  /** For a test that provokes an error on purpose, such as a killed server. */
  expect(...patterns: RegExp[]): void {
    this.expected.push(...patterns);
  }

  get unexpected(): string[] {
    return this.heard.filter((complaint) => !this.expected.some((pattern) => pattern.test(complaint)));
  }
}

type Fixtures = { server: Server; serverVerb: string; serverOptions: string[]; complaints: Complaints };

export const test = base.extend<Fixtures>({
  serverVerb: ['demo', { option: true }],
  serverOptions: [[], { option: true }],

  // One per test: a test may move files, fill a quota or kill the server, and no other sees it.
  server: async ({ serverVerb, serverOptions }, use, testInfo) => {
    const server = await Server.start([serverVerb, ...serverOptions]).catch((error: unknown) => {
      testInfo.skip(error instanceof ServesNothingYet, 'this build of tidelock has no demo');
      throw error;
    });
    await use(server);
    if (testInfo.status !== testInfo.expectedStatus) {
      await testInfo.attach('server output', { body: server.output, contentType: 'text/plain' });
    }
    await server.stop();
  },

  baseURL: async ({ server }, use) => use(server.origin),

  complaints: [
    async ({ context }, use) => {
      const complaints = new Complaints(context);
      await use(complaints);
      expect(complaints.unexpected, 'the browser complained').toEqual([]);
    },
    { auto: true },
  ],
});
