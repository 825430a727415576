// The scripts of the web app, built once for all tests of a run.
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { build } from 'vite';
import type { TestProject } from 'vitest/node';

declare module 'vitest' {
  export interface ProvidedContext {
    dist: string;
  }
}

export default async function buildScripts(project: TestProject): Promise<() => void> {
  const folder = mkdtempSync(join(tmpdir(), 'codelog-dist-'));
  const dist = join(folder, 'dist');
  await build({
    configFile: join(import.meta.dirname, '../../../server/web/vite.config.ts'),
    logLevel: 'error',
    build: { outDir: dist },
  });
  project.provide('dist', dist);
  return () => rmSync(folder, { recursive: true, force: true });
}
