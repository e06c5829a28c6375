import { memo } from 'react';
import { classes } from '../../../ui/classes.ts';
import { ClientMark } from '../client-mark.tsx';
import { SlotWithMessages } from '../sequence-link.tsx';
import { letterOf, START_VALUE } from './race.ts';
import { answerText, askText, type RowTone, STEP_WORDS, toneOf } from './race-words.ts';
import { plannedSteps, type Run, type TraceRow } from './run.ts';

const INKS: Readonly<Record<RowTone, string>> = { plain: '', good: 'text-good', bad: 'text-bad', faint: 'text-faint' };

/** What was asked and answered, step by step, and what is still to come. */
export function TraceTable({ run }: { readonly run: Run }) {
  const { trace, order, taken, rules } = run;
  const toCome = order === undefined ? [] : plannedSteps(rules, order).slice(taken);
  return (
    <table aria-label="Steps" className="w-full border-separate border-spacing-0 text-left">
      <thead className="sticky top-0 z-10 bg-canvas">
        <tr className="text-sm text-soft">
          {['Step', 'Client', 'Asks', 'Answer', 'Version', 'Slot'].map((label) => (
            <th
              key={label}
              scope="col"
              className={classes(
                'border-b border-line px-2 py-1 font-normal first:pl-3',
                (label === 'Version' || label === 'Step') && 'w-14 text-right',
                label === 'Client' && 'w-16',
                label === 'Slot' && 'w-28',
              )}
            >
              {label}
            </th>
          ))}
        </tr>
      </thead>
      <tbody>
        {trace.map((row, at) => (
          // biome-ignore lint/suspicious/noArrayIndexKey: what happened stays where it is
          <Line key={at} row={row} at={at} />
        ))}
        {toCome.map(({ client, step }, at) => (
          // biome-ignore lint/suspicious/noArrayIndexKey: the plan is in order
          <tr key={`planned-${at}`} className="text-faint">
            <td className={`${CELL} pl-3 text-right`}>{Math.max(trace.length, 1) + at}</td>
            <td className={CELL}>
              <ClientMark index={client} letter={letterOf(client)} />
            </td>
            <td className={CELL} colSpan={4}>
              {STEP_WORDS[step].toLowerCase()}, to come
            </td>
          </tr>
        ))}
      </tbody>
    </table>
  );
}

const CELL = 'h-8 border-b border-line px-2 whitespace-nowrap';

const Line = memo(function Line({ row, at }: { readonly row: TraceRow; readonly at: number }) {
  if (row.kind === 'nothing') {
    return (
      <tr className="text-faint">
        <td className={`${CELL} pl-3 text-right`}>{at}</td>
        <td className={CELL}>
          <ClientMark index={row.client} letter={letterOf(row.client)} />
        </td>
        <td className={CELL} colSpan={4}>
          does not {row.step}: it has lost, and knows it
        </td>
      </tr>
    );
  }
  const { answer } = row;
  const isReset = row.kind === 'reset';
  return (
    <tr>
      <td className={`${CELL} pl-3 text-right text-faint`}>{at}</td>
      <td className={CELL}>
        {isReset ? (
          <span className="text-faint">start</span>
        ) : (
          <ClientMark index={row.client} letter={letterOf(row.client)} />
        )}
      </td>
      <td className={CELL}>{isReset ? `writes ${START_VALUE}, to begin with` : askText(row.ask)}</td>
      <td className={`${CELL} ${INKS[toneOf(row)]}`}>{isReset ? 'written' : answerText(row.ask, answer)}</td>
      <td className={`${CELL} text-right font-mono`}>{answer.version}</td>
      <td className={CELL}>
        <SlotWithMessages slot={answer.slot} />
      </td>
    </tr>
  );
});
