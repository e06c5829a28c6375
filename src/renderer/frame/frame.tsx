import { Suspense } from 'react';
import { useConnection } from '../connection/connection-store.ts';
import { useNavigation } from '../navigation/navigation-store.ts';
import { PANELS, panelOf } from '../panels/registry.ts';
import { classes } from '../ui/classes.ts';
import { Empty, Waiting } from '../ui/notes.tsx';
import { ActivityLine } from './activity-line.tsx';
import { CommandPalette } from './command-palette.tsx';
import { GoHint } from './go-hint.tsx';
import { LinkNotice } from './link-notice.tsx';
import { PanelBoundary } from './panel-boundary.tsx';
import { useShortcuts } from './shortcuts.ts';
import { ShortcutsHelp } from './shortcuts-help.tsx';
import { Sidebar } from './sidebar.tsx';
import { TopBar } from './top-bar.tsx';

/** Panels on the left, facts on top, activity at the bottom, and one panel in the middle. */
export function Frame() {
  const panelId = useNavigation((place) => place.panel);
  const lost = useConnection((state) => state.phase === 'lost');
  const panel = panelOf(panelId);
  useShortcuts();
  return (
    <div className="grid h-full grid-cols-[auto_minmax(0,1fr)] grid-rows-[auto_minmax(0,1fr)_auto]">
      <div className="col-span-2">
        <TopBar />
        <LinkNotice />
      </div>
      <Sidebar panels={PANELS} current={panelId} />
      {/* What was told before the connection was lost stays, greyed: it may be wrong by now. */}
      <main
        className={classes(
          'flex min-h-0 min-w-0 flex-col bg-surface max-[959px]:overflow-auto [@media(max-height:559px)]:overflow-auto',
          lost && 'opacity-60 grayscale',
        )}
      >
        {/* A panel keeps the room that it needs; where a window is small, or zoomed, it is scrolled. */}
        <div className="flex min-h-0 min-w-0 flex-1 flex-col max-[959px]:min-w-[880px] [@media(max-height:559px)]:min-h-[480px]">
          {panel === undefined ? (
            <Empty title={`There is no panel "${panelId}"`}>Choose one on the left, or press Ctrl-K.</Empty>
          ) : (
            <PanelBoundary key={panel.id} title={panel.title}>
              <Suspense fallback={<Waiting>Opening {panel.title}…</Waiting>}>
                <panel.component />
              </Suspense>
            </PanelBoundary>
          )}
        </div>
      </main>
      <div className="col-span-2">
        <ActivityLine />
      </div>
      <CommandPalette />
      <ShortcutsHelp />
      <GoHint />
    </div>
  );
}
