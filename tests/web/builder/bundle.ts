// The built scripts, as browsers load them.
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { inject } from 'vitest';

type Chunk = { file: string; imports?: string[] };

function built(): Record<string, Chunk> {
  return JSON.parse(readFileSync(join(inject('dist'), 'manifest.json'), 'utf8'));
}

export function sourcesOf(folder: string): string[] {
  return Object.keys(built()).filter((name) => name.startsWith(folder));
}

// The bytes of these sources with all that they import at once, each compressed.
export function bytesOf(...sources: string[]): number {
  const manifest = built();
  const needed = new Set(sources);
  for (const name of needed) for (const other of manifest[name]?.imports ?? []) needed.add(other);
  const sizes = [...needed].map((name) => {
    const file = manifest[name]?.file;
    if (!file) throw new Error(`${name} is not built`);
    return gzipSync(readFileSync(join(inject('dist'), file)), { level: 9 }).length;
  });
  return sizes.reduce((sum, size) => sum + size, 0);
}
