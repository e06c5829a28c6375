import type { ReactNode } from 'react';
import { useCell } from '../../cell/cell-store.ts';
import { Copyable } from '../../ui/copyable.tsx';
import { bytesText } from '../../ui/numbers.ts';
import { ageText } from '../../ui/time.tsx';
import { Section } from './section.tsx';

/** This agent: what runs, where its state lies and how large it is. */
export function About() {
  const status = useCell(({ view }) => view?.status);
  if (status === undefined) return null;
  return (
    <Section title="About this agent">
      <dl className="grid grid-cols-[104px_minmax(0,1fr)] gap-x-2 gap-y-1">
        <Fact label="Synod">{status.version}</Fact>
        <Fact label="Agent">
          <Copyable mono text={status.agentId} label="id of this agent" />
        </Fact>
        <Fact label="Cell">
          {status.cellId === '' ? 'none yet' : <Copyable mono text={status.cellId} label="id of the cell" />}
        </Fact>
        <Fact label="State">
          <Copyable mono text={status.stateDir} label="state directory" />
        </Fact>
        <Fact label="State size">{bytesText(status.stateSizeBytes)}</Fact>
        <Fact label="Journal size">{bytesText(status.journalSizeBytes)}</Fact>
        <Fact label="Journal">
          slots {status.journalFloor} to {status.journalEnd}
        </Fact>
        <Fact label="History">
          {status.revisionFloor === 0 ? 'all revisions are kept' : `kept from revision ${status.revisionFloor}`}
        </Fact>
        <Fact label="gRPC">
          <Copyable mono text={status.grpcAddress} label="gRPC address" />
        </Fact>
        <Fact label="HTTP">
          <Copyable mono text={status.httpAddress} label="HTTP address" />
        </Fact>
        <Fact label="Process">
          {status.pid}, up {ageText(Math.max(status.uptimeMs, 1_500))}
        </Fact>
      </dl>
      <p className="mt-3 text-sm text-faint">
        Synod is free software under the MIT license. Inter and JetBrains Mono are under the SIL Open Font License; the
        packages that it uses are under MIT, ISC, BSD and Apache licenses.
      </p>
    </Section>
  );
}

function Fact({ label, children }: { readonly label: string; readonly children: ReactNode }) {
  return (
    <>
      <dt className="text-faint">{label}</dt>
      <dd className="min-w-0 break-words">{children}</dd>
    </>
  );
}
