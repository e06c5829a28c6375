import { resolve } from 'node:path';
import tailwindcss from '@tailwindcss/vite';
import react from '@vitejs/plugin-react';
import { defineConfig } from 'electron-vite';

/**
 * What has to be bundled: the page, whose files are the window of the app and the dashboard of every agent, and the preload
 * script, which Chromium's sandbox wants as one CommonJS file. The main process is compiled with everything else by
 * tsconfig.build.json: the agent in it starts workers from files of its own. `tools/build.mjs` runs this with the folder to
 * build into.
 */
const dist = resolve(process.env.SYNOD_BUILD_DIR ?? 'dist');

export default defineConfig({
  preload: {
    build: {
      outDir: resolve(dist, 'preload'),
      emptyOutDir: true,
      externalizeDeps: false,
      minify: false,
      rollupOptions: {
        input: resolve('src/preload/index.ts'),
        output: { format: 'cjs', entryFileNames: '[name].cjs' },
      },
    },
  },
  renderer: {
    root: resolve('src/renderer'),
    base: './',
    plugins: [react(), tailwindcss()],
    build: {
      outDir: resolve(dist, 'renderer'),
      emptyOutDir: true,
      target: 'chrome130',
      // Not the default of electron-vite: a dashboard is loaded over a network.
      minify: true,
      // The page's content security policy knows files only.
      assetsInlineLimit: 0,
      license: { fileName: 'licenses.md' },
      // In one file: browsers ask only once for a module, so a panel whose file was asked for while the agent was away could
      // not be opened any more before the page was loaded again.
      rollupOptions: { input: resolve('src/renderer/index.html'), output: { codeSplitting: false } },
      chunkSizeWarningLimit: 2_000,
    },
  },
});
