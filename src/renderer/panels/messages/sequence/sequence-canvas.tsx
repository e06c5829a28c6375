import { ArrowDown } from 'lucide-react';
import {
  type KeyboardEvent,
  type PointerEvent,
  useCallback,
  useEffect,
  useLayoutEffect,
  useRef,
  useState,
} from 'react';
import { Button } from '../../../ui/button.tsx';
import { countText } from '../../../ui/numbers.ts';
import { useSize } from '../../../ui/use-size.ts';
import { exchangeLog, useExchangeLog } from '../messages-instances.ts';
import { ArrowList } from './arrow-list.tsx';
import { arrowSentence } from './arrow-text.ts';
import { timeOf } from './exchange-log.ts';
import { arrowAt, draw, type Picture } from './picture.ts';
import type { Arrow, SequenceLayout } from './sequence-layout.ts';
import { usePalette } from './use-palette.ts';

const END_PIXELS = 4;
const PAGE_ARROWS = 12;

export interface SequenceCanvasProps {
  readonly layout: SequenceLayout;
  readonly nameOf: (id: string) => string;
  readonly followed: number;
  /** Message id; empty: none. */
  readonly selected: string;
  readonly onSelect: (arrow: Arrow | undefined) => void;
  /** Its detail is wanted. */
  readonly onOpen: (arrow: Arrow) => void;
  readonly onZoom: (factor: number) => void;
}

