import { Circle, CircleDashed, Crown, Eye, Radio } from 'lucide-react';
import type { ParticipantView } from '../../contract/index.ts';
import { useAgentName } from '../cell/cell-store.ts';
import { Badge } from './badge.tsx';
import { Copyable } from './copyable.tsx';

/** Role and state as a shape and a word. */
export function StateBadge({ participant }: { readonly participant: Pick<ParticipantView, 'state' | 'suspect'> }) {
  if (participant.suspect) {
    return (
      <Badge tone="bad" icon={CircleDashed}>
        suspect
      </Badge>
    );
  }
  switch (participant.state) {
    case 'leader':
      return (
        <Badge tone="info" icon={Crown}>
          leader
        </Badge>
      );
    case 'campaigning':
      return (
        <Badge tone="warning" icon={Radio}>
          campaigning
        </Badge>
      );
    case 'learner':
      return <Badge icon={Eye}>learner</Badge>;
    case 'follower':
      return (
        <Badge tone="good" icon={Circle}>
          follower
        </Badge>
      );
  }
}

/** Short name; the id on demand, to copy. */
export function AgentName({ agentId }: { readonly agentId: string }) {
  const name = useAgentName(agentId);
  return <Copyable text={agentId} shown={name} label={`id of ${name}`} />;
}
