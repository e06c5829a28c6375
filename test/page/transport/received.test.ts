/** Guards that a window says how much it has received, so that its agent can wait for it. */
import { expect, test } from 'vitest';
import { PAGE_RECEIVED, RECEIVED_EVERY } from '../../../src/contract/window.ts';
import { sayWhatIsReceived } from '../../../src/renderer/transport/transport.ts';

test('what was received is said again and again, and nothing in between', async () => {
  const { port1: agent, port2: page } = new MessageChannel();
  sayWhatIsReceived(page);
  page.start();
  const heard: unknown[] = [];
  const all = new Promise<void>((resolve) => {
    agent.addEventListener('message', ({ data }) => {
      heard.push(data);
      if (heard.length === 2) resolve();
    });
  });
  agent.start();
  for (let sent = 1; sent < RECEIVED_EVERY * 3; sent += 1) agent.postMessage('an event');
  await all;
  expect(heard).toEqual([`${PAGE_RECEIVED}${RECEIVED_EVERY}`, `${PAGE_RECEIVED}${RECEIVED_EVERY * 2}`]);
  agent.close();
});
