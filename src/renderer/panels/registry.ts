import {
  Activity,
  ArrowLeftRight,
  FlaskConical,
  KeyRound,
  ListChecks,
  ListOrdered,
  ListTree,
  LockKeyhole,
  MessagesSquare,
  Network,
  Settings2,
  Users,
  UsersRound,
  Vote,
} from 'lucide-react';
import { barriersCommands } from './barriers/barriers-commands.ts';
import { electionsCommands } from './elections/elections-commands.ts';
import { journalCommands } from './journal/journal-commands.ts';
import { keysCommands } from './keys/keys-commands.ts';
import { labCommands } from './lab/lab-commands.ts';
import { locksCommands } from './locks/locks-commands.ts';
import { messagesCommands } from './messages/messages-commands.ts';
import { type Panel, panelCode } from './panel.ts';
import { participantsCommands } from './participants/participants-commands.ts';
import { proposalsCommands } from './proposals/proposals-commands.ts';
import { queuesCommands } from './queues/queues-commands.ts';
import { waitingForPeople } from './queues/waiting-words.ts';
import { requestsCommands } from './requests/requests-commands.ts';
import { runtimeCommands } from './runtime/runtime-commands.ts';
import { settingsCommands } from './settings/read-only.ts';

/** In the order of the sidebar; Ctrl/Cmd and a digit opens the first nine, `g` and its letter any of them. */
export const PANELS: readonly Panel[] = [
  {
    id: 'overview',
    title: 'Overview',
    letter: 'o',
    icon: Network,
    about: 'who takes part, who leads, how the cell is',
    ...panelCode(() => import('./overview/overview-panel.tsx'), 'OverviewPanel'),
  },
  {
    id: 'participants',
    title: 'Participants',
    letter: 'p',
    icon: Users,
    about: 'add, remove, promote, hand leadership over',
    ...panelCode(() => import('./participants/participants-panel.tsx'), 'ParticipantsPanel'),
    commands: participantsCommands,
  },
  {
    id: 'keys',
    title: 'Keys',
    letter: 'k',
    icon: KeyRound,
    about: 'browse, search, read and change keys',
    beginsGroup: true,
    ...panelCode(() => import('./keys/keys-panel.tsx'), 'KeysPanel'),
    commands: keysCommands,
  },
  {
    id: 'requests',
    title: 'Requests',
    letter: 'r',
    icon: ArrowLeftRight,
    about: 'calls in flight and recent, and any new one',
    ...panelCode(() => import('./requests/requests-panel.tsx'), 'RequestsPanel'),
    commands: requestsCommands,
  },
  {
    id: 'messages',
    title: 'Messages',
    letter: 'm',
    icon: MessagesSquare,
    about: 'what agents and clients say to each other, live',
    ...panelCode(() => import('./messages/messages-panel.tsx'), 'MessagesPanel'),
    commands: messagesCommands,
  },
  {
    id: 'journal',
    title: 'Journal',
    letter: 'j',
    icon: ListTree,
    about: 'what was agreed on, slot by slot',
    ...panelCode(() => import('./journal/journal-panel.tsx'), 'JournalPanel'),
    commands: journalCommands,
  },
  {
    id: 'locks',
    title: 'Locks',
    letter: 'l',
    icon: LockKeyhole,
    about: 'who holds which lock, who waits, acquire and release',
    beginsGroup: true,
    ...panelCode(() => import('./locks/locks-panel.tsx'), 'LocksPanel'),
    commands: locksCommands,
  },
  {
    id: 'elections',
    title: 'Elections',
    letter: 'e',
    icon: Vote,
    about: 'who is elected, who is in line, stand and resign',
    ...panelCode(() => import('./elections/elections-panel.tsx'), 'ElectionsPanel'),
    commands: electionsCommands,
  },
  {
    id: 'barriers',
    title: 'Barriers',
    letter: 'b',
    icon: UsersRound,
    about: 'who has arrived, who is waited for, arrive and leave',
    ...panelCode(() => import('./barriers/barriers-panel.tsx'), 'BarriersPanel'),
    commands: barriersCommands,
  },
  {
    id: 'proposals',
    title: 'Proposals',
    letter: 'v',
    icon: ListChecks,
    about: 'values that are voted on, propose and vote',
    ...panelCode(() => import('./proposals/proposals-panel.tsx'), 'ProposalsPanel'),
    commands: proposalsCommands,
  },
  {
    id: 'queues',
    title: 'Queues',
    letter: 'q',
    icon: ListOrdered,
    about: 'entries that workers do, and work that is done once',
    ...panelCode(() => import('./queues/queues-panel.tsx'), 'QueuesPanel'),
    commands: queuesCommands,
    waiting: waitingForPeople,
  },
  {
    id: 'lab',
    title: 'Lab',
    letter: 'a',
    icon: FlaskConical,
    about: 'break a demo cell, race clients, let a lock holder sleep',
    beginsGroup: true,
    ...panelCode(() => import('./lab/lab-panel.tsx'), 'LabPanel'),
    commands: labCommands,
  },
  {
    id: 'runtime',
    title: 'Runtime',
    letter: 't',
    icon: Activity,
    about: 'processor, memory, delays and queues of this agent',
    ...panelCode(() => import('./runtime/runtime-panel.tsx'), 'RuntimePanel'),
    commands: runtimeCommands,
  },
  {
    id: 'settings',
    title: 'Settings',
    letter: 's',
    icon: Settings2,
    about: 'what this agent was started with, appearance',
    ...panelCode(() => import('./settings/settings-panel.tsx'), 'SettingsPanel'),
    commands: settingsCommands,
  },
];

export function panelOf(id: string): Panel | undefined {
  return PANELS.find((panel) => panel.id === id);
}
