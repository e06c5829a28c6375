// Guards the memory of an agent whose machine is slower than the cell: what is chosen and durable stays on disk alone,
// however much of it is still to be executed, and is handed on in order all the same.
import { expect, test } from 'vitest';
import { consensusConfig } from '../../src/agent/config.ts';
import type { Input, JournalReader } from '../../src/agent/consensus/io.ts';
import { Replica } from '../../src/agent/consensus/replica.ts';
import type { JournalEntry, Slot } from '../../src/agent/consensus/types.ts';

const MIB = 1024 * 1024;
const ENTRIES = 40;
const MEMORY_BYTES = 4 * MIB;
/** What a replica hands on before it hears that some of it was applied. */
const OUTSTANDING_BYTES = 8 * MIB;

test('what waits to be applied is not kept in memory, and comes back from disk in order', () => {
  const disk = new Map<Slot, JournalEntry>();
  let readBytes = 0;
  const journal: JournalReader = {
    read: (fromSlot, throughSlot, maxBytes) => {
      const page: JournalEntry[] = [];
      for (let slot = fromSlot, bytes = 0; slot <= throughSlot; slot += 1) {
        const item = disk.get(slot) as JournalEntry;
        bytes += item.entry.payload.length;
        if (page.length > 0 && bytes > maxBytes) break;
        page.push(item);
        readBytes += item.entry.payload.length;
      }
      return page;
    },
  };
  const configuration = { epoch: 1, participants: [{ agentId: 'A', role: 'voter' as const }] };
  const nobody = { round: 0, agentId: '' };
  const replica = new Replica({
    group: 0,
    agentId: 'A',
    cellId: 'cell',
    durable: {
      promised: nobody,
      floor: 2,
      end: 1,
      chosenThrough: 1,
      base: { slot: 1, era: nobody, configuration, configurationSlot: 1 },
    },
    journal,
    random: () => 0.5,
    nowMs: 0,
    config: consensusConfig({ journalMemoryBytes: MEMORY_BYTES }),
  });
  const delivered: string[] = [];
  let deliveredSlot: Slot = 1;
  const step = (input: Input): void => {
    const tokens: number[] = [];
    for (const output of replica.step(input)) {
      if (output.kind === 'persist') {
        for (const item of output.writes.entries ?? []) disk.set(item.slot, item);
        tokens.push(output.token);
      } else if (output.kind === 'deliver') {
        for (const { slot, entry } of output.entries) {
          expect(slot).toBe(deliveredSlot + 1);
          deliveredSlot = slot;
          if (entry.kind === 'command') delivered.push(`${entry.requestId} ${entry.payload[0]}`);
        }
      }
    }
    for (const token of tokens) step({ kind: 'persisted', token });
  };
  for (let nowMs = 0; !replica.isLeaderReady; nowMs += 10) step({ kind: 'tick', nowMs });
  for (let index = 0; index < ENTRIES; index += 1) {
    const payload = new Uint8Array(MIB).fill(index);
    step({ kind: 'propose', entries: [{ kind: 'command', stampMs: 0, requestId: `r${index}`, payload }] });
  }
  expect(replica.chosenThrough).toBe(2 + ENTRIES);
  expect(delivered.length).toBeLessThanOrEqual(OUTSTANDING_BYTES / MIB + 1);
  expect(readBytes).toBe(0);
  // It left the memory when it became durable, not only when something is applied.
  replica.core.journal.get(deliveredSlot + 1);
  expect(readBytes).toBe(MIB);
  while (delivered.length < ENTRIES) step({ kind: 'applied', slot: deliveredSlot });
  expect(delivered).toEqual(Array.from({ length: ENTRIES }, (_, index) => `r${index} ${index}`));
  // Everything but what was handed on at once, and what fits into the memory.
  expect(readBytes).toBeGreaterThanOrEqual(ENTRIES * MIB - OUTSTANDING_BYTES - MEMORY_BYTES - 2 * MIB);
});
