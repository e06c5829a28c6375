/**
 * `node --import .../register.ts dist/main/index.js` runs the built main process without Electron's binary: `electron`
 * resolves to the stand-in beside this file, whose windows are pages of a real Chromium.
 */
import { registerHooks } from 'node:module';

const standIn = new URL('./electron.ts', import.meta.url).href;

registerHooks({
  resolve: (specifier, context, next) =>
    specifier === 'electron' ? { url: standIn, shortCircuit: true } : next(specifier, context),
});
