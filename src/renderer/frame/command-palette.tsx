import { Command } from 'cmdk';
import { CircleAlert, CircleCheck, CircleSlash, Keyboard, Monitor, Moon, Sun, User } from 'lucide-react';
import { type KeyboardEvent, useEffect } from 'react';
import { useActivity } from '../activity/activity-store.ts';
import { setTheme } from '../appearance/appearance-store.ts';
import { useCell } from '../cell/cell-store.ts';
import { stateWord } from '../cell/participant-words.ts';
import { navigate, openPanel } from '../navigation/navigation-store.ts';
import { PANELS } from '../panels/registry.ts';
import { Keys } from '../ui/keys.tsx';
import { Ago } from '../ui/time.tsx';
import { paletteScore } from './palette-filter.ts';
import { PaletteFound } from './palette-found.tsx';
import { PaletteGroup, PaletteItem } from './palette-item.tsx';
import { PalettePaths } from './palette-paths.tsx';
import {
  closePalette,
  markInPalette,
  openPalette,
  searchPalette,
  showActivity,
  showShortcuts,
  usePalette,
} from './palette-store.ts';
import { goKeys } from './panel-keys.ts';

/** Go anywhere and do anything by typing what it is called; a path lists the keys of its level. */
export function CommandPalette() {
  const { open, search, marked } = usePalette();
  useMark(open, search, marked);
  const onKeyDown = (event: KeyboardEvent): void => {
    if (event.key !== 'Tab' || !marked.startsWith('/')) return;
    event.preventDefault();
    searchPalette(marked === search ? `${marked}/` : marked);
  };
  return (
    <Command.Dialog
      open={open}
      onOpenChange={(next) => (next ? openPalette() : closePalette())}
      label="Find or do"
      value={marked}
      onValueChange={markInPalette}
      filter={paletteScore}
      onKeyDown={onKeyDown}
      overlayClassName="fixed inset-0 z-40 bg-black/40"
      contentClassName="fixed top-24 left-1/2 z-50 w-[600px] max-w-[calc(100vw-48px)] -translate-x-1/2 rounded-lg border border-line-strong bg-raised p-2 shadow-[var(--shadow)]"
    >
      <Command.Input
        value={search}
        onValueChange={searchPalette}
        placeholder="A panel, an agent, an action, a key, or a path such as /jobs/1"
        className="h-9 w-full rounded-md bg-sunken px-3 text-lg"
      />
      <Command.List className="mt-1 max-h-[min(440px,60vh)] overflow-auto">
        {search.startsWith('/') ? null : (
          <Command.Empty className="p-4 text-center text-soft">
            Nothing is called so. A path that begins with a slash lists its level.
          </Command.Empty>
        )}
        <PalettePaths search={search} />
        <PaletteFound search={search} />
        <Panels />
        <Actions />
        <Participants />
        <RecentActivity />
      </Command.List>
    </Command.Dialog>
  );
}

/**
 * Something is always marked, so that Enter does something: cmdk loses its mark when the marked entry goes away while
 * others are still being filtered.
 */
function useMark(open: boolean, search: string, marked: string): void {
  // biome-ignore lint/correctness/useExhaustiveDependencies: what is typed decides which entries there are
  useEffect(() => {
    if (!open) return;
    const entries = [...document.querySelectorAll('[cmdk-item]:not([aria-disabled=true])')];
    const values = entries.map((entry) => entry.getAttribute('data-value') ?? '');
    if (values[0] !== undefined && !values.includes(marked)) markInPalette(values[0]);
  }, [open, search, marked]);
}

function Panels() {
  return (
    <PaletteGroup heading="Panels">
      {PANELS.map((panel) => (
        <PaletteItem
          key={panel.id}
          value={`${panel.title} ${panel.about}`}
          icon={panel.icon}
          hint={
            <span className="flex items-center gap-3">
              {panel.about} <Keys keys={goKeys(panel)} />
            </span>
          }
          onSelect={() => openPanel(panel.id)}
        >
          {panel.title}
        </PaletteItem>
      ))}
    </PaletteGroup>
  );
}

function Actions() {
  return (
    <PaletteGroup heading="Actions">
      {PANELS.flatMap((panel) =>
        (panel.commands?.() ?? []).map(({ label, run }) => (
          <PaletteItem
            key={`${panel.id} ${label}`}
            value={`${panel.title} ${label}`}
            icon={panel.icon}
            hint={panel.title}
            onSelect={run}
          >
            {label}
          </PaletteItem>
        )),
      )}
      <PaletteItem value="Theme dark appearance" icon={Moon} onSelect={() => setTheme('dark')}>
        Dark theme
      </PaletteItem>
      <PaletteItem value="Theme light appearance" icon={Sun} onSelect={() => setTheme('light')}>
        Light theme
      </PaletteItem>
      <PaletteItem value="Theme as the system appearance" icon={Monitor} onSelect={() => setTheme('system')}>
        Theme of the system
      </PaletteItem>
      <PaletteItem value="Keyboard shortcuts help" icon={Keyboard} hint="?" onSelect={() => showShortcuts(true)}>
        Keyboard shortcuts
      </PaletteItem>
    </PaletteGroup>
  );
}

function Participants() {
  const participants = useCell(({ view }) => view?.participants) ?? [];
  return (
    <PaletteGroup heading="Participants">
      {participants.map((participant) => (
        <PaletteItem
          key={participant.agentId}
          value={`${participant.name} ${participant.agentId}`}
          icon={User}
          hint={participant.isSelf ? `${stateWord(participant)}, this agent` : stateWord(participant)}
          onSelect={() => navigate('participants', { agent: participant.agentId })}
        >
          {participant.name || participant.agentId}
        </PaletteItem>
      ))}
    </PaletteGroup>
  );
}

const RECENT = 5;

function RecentActivity() {
  const activities = useActivity((state) => state.activities);
  if (activities.length === 0) return null;
  return (
    <PaletteGroup heading="Recent activity">
      {activities.slice(0, RECENT).map(({ id, label, state, startedMs }) => (
        <PaletteItem
          key={id}
          value={`${label} activity ${id}`}
          icon={state === 'failed' ? CircleAlert : state === 'without effect' ? CircleSlash : CircleCheck}
          hint={<Ago atMs={startedMs} />}
          onSelect={() => showActivity(true)}
        >
          {label}
          {state === 'failed' ? ' failed' : ''}
        </PaletteItem>
      ))}
    </PaletteGroup>
  );
}
