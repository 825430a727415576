// A site of a test's own, for states that others must not see: its server can be stopped, and be
// started again with other options at the same address.
import { type ChildProcess, execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { password } from './people.ts';

const program =
  process.env.CODELOG_PROGRAM ?? join(import.meta.dirname, '../../build/release/codelog');

function freePort(): Promise<number> {
  return new Promise((resolve) => {
    const server = createServer().listen(0, '127.0.0.1', () => {
      const address = server.address();
      const port = typeof address === 'object' && address ? address.port : 0;
      server.close(() => resolve(port));
    });
  });
}

export class OwnSite {
  readonly address: string;
  private readonly folder = mkdtempSync(join(tmpdir(), 'codelog-own-'));
  private server: ChildProcess | undefined;

  private constructor(address: string) {
    this.address = address;
  }

  static async make(): Promise<OwnSite> {
    const site = new OwnSite(`http://127.0.0.1:${await freePort()}`);
    execFileSync(program, ['demo', '--data', site.data]);
    const input = `${password}\n`;
    execFileSync(program, ['user', 'password', 'alice', '--data', site.data], { input });
    return site;
  }

  private get data(): string {
    return join(this.folder, 'data');
  }

  async start(options: string[] = []): Promise<void> {
    const listen = new URL(this.address).host;
    const server = spawn(program, ['serve', '--data', this.data, '--listen', listen, ...options]);
    this.server = server;
    for (;;) {
      const isUp = await fetch(this.address).then(
        () => true,
        () => false,
      );
      if (isUp) return;
      if (server.exitCode !== null) throw new Error('the server did not start');
      await new Promise((resolve) => setTimeout(resolve, 50));
    }
  }

  async stop(): Promise<void> {
    if (!this.server) return;
    const ended = once(this.server, 'exit');
    this.server.kill();
    await ended;
    this.server = undefined;
  }

  async remove(): Promise<void> {
    await this.stop();
    rmSync(this.folder, { recursive: true, force: true });
  }
}
