import { useShallow } from 'zustand/react/shallow';
import { countText } from '../../../ui/numbers.ts';
import { useExchangeLog, useMessageLog } from '../messages-instances.ts';
import { EXCHANGES_KEPT } from './exchange-log.ts';

/** What the picture leaves out, and why. */
export function SequenceFoot() {
  const [kept, dropped, undrawn] = useExchangeLog(
    useShallow((state) => [state.drawn.exchanges.length, state.dropped, state.undrawn] as const),
  );
  const [heartbeats, own] = useMessageLog(useShallow(({ filter }) => [filter.heartbeats, filter.own] as const));
  const parts = [
    `${countText(kept)} messages`,
    dropped === 0 ? '' : `${countText(dropped)} older dropped (${countText(EXCHANGES_KEPT)} are kept)`,
    undrawn === 0 ? '' : `${countText(undrawn)} passed undrawn: scroll up`,
    heartbeats ? '' : 'without heartbeats',
    own ? '' : "without this window's own",
    'silences are cut',
  ];
  const text = parts.filter(Boolean).join(' · ');
  return (
    <div className="flex h-7 shrink-0 items-center border-t border-line bg-canvas px-3 text-sm text-soft">
      <span className="truncate" title={text}>
        {text}
      </span>
    </div>
  );
}
