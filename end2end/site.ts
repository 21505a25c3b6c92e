// A server for many users, and the reverse proxy before it, which says who everybody is where no provider does.
import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { chmod, chown, mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { createServer, request, type IncomingMessage, type Server as HttpServer, type ServerResponse } from 'node:http';
import { createServer as createPlainServer, type AddressInfo } from 'node:net';
import { tmpdir, userInfo } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { test as base } from './fixtures';
import { client, Provider } from './provider';
import { program } from './server';

const readyWithinMilliseconds = 20_000;

/** As whom the server runs, who is the only one that it lets in: whoever runs the tests, but never root. */
const account = process.getuid?.() === 0 ? { username: 'nobody', uid: 65534, gid: 65534 } : userInfo();

export class Site {
  /** Whom the proxy names; nobody while it is empty. */
  user = account.username;
  /** By which the browser knows the proxy. */
  origin = '';
  /** Where the server itself listens, if that is no socket. */
  port = 0;
  /** Who says who everybody is, if that is not the proxy. */
  provider?: Provider;
  private process?: ChildProcess;
  private proxy?: HttpServer;
  private readonly said: string[] = [];

  private constructor(private readonly folder: string) {}

  /** With `from` the server listens on a port and believes that address; else on a socket. */
  static async start({ from, openid = false }: { from?: string; openid?: boolean } = {}): Promise<Site> {
    const site = new Site(await mkdtemp(join(tmpdir(), 'tidelock-site-')));
    await site.prepare();
    await site.beginProxy();
    if (from) site.port = await freePort();
    if (openid) site.provider = await Provider.start(`${site.origin}/sign_in/return`);
    await site.configure(from);
    await site.begin();
    return site;
  }

  /** Who is let in. */
  static get account(): string {
    return account.username;
  }

  get root(): string {
    return join(this.folder, 'data');
  }

  /** What the program printed, of use when a test has failed. */
  get output(): string {
    return this.said.join('\n');
  }

  /** Comes back with the state that it left. */
  async restart(): Promise<void> {
    await this.end();
    await this.begin();
  }

  async stop(): Promise<void> {
    this.proxy?.closeAllConnections();
    this.proxy?.close();
    await this.provider?.stop();
    await this.end();
    await rm(this.folder, { recursive: true, force: true });
  }

  private async prepare(): Promise<void> {
    await chmod(this.folder, 0o755);
    for (const name of ['data', 'state', 'run']) {
      await mkdir(join(this.folder, name), { mode: 0o755 });
      await chown(join(this.folder, name), account.uid, account.gid);
    }
    await mkdir(join(this.root, 'results'));
    await writeFile(join(this.root, 'results', 'readme.txt'), 'hello\n');
    for (const name of ['results', 'results/readme.txt']) await chown(join(this.root, name), account.uid, account.gid);
  }

  private async beginProxy(): Promise<void> {
    this.proxy = createServer((incoming, outgoing) => this.pass(incoming, outgoing));
    this.proxy.listen(0, '127.0.0.1');
    await once(this.proxy, 'listening');
    this.origin = `http://localhost:${(this.proxy.address() as AddressInfo).port}`;
  }

  /** What a browser says of itself is cleared; what the proxy knows is set. */
  private pass(incoming: IncomingMessage, outgoing: ServerResponse): void {
    const headers = { ...incoming.headers, 'x-forwarded-for': incoming.socket.remoteAddress ?? '' };
    delete headers['x-remote-user'];
    if (this.user && !this.provider) headers['x-remote-user'] = this.user;
    const passed = request({ ...this.address(), method: incoming.method, path: incoming.url, headers }, (answer) => {
      outgoing.writeHead(answer.statusCode ?? 502, answer.rawHeaders);
      answer.pipe(outgoing);
    });
    passed.on('error', () => outgoing.destroy());
    outgoing.on('close', () => passed.destroy());
    incoming.pipe(passed);
  }

  /** How the server itself is reached. */
  address(): { socketPath: string } | { host: string; port: number } {
    return this.port ? { host: '127.0.0.1', port: this.port } : { socketPath: join(this.folder, 'run', 'http.sock') };
  }

  private async configure(from?: string): Promise<void> {
    const address = this.address();
    const listen = 'socketPath' in address ? `unix:${address.socketPath}` : `${address.host}:${address.port}`;
    const lines = [
      `listen = "${listen}"`,
      `state = "${join(this.folder, 'state')}"`,
      `url = "${this.origin}"`,
      `roots = ["${this.root}"]`,
      '[sign_in]',
      'minimum_uid = 1',
      ...(this.provider ? await this.believing(this.provider) : ['[sign_in.proxy]', 'header = "X-Remote-User"']),
      ...(from ? [`from = ["${from}"]`] : []),
      '[roles]',
      `administrators = ["${account.username}"]`,
    ];
    await writeFile(join(this.folder, 'tidelock.toml'), `${lines.join('\n')}\n`);
  }

  private async believing({ issuer }: Provider): Promise<string[]> {
    const secret = join(this.folder, 'secret');
    await writeFile(secret, `${client.secret}\n`, { mode: 0o600 });
    await chown(secret, account.uid, account.gid);
    return [
      '[sign_in.openid]',
      'name = "Example University"',
      `issuer = "${issuer}"`,
      `client_id = "${client.id}"`,
      `client_secret_file = "${secret}"`,
    ];
  }

  private async begin(): Promise<void> {
    const child = spawn(program, ['serve', '--config', join(this.folder, 'tidelock.toml')], {
      stdio: ['ignore', 'pipe', 'pipe'],
      ...(process.getuid?.() === 0 ? { uid: account.uid, gid: account.gid } : {}),
    });
    this.process = child;
    for (const stream of [child.stdout, child.stderr]) createInterface(stream).on('line', (line) => this.said.push(line));
    const deadline = AbortSignal.timeout(readyWithinMilliseconds);
    while ((await this.ask('/readyz')) !== 200) {
      if (deadline.aborted || child.exitCode !== null) throw new Error(`not ready in time:\n${this.output}`);
      await new Promise((wake) => setTimeout(wake, 50));
    }
  }

  private async end(): Promise<void> {
    if (!this.process || this.process.exitCode !== null) return;
    const exit = once(this.process, 'exit');
    this.process.kill('SIGTERM');
    await exit;
  }

  /** The status of an answer of the server itself, asked beside the proxy; 0 if there is none. */
  async ask(path: string, headers: Record<string, string> = {}): Promise<number> {
    return new Promise((resolve) => {
      const asked = request({ ...this.address(), path, headers: { host: new URL(this.origin).host, ...headers } }, (answer) => {
        answer.resume();
        resolve(answer.statusCode ?? 0);
      });
      asked.on('error', () => resolve(0));
      asked.end();
    });
  }
}

async function freePort(): Promise<number> {
  const taken = createPlainServer().listen(0, '127.0.0.1');
  await once(taken, 'listening');
  const { port } = taken.address() as AddressInfo;
  taken.close();
  await once(taken, 'close');
  return port;
}

/** A test that has a site of its own. */
export const test = base.extend<{ site: Site; openid: boolean }>({
  openid: [false, { option: true }],
  site: async ({ openid }, use, testInfo) => {
    const site = await Site.start({ openid });
    await use(site);
    if (testInfo.status !== testInfo.expectedStatus) {
      await testInfo.attach('server output', { body: site.output, contentType: 'text/plain' });
    }
    await site.stop();
  },
  baseURL: async ({ site }, use) => use(site.origin),
});
