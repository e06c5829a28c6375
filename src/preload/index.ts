import { ipcRenderer } from 'electron';
import { PAGE_PORT, PAGE_READY } from '../contract/window.ts';

/**
 * Hands the page one MessagePort to the agent, when the page says that it listens. The page gets nothing else of this world:
 * neither `ipcRenderer` nor any function.
 */
window.addEventListener('message', function ask(event: MessageEvent) {
  if (event.source !== window || event.data !== PAGE_READY) return;
  window.removeEventListener('message', ask);
  ipcRenderer.once(PAGE_PORT, ({ ports }) => window.postMessage(PAGE_PORT, window.location.origin, [...ports]));
  ipcRenderer.send(PAGE_READY);
});
