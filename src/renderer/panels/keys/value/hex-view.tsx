import { useVirtualizer } from '@tanstack/react-virtual';
import { useRef } from 'react';
import { hexRow, hexRowCount } from '../hex.ts';

const ROW_PX = 20;

/** Bytes as they are: offset, sixteen bytes, and what of them is ASCII. */
export function HexView({ bytes, label }: { readonly bytes: Uint8Array; readonly label: string }) {
  const scroller = useRef<HTMLDivElement>(null);
  const rows = useVirtualizer({
    count: hexRowCount(bytes.length),
    getScrollElement: () => scroller.current,
    estimateSize: () => ROW_PX,
    overscan: 10,
  });
  return (
    <section
      ref={scroller}
      aria-label={label}
      // biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls must be reachable by keyboard
      tabIndex={0}
      className="min-h-0 flex-1 overflow-auto px-3 py-2 font-mono"
    >
      <div className="relative min-w-[620px]" style={{ height: rows.getTotalSize() }}>
        {rows.getVirtualItems().map(({ index, start }) => {
          const { offset, left, right, ascii } = hexRow(bytes, index);
          return (
            <div
              key={index}
              className="absolute inset-x-0 flex gap-4 leading-5 whitespace-pre"
              style={{ height: ROW_PX, transform: `translateY(${start}px)` }}
            >
              <span className="text-faint select-none">{offset}</span>
              <span className="w-[23ch]">{left}</span>
              <span className="w-[23ch]">{right}</span>
              <span className="text-soft">{ascii}</span>
            </div>
          );
        })}
      </div>
    </section>
  );
}
