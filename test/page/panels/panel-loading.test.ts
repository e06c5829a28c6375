// Guards how the code of a panel is loaded: patiently while the agent does not answer, and not for ever when it does.
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { connectionIsLost, connectionIsUp, useConnection } from '../../../src/renderer/connection/connection-store.ts';
import { loadPatiently } from '../../../src/renderer/panels/panel-loading.ts';

beforeEach(() => {
  vi.useFakeTimers();
  useConnection.setState({ phase: 'opening', epoch: 0, lostSinceMs: 0 });
  connectionIsUp();
});
afterEach(() => vi.useRealTimers());

const failing = () => Promise.reject(new Error('no answer'));

test('an agent that dies while a panel is opened and comes back: the panel is there', async () => {
  const load = vi.fn<() => Promise<string>>().mockImplementationOnce(failing).mockResolvedValueOnce('the panel');
  const loading = loadPatiently(load);
  await vi.advanceTimersByTimeAsync(5_000);
  connectionIsLost();
  await vi.advanceTimersByTimeAsync(600_000);
  expect(load).toHaveBeenCalledTimes(1);
  connectionIsUp();
  expect(await loading).toBe('the panel');
});

test('code that cannot be loaded although the agent answers is a failure', async () => {
  const loading = loadPatiently(failing).catch((error: Error) => error.message);
  await vi.advanceTimersByTimeAsync(60_000);
  expect(await loading).toBe('no answer');
});

test('an agent that was back before the failure was told is asked at once', async () => {
  const load = vi
    .fn<() => Promise<string>>()
    .mockImplementationOnce(async () => {
      connectionIsLost();
      connectionIsUp();
      return failing();
    })
    .mockResolvedValueOnce('the panel');
  expect(await loadPatiently(load)).toBe('the panel');
});
