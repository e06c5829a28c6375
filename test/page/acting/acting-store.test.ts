/** Guards the participants of a window: kept alive by one stream as long as one of them lives, and by none after. */
import { afterEach, beforeEach, expect, test } from 'vitest';
import type { KeptSession, OperatorClient } from '../../../src/contract/index.ts';
import {
  endParticipant,
  keepParticipants,
  nameOfSession,
  openParticipant,
  useActing,
} from '../../../src/renderer/acting/acting-store.ts';
import { useConnection } from '../../../src/renderer/connection/connection-store.ts';
import { until } from '../../desktop/support/until.ts';

/** What the agent keeps, and who listens. */
class FakeKeeper {
  sessions: KeptSession[] = [];
  readonly keepers: string[] = [];
  listeners = 0;
  #changed = (): void => {};

  tell(...sessions: KeptSession[]): void {
    this.sessions = sessions;
    this.#changed();
  }

  async *keep({ keeper }: { readonly keeper: string }, { signal }: { readonly signal: AbortSignal }) {
    this.keepers.push(keeper);
    this.listeners += 1;
    try {
      while (!signal.aborted) {
        const told = this.sessions;
        yield { sessions: told };
        if (signal.aborted || told !== this.sessions) continue;
        await new Promise<void>((resolve) => {
          this.#changed = resolve;
          signal.addEventListener('abort', () => resolve(), { once: true });
        });
      }
    } finally {
      this.listeners -= 1;
    }
  }
}

const kept = (sessionId: string, state: KeptSession['state'] = 'kept'): KeptSession => ({
  ...{ sessionId, owner: sessionId, ttlMs: 10_000, state, renewedMs: 0, leases: [] },
});
const listed = () => useActing.getState().participants.map(({ sessionId, state }) => `${sessionId} ${state}`);
let agent: FakeKeeper;
let stop: () => void;

beforeEach(() => {
  agent = new FakeKeeper();
  const sessions = {
    open: ({ owner, ttlMs }: { readonly owner: string; readonly ttlMs: number }) =>
      Promise.resolve({ sessionId: owner, ttlMs, slot: 1 }),
    end: () => Promise.resolve({ wasAlive: true, slot: 2 }),
    keep: (...asked: Parameters<FakeKeeper['keep']>) => Promise.resolve(agent.keep(...asked)),
  };
  useConnection.setState({ client: { sessions } as unknown as OperatorClient });
  stop = keepParticipants();
});

afterEach(() => stop());

test('nothing is listened to for nobody; who is opened is kept and chosen; the stream ends with the last of them', async () => {
  expect(agent.listeners).toBe(0);
  expect(await openParticipant('alice')).toBe('alice');
  expect(useActing.getState().chosenId).toBe('alice');
  agent.tell(kept('alice'));
  await openParticipant('bob');
  agent.tell(kept('alice'), kept('bob'));
  await until('both are listed', () => listed().length === 2);
  expect(agent.keepers).toHaveLength(1);
  expect(nameOfSession('alice', '')).toBe('you: alice');
  expect(nameOfSession('somebody-else', '')).toBe('session somebody…');

  agent.tell(kept('alice', 'ended'), kept('bob'));
  await until('it is told that alice has ended', () => listed().includes('alice ended'));
  expect(agent.listeners).toBe(1);
  await endParticipant('bob');
  agent.tell(kept('alice', 'ended'), kept('bob', 'ended'));
  await until('nothing is listened to', () => agent.listeners === 0);
  expect(listed()).toEqual(['alice ended']);
});

test('one that was opened is listed although the agent has not told of it yet', async () => {
  await openParticipant('carol');
  await until('the stream is open', () => agent.listeners === 1);
  expect(listed()).toContain('carol kept');
});
