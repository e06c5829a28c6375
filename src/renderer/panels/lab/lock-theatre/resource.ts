import { client } from '../../../connection/connection-store.ts';
import { judge, type ResourceMemory, type Verdict } from './scene.ts';

export interface ResourceAnswer {
  readonly verdict: Verdict;
  /** What the resource remembered when it was asked. */
  readonly before: ResourceMemory | undefined;
  readonly slot: number;
}

/**
 * The resource that the lock is about. It stands outside of the lock, as a printer or a bank would, and keeps what it
 * remembers in a key that only it writes, in a session of its own.
 */
export async function writeToResource(
  path: string,
  sessionId: string,
  wish: ResourceMemory,
  checks: boolean,
): Promise<ResourceAnswer> {
  for (;;) {
    const { version, memory } = await remembered(path);
    const verdict = judge(memory, wish.token, checks);
    if (verdict === 'stale' || verdict === 'tokenless') return { verdict, before: memory, slot: 0 };
    // Two requests at the same moment: the second one is judged by what the first one left.
    const { succeeded, slot } = await client().keys.compareAndWrite({
      path,
      expected: { version },
      value: { text: JSON.stringify(wish) },
      as: { sessionId },
    });
    if (succeeded) return { verdict, before: memory, slot };
  }
}

async function remembered(
  path: string,
): Promise<{ readonly version: number; readonly memory: ResourceMemory | undefined }> {
  const { item } = await client().keys.get({ path });
  if (item === null) return { version: 0, memory: undefined };
  return { version: item.version, memory: 'text' in item.value ? memoryOf(item.value.text) : undefined };
}

/** Undefined: somebody else wrote something into its key. */
function memoryOf(text: string): ResourceMemory | undefined {
  try {
    const { token, by, value } = JSON.parse(text) as ResourceMemory;
    return typeof token === 'number' ? { token, by: String(by), value: String(value) } : undefined;
  } catch {
    return undefined;
  }
}
