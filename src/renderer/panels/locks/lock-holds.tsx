import { LockOpen, RefreshCw } from 'lucide-react';
import type { LockHoldView, LockView } from '../../../contract/index.ts';
import { useActing } from '../../acting/acting-store.ts';
import { isAlive } from '../../acting/participants.ts';
import { useWriteRefusal } from '../../cell/cell-store.ts';
import { IconButton } from '../../ui/button.tsx';
import { durationText } from '../../ui/numbers.ts';
import { LeaseCountdown } from './countdown-bar.tsx';
import { release, renew } from './lock-actions.ts';

/** The acquisitions of the holder: as many have to be released. */
export function LockHolds({ lock }: { readonly lock: LockView }) {
  return (
    <table
      aria-label="Acquisitions"
      className="mt-2 w-full border-separate border-spacing-0 text-left [&_td]:border-b [&_td]:border-line"
    >
      <thead>
        <tr className="text-sm text-soft [&_th]:border-b [&_th]:border-line [&_th]:py-0.5 [&_th]:font-medium">
          <th scope="col" className="w-16">
            Ticket
          </th>
          <th scope="col">Asked for</th>
          <th scope="col" className="w-32">
            Lease of its own
          </th>
          <th scope="col" className="w-16">
            <span className="sr-only">Actions</span>
          </th>
        </tr>
      </thead>
      <tbody>
        {lock.holds.map((hold) => (
          <Hold key={hold.ticket} hold={hold} holderId={lock.sessionId} />
        ))}
      </tbody>
    </table>
  );
}

function Hold({ hold, holderId }: { readonly hold: LockHoldView; readonly holderId: string }) {
  const { ticket, path, leaseTtlMs, adaptive } = hold;
  const own = useActing(({ participants }) =>
    participants.find((session) => session.sessionId === holderId && isAlive(session)),
  );
  const refusal = useWriteRefusal() || (own === undefined ? 'its holder is not a participant of this window' : '');
  const noLease = leaseTtlMs === 0 ? 'it has no lease of its own: it lasts as long as the session' : '';
  return (
    <tr className="h-9">
      <td className="font-mono">{ticket}</td>
      <td className="pr-2 font-mono break-all">{path}</td>
      <td>
        {leaseTtlMs === 0 ? (
          <span className="text-faint">none</span>
        ) : (
          <>
            <LeaseCountdown ticket={ticket} />
            <div className="text-sm text-soft">
              of {durationText(leaseTtlMs)}
              {adaptive ? ', adaptive' : ''}
            </div>
          </>
        )}
      </td>
      <td className="text-right whitespace-nowrap">
        <IconButton
          icon={RefreshCw}
          label={`Renew the lease of acquisition ${ticket}`}
          refusal={refusal || noLease}
          onClick={() => own !== undefined && void renew(own, path, ticket)}
        />
        <IconButton
          icon={LockOpen}
          label={`Release acquisition ${ticket}`}
          refusal={refusal}
          onClick={() => own !== undefined && void release(own, path, ticket)}
        />
      </td>
    </tr>
  );
}
