/** Guards the colours of ballots: leaderships that follow each other are told apart. */
import { expect, test } from 'vitest';
import { ballotColor } from '../../../src/renderer/ui/ballot.tsx';

const AGENTS = [
  '532fc846-672f-480f-b719-8b4f',
  'c6687070-becc-47c4-8a15-1f5e',
  'bbc49d30-9756-4993-8ffb-6a2e',
  'd9a0a26c',
];

test('the next round never has the colour of the one before, whoever campaigns', () => {
  for (const theme of ['light', 'dark'] as const) {
    for (let round = 1; round < 40; round += 1) {
      for (const before of AGENTS) {
        for (const after of AGENTS) {
          const color = ballotColor({ round, agentId: before }, theme);
          expect(ballotColor({ round: round + 1, agentId: after }, theme)).not.toBe(color);
        }
      }
    }
  }
});
