// Writes everything that Vite built into one file, web.pack, which becomes part of the program:
//
//   codelog web pack 1\n
//   NAME SIZE\n          for each file, by name; beside NAME, NAME.br and NAME.gz where they help
//   \n
//   the bytes of the files, in the same order
//
// The same sources give the same bytes: names carry hashes of contents, and nothing has a date.
import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join, relative } from 'node:path';
import { brotliCompressSync, constants, gzipSync } from 'node:zlib';
import type { Plugin } from 'vite';

function filesBelow(folder: string): string[] {
  return readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => relative(folder, join(entry.parentPath, entry.name)));
}

function pack(folder: string): Buffer {
  const files: [string, Buffer][] = [];
  for (const name of filesBelow(folder)) {
    const bytes = readFileSync(join(folder, name));
    files.push([name, bytes]);
    const brotli = brotliCompressSync(bytes, {
      params: { [constants.BROTLI_PARAM_SIZE_HINT]: bytes.length },
    });
    if (brotli.length < bytes.length) files.push([`${name}.br`, brotli]);
    const gzip = gzipSync(bytes, { level: 9 });
    if (gzip.length < bytes.length) files.push([`${name}.gz`, gzip]);
  }
  files.sort(([left], [right]) => (left < right ? -1 : 1));
  const head = files.map(([name, bytes]) => `${name} ${bytes.length}\n`).join('');
  return Buffer.concat([
    Buffer.from(`codelog web pack 1\n${head}\n`),
    ...files.map(([, bytes]) => bytes),
  ]);
}

// Packs the output folder into the file beside it.
export function webPack(): Plugin {
  let folder = '';
  return {
    name: 'codelog-web-pack',
    apply: 'build',
    configResolved(config) {
      folder = config.build.outDir;
    },
    closeBundle() {
      writeFileSync(join(folder, '..', 'web.pack'), pack(folder));
    },
  };
}
