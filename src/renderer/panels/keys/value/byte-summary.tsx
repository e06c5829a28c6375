import { bytesText, countText } from '../../../ui/numbers.ts';
import { byteDifference } from '../bytes.ts';
import { BYTES_PER_ROW, hexRow } from '../hex.ts';

const AROUND_ROWS = 2;

/** How two values differ that are no text: sizes, the first place, and the bytes around it. */
export function ByteSummary({
  left,
  right,
  leftLabel,
  rightLabel,
}: {
  readonly left: Uint8Array;
  readonly right: Uint8Array;
  readonly leftLabel: string;
  readonly rightLabel: string;
}) {
  const { leftBytes, rightBytes, firstAt, differing } = byteDifference(left, right);
  if (firstAt === undefined) {
    return (
      <p className="p-2">
        Both are the same {countText(leftBytes)} bytes ({bytesText(leftBytes)}).
      </p>
    );
  }
  const firstRow = Math.max(0, Math.floor(firstAt / BYTES_PER_ROW) - 1);
  const rows = Array.from({ length: AROUND_ROWS + 2 }, (_, index) => firstRow + index);
  return (
    <div className="flex flex-col gap-3 p-2">
      <p>
        {leftLabel}: {countText(leftBytes)} bytes; {rightLabel}: {countText(rightBytes)} bytes. The first difference is
        at byte {countText(firstAt)} (0x{firstAt.toString(16)}); {countText(differing)} of the bytes that both have
        differ.
      </p>
      {(
        [
          [leftLabel, left],
          [rightLabel, right],
        ] as const
      ).map(([label, bytes]) => (
        <section key={label} aria-label={`Bytes of ${label}`}>
          <h3 className="text-sm font-semibold text-soft">{label}</h3>
          <pre className="overflow-auto rounded-md bg-sunken p-2 font-mono">
            {rows
              .filter((row) => row * BYTES_PER_ROW < bytes.length)
              .map((row) => {
                const { offset, left: first, right: second, ascii } = hexRow(bytes, row);
                return `${offset}  ${first.padEnd(23)}  ${second.padEnd(23)}  ${ascii}\n`;
              })
              .join('') || 'ends before'}
          </pre>
        </section>
      ))}
    </div>
  );
}
