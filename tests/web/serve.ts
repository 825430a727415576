// One server for all journeys, on a copy of the demonstration, at a free port.
import { type ChildProcess, execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import type { TestProject } from 'vitest/node';
import { password } from './people.ts';

declare module 'vitest' {
  export interface ProvidedContext {
    address: string;
    data: string;
  }
}

const startedWithinMs = 30_000;

function addressOf(server: ChildProcess): Promise<string> {
  return new Promise((resolve, reject) => {
    const timer = setTimeout(() => reject(new Error('the server did not start')), startedWithinMs);
    if (!server.stdout || !server.stderr) return reject(new Error('no output'));
    for (const output of [server.stdout, server.stderr]) {
      createInterface({ input: output }).on('line', (line) => {
        const found = line.match(/http:\/\/127\.0\.0\.1:\d+/);
        if (!found) return;
        clearTimeout(timer);
        resolve(found[0]);
      });
    }
  });
}

// All pictures of a run side by side.
function writeContactSheet(folder: string): void {
  const pictures = readdirSync(folder).filter((name) => name.endsWith('.png'));
  const figures = pictures.map(
    (name) => `<figure><img src="${name}" loading="lazy"><figcaption>${name}</figcaption></figure>`,
  );
  const style = 'body{columns:3;font:12px sans-serif}figure{margin:0 0 1rem}img{width:100%}';
  writeFileSync(join(folder, 'index.html'), `<style>${style}</style>${figures.join('\n')}`);
}

export default async function serve(project: TestProject): Promise<() => void> {
  const program =
    process.env.CODELOG_PROGRAM ?? join(import.meta.dirname, '../../build/release/codelog');
  const folder = mkdtempSync(join(tmpdir(), 'codelog-web-'));
  const data = join(folder, 'data');
  const concepts = process.env.CODELOG_CONCEPTS; // of the large releases of the bench
  execFileSync(program, ['demo', '--data', data, ...(concepts ? ['--concepts', concepts] : [])]);
  for (const name of ['alice', 'bob']) {
    execFileSync(program, ['user', 'password', name, '--data', data], { input: `${password}\n` });
  }
  const server = spawn(program, ['serve', '--data', data, '--listen', '127.0.0.1:0']);
  project.provide('data', data);
  project.provide('address', await addressOf(server));
  return async () => {
    const ended = once(server, 'exit');
    server.kill();
    await ended; // it writes in its folder to the end
    if (process.env.SHOTS) writeContactSheet(process.env.SHOTS);
    rmSync(folder, { recursive: true, force: true });
  };
}
