import { DEFAULTS } from '../../config.ts';
import type { ProposeCommand } from '../../machine/proposal-types.ts';

/** What may be left out is 0: the quorum and the time. */
export function proposeCommand(asked: Omit<ProposeCommand, 'kind'>): ProposeCommand {
  const { quorumPerTenThousand, timeoutMs } = asked;
  return {
    ...asked,
    kind: 'propose',
    quorumPerTenThousand: quorumPerTenThousand === 0 ? DEFAULTS.proposalQuorumPerTenThousand : quorumPerTenThousand,
    timeoutMs: timeoutMs === 0 ? DEFAULTS.proposalTimeoutMs : timeoutMs,
  };
}
