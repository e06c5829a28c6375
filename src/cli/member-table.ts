import type { Members } from '../client/index.ts';
import { formatDuration } from '../command-line/values.ts';
import { table } from './output.ts';

export function memberTable({ members }: Members): string {
  const hasLabels = members.some(({ labels }) => Object.keys(labels).length > 0);
  const head = ['NAME', 'ROLE', 'STATE', 'GRPC', 'HTTP', 'APPLIED', 'RTT', 'HEARD', 'UP'];
  const byName = [...members].sort((a, b) => (a.name < b.name ? -1 : 1));
  const rows = byName.map((member) => [
    member.name,
    member.pin && member.pin !== 'none' ? `${member.role} (pinned)` : member.role,
    member.suspect ? 'suspect' : member.state,
    member.grpcAddress || '-',
    member.httpAddress || '-',
    member.applied,
    member.roundTripMs === undefined ? '-' : `${member.roundTripMs.toFixed(1)}ms`,
    member.lastHeardMs === undefined ? '-' : `${formatDuration(member.lastHeardMs)} ago`,
    member.uptimeMs === 0 ? '-' : formatDuration(member.uptimeMs),
    ...(hasLabels
      ? [
          Object.entries(member.labels)
            .map(([name, value]) => `${name}=${value}`)
            .join(' '),
        ]
      : []),
  ]);
  return table(hasLabels ? [...head, 'LABELS'] : head, rows);
}
