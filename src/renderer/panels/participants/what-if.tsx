import type { MemberPreview, Tolerance } from '../../../contract/index.ts';
import { failuresWords } from '../../cell/participant-words.ts';
import { WarningNote } from '../../ui/notes.tsx';

/** The what-if line: majority and tolerated failures before and after, what to mind, and why it would be refused. */
export function WhatIf({ preview }: { readonly preview: MemberPreview }) {
  const { before, after, warnings, refusal } = preview;
  return (
    <div className="flex flex-col gap-2">
      <table aria-label="Before and after" className="w-full text-left">
        <thead>
          <tr className="text-sm text-faint">
            <th scope="col" className="font-normal" />
            <th scope="col" className="font-normal">
              now
            </th>
            <th scope="col" className="font-normal">
              after
            </th>
          </tr>
        </thead>
        <tbody>
          <Line label="Voters" before={votersText(before)} after={votersText(after)} />
          <Line label="Majority" before={String(before.majority)} after={String(after.majority)} />
          <Line
            label="Tolerated"
            before={failuresWords(before.toleratedFailures)}
            after={failuresWords(after.toleratedFailures)}
          />
        </tbody>
      </table>
      {warnings.map((warning) => (
        <WarningNote key={warning}>{warning}</WarningNote>
      ))}
      {refusal === '' ? null : (
        <div role="alert" className="rounded-md bg-bad-soft px-3 py-2 text-bad">
          It would be refused: {refusal}
        </div>
      )}
    </div>
  );
}

function votersText({ voters, liveVoters }: Tolerance): string {
  return liveVoters === voters ? `${voters}, all answer` : `${voters}, ${liveVoters} answer`;
}

function Line({ label, before, after }: { readonly label: string; readonly before: string; readonly after: string }) {
  return (
    <tr>
      <th scope="row" className="w-28 py-0.5 font-normal text-soft">
        {label}
      </th>
      <td className="w-36">{before}</td>
      <td className={before === after ? '' : 'font-semibold'}>{after}</td>
    </tr>
  );
}
