// The program under test: `tidelock demo`, or another verb that serves, on a state folder of its own.
import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { createInterface } from 'node:readline';

export const program = resolve(import.meta.dirname, '../target/release/tidelock');
const readyWithinMilliseconds = 20_000;

export class Server {
  /** What the program says to open; it may lead somewhere below `origin`. */
  url = '';
  private process?: ChildProcess;
  private readonly said: string[] = [];

  private constructor(
    private readonly state: string,
    private readonly words: string[],
  ) {}

  static async start(words: string[]): Promise<Server> {
    const server = new Server(await mkdtemp(join(tmpdir(), 'tidelock-')), words);
    await server.run('127.0.0.1:0');
    return server;
  }

  get origin(): string {
    return new URL(this.url).origin;
  }

  /** What the program printed, of use when a test has failed. */
  get output(): string {
    return this.said.join('\n');
  }

  /** Ends the program as a crash of the machine would: it cannot tidy up. */
  async kill(): Promise<void> {
    if (!this.process || this.process.exitCode !== null || this.process.signalCode !== null) return;
    const exit = once(this.process, 'exit');
    this.process.kill('SIGKILL');
    await exit;
  }

  /** Comes back at the same address, with the state that the killed one left. */
  async restart(): Promise<void> {
    await this.kill();
    await this.run(new URL(this.url).host);
  }

  async stop(): Promise<void> {
    await this.kill();
    await rm(this.state, { recursive: true, force: true });
  }

  private async run(listen: string): Promise<void> {
    const child = spawn(program, [...this.words, '--listen', listen, '--state', this.state], { stdio: ['ignore', 'pipe', 'pipe'] });
    this.process = child;
    createInterface(child.stderr).on('line', (line) => this.said.push(line));
    const lines = createInterface(child.stdout);
    lines.on('line', (line) => this.said.push(line));

    const deadline = AbortSignal.timeout(readyWithinMilliseconds);
    const ended = once(child, 'exit').then(([status]) => {
      throw status === 0 && this.said.length === 0 ? new ServesNothingYet() : new Error(`the program ended with ${status}:\n${this.output}`);
    });
    ended.catch(() => {});
    const [first] = await Promise.race([once(lines, 'line', { signal: deadline }), ended]);
    this.url = first;
    while (!(await isReady(this.origin))) {
      if (deadline.aborted) throw new Error(`not ready in time:\n${this.output}`);
      await Promise.race([new Promise((wake) => setTimeout(wake, 50)), ended]);
    }
  }
}

/** The program has no `demo` yet: it ended in peace without a word. */
export class ServesNothingYet extends Error {}

async function isReady(origin: string): Promise<boolean> {
  return fetch(new URL('/readyz', origin)).then((answer) => answer.ok, () => false);
}
