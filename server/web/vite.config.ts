import { resolve } from 'node:path';
import { defineConfig } from 'vitest/config';
import { liveSources } from './vite/live-sources.ts';
import { webPack } from './vite/pack.ts';

// The tests are beside those of the server.
const repository = resolve(import.meta.dirname, '../..');

// One entry a page that is an app of its own. Islands need none: src/site.ts imports them when a
// page has them.
const entries = { site: 'src/site.ts' };

export default defineConfig({
  root: import.meta.dirname,
  base: '/',
  cacheDir: resolve(repository, '.cache/vite'),
  publicDir: false, // fonts and icons are part of the program without Vite
  appType: 'custom',
  plugins: [webPack(), liveSources(process.env.CODELOG_SERVER ?? 'http://127.0.0.1:7000')],
  oxc: { jsx: { runtime: 'automatic', importSource: 'preact' } },
  build: {
    target: 'es2022',
    manifest: 'manifest.json',
    modulePreload: { polyfill: false },
    assetsInlineLimit: 0,
    emptyOutDir: true,
    rolldownOptions: { input: entries },
  },
  server: { port: 7001, strictPort: true, fs: { allow: ['../..'] } },
  test: {
    projects: [
      {
        extends: true,
        test: {
          root: repository,
          name: 'units',
          include: ['tests/web/unit/**/*.test.{ts,tsx}'],
          environment: 'node', // tests of components ask for happy-dom, which is slow to load
        },
      },
      {
        extends: true,
        test: {
          root: repository,
          name: 'builder',
          include: ['tests/web/builder/**/*.test.ts'],
          environment: 'node',
          globalSetup: 'tests/web/double/build.ts',
          fileParallelism: false,
          // For machines that are three times slower than usual.
          testTimeout: 180_000,
          expect: { poll: { timeout: 15_000 } },
          hookTimeout: 180_000,
        },
      },
      {
        extends: true,
        test: {
          root: repository,
          name: 'bench',
          include: ['tests/web/bench/*.bench.ts'],
          environment: 'node',
          globalSetup: 'tests/web/serve.ts',
          testTimeout: 1_200_000,
        },
      },
      {
        extends: true,
        test: {
          root: repository,
          name: 'journeys',
          include: ['tests/web/journeys/**/*.test.ts'],
          environment: 'node',
          globalSetup: 'tests/web/serve.ts',
          maxWorkers: 2, // two people at once on one server
          // For machines that are three times slower than usual.
          testTimeout: 180_000,
          expect: { poll: { timeout: 15_000 } },
          hookTimeout: 180_000,
        },
      },
    ],
  },
});