/** The picture, of which only what is in view is drawn. It follows its end until somebody scrolls away. */
export function SequenceCanvas(props: SequenceCanvasProps) {
  const { layout, nameOf, followed, selected, onSelect, onOpen, onZoom } = props;
  const still = useExchangeLog((state) => state.still);
  const palette = usePalette();
  const [scroller, size] = useSize<HTMLDivElement>();
  const canvas = useRef<HTMLCanvasElement>(null);
  const lastTop = useRef(0);
  /** Time of the newest exchange that was drawn. */
  const drawnMs = useRef(0);
  const [top, setTop] = useState(0);
  const [hovered, setHovered] = useState<{ readonly arrow: Arrow; readonly x: number; readonly y: number }>();
  const { width, height } = size;
  const picture: Picture = {
    layout,
    top,
    width,
    height,
    palette,
    nameOf,
    followed,
    selected,
    hovered: hovered?.arrow.id ?? '',
  };
  const latest = useRef(picture);
  latest.current = picture;

  useLayoutEffect(() => {
    const element = scroller.current;
    if (element === null) return;
    if (still === undefined && selected === '') element.scrollTop = Math.max(0, layout.height - height);
    lastTop.current = element.scrollTop;
    setTop(element.scrollTop);
    // With a rate above what fits into a picture, some go by between two of them: how many is said.
    if (still === undefined && height > 0) {
      const passed = layout.arrows.filter(
        ({ exchange, toY }) => timeOf(exchange) > drawnMs.current && toY < element.scrollTop,
      );
      if (drawnMs.current > 0) exchangeLog.passedUndrawn(passed.length);
      const newest = layout.arrows.at(-1);
      if (newest !== undefined) drawnMs.current = timeOf(newest.exchange);
    }
  }, [layout, still, height, selected, scroller]);

  // biome-ignore lint/correctness/useExhaustiveDependencies: the picture is made of these
  useEffect(() => {
    const element = canvas.current;
    const context = element?.getContext('2d');
    if (element === null || !context || width === 0) return;
    const ratio = devicePixelRatio;
    if (element.width !== width * ratio || element.height !== height * ratio) {
      element.width = width * ratio;
      element.height = height * ratio;
    }
    context.setTransform(ratio, 0, 0, ratio, 0, 0);
    draw(context, latest.current);
  }, [layout, top, width, height, palette, nameOf, followed, selected, hovered]);

  const bringIntoView = useCallback(
    (arrow: Arrow) => {
      const element = scroller.current;
      if (element === null) return;
      const view = element.clientHeight;
      if (arrow.fromY < element.scrollTop + 30 || arrow.toY > element.scrollTop + view - 30) {
        element.scrollTop = arrow.fromY - view / 2;
      }
    },
    [scroller],
  );
  const selectedArrow = selected === '' ? undefined : layout.arrows.find(({ id }) => id === selected);
  // biome-ignore lint/correctness/useExhaustiveDependencies: what was selected elsewhere is shown once
  useEffect(() => {
    if (selectedArrow !== undefined) bringIntoView(selectedArrow);
  }, [selected, selectedArrow === undefined, height]);

  const onScroll = (): void => {
    const element = scroller.current;
    if (element === null) return;
    const isAtEnd = element.scrollHeight - element.scrollTop - element.clientHeight < END_PIXELS;
    if (!isAtEnd && element.scrollTop < lastTop.current) exchangeLog.hold('scrolled');
    else if (isAtEnd && still?.why === 'scrolled' && selected === '') exchangeLog.resume();
    lastTop.current = element.scrollTop;
    setTop(element.scrollTop);
  };
  const step = (by: number): void => {
    exchangeLog.hold('scrolled');
    const { arrows } = layout;
    const at = selectedArrow === undefined ? -1 : arrows.indexOf(selectedArrow);
    // Where nothing is selected it begins with the newest in view.
    const from = at < 0 ? arrows.findLastIndex(({ fromY }) => fromY < top + height) : at + by;
    const next = arrows[Math.max(0, Math.min(arrows.length - 1, from))];
    if (next !== undefined) onSelect(next);
  };
  const onKeyDown = (event: KeyboardEvent): void => {
    if (event.ctrlKey || event.metaKey || event.altKey) return;
    switch (event.key) {
      case 'j':
      case 'ArrowDown':
        step(1);
        break;
      case 'k':
      case 'ArrowUp':
        step(-1);
        break;
      case 'PageDown':
        step(PAGE_ARROWS);
        break;
      case 'PageUp':
        step(-PAGE_ARROWS);
        break;
      case 'End':
        onSelect(undefined);
        exchangeLog.resume();
        break;
      case 'Enter':
        if (selectedArrow !== undefined) onOpen(selectedArrow);
        break;
      case 'Escape':
        onSelect(undefined);
        break;
      case '+':
        onZoom(2);
        break;
      case '-':
        onZoom(0.5);
        break;
      default:
        return;
    }
    event.preventDefault();
  };
  const at = (event: PointerEvent | React.MouseEvent): { arrow: Arrow | undefined; x: number; y: number } => {
    const box = canvas.current!.getBoundingClientRect();
    const x = event.clientX - box.left;
    const y = event.clientY - box.top;
    return { arrow: arrowAt(latest.current, x, y), x, y };
  };
  const onPointerMove = (event: PointerEvent): void => {
    const { arrow, x, y } = at(event);
    setHovered(arrow === undefined ? undefined : { arrow, x, y });
  };
  const onClick = (event: React.MouseEvent): void => {
    const { arrow } = at(event);
    onSelect(arrow);
    if (arrow === undefined) return;
    exchangeLog.hold('scrolled');
    onOpen(arrow);
  };

  return (
    <div className="relative min-h-0 flex-1">
      <div
        ref={scroller}
        role="application"
        aria-roledescription="sequence of messages"
        aria-label="Sequence of messages, the newest at the bottom. J and K step through them, Enter opens one, plus and minus stretch time."
        // biome-ignore lint/a11y/noNoninteractiveTabindex: it is stepped through by keyboard
        tabIndex={0}
        onScroll={onScroll}
        onKeyDown={onKeyDown}
        className="absolute inset-0 overflow-x-hidden overflow-y-scroll [overflow-anchor:none] focus-visible:-outline-offset-2"
      >
        <div style={{ height: Math.max(layout.height, height) }}>
          <canvas
            ref={canvas}
            aria-hidden
            onPointerMove={onPointerMove}
            onPointerLeave={() => setHovered(undefined)}
            onClick={onClick}
            className="sticky top-0 block"
            style={{ width, height }}
          />
        </div>
      </div>
      <div aria-live="polite" className="sr-only">
        {selectedArrow === undefined ? '' : arrowSentence(selectedArrow, nameOf)}
      </div>
      <ArrowList layout={layout} top={top} height={height} nameOf={nameOf} />
      {hovered === undefined ? null : <Hint {...hovered} width={width} nameOf={nameOf} />}
      {still === undefined ? null : (
        <Button
          icon={ArrowDown}
          onClick={() => {
            onSelect(undefined);
            exchangeLog.resume();
          }}
          className="absolute bottom-3 left-1/2 -translate-x-1/2 shadow-[var(--shadow)]"
        >
          {still.why === 'paused' ? 'Paused' : 'Standing still'}: {countText(still.came)} new
        </Button>
      )}
    </div>
  );
}

const HINT_WIDTH = 280;

function Hint({
  arrow,
  x,
  y,
  width,
  nameOf,
}: {
  readonly arrow: Arrow;
  readonly x: number;
  readonly y: number;
  readonly width: number;
  readonly nameOf: (id: string) => string;
}) {
  return (
    <div
      aria-hidden
      className="pointer-events-none absolute z-10 rounded-md border border-line-strong bg-raised px-2 py-1 text-sm shadow-[var(--shadow)]"
      style={{ left: Math.max(4, Math.min(x + 14, width - HINT_WIDTH - 8)), top: y + 14, width: HINT_WIDTH }}
    >
      {arrowSentence(arrow, nameOf)}
    </div>
  );
}
