import type { ContractRouterClient } from '@orpc/contract';
import { appContract } from './app.ts';
import { barriersContract } from './barriers.ts';
import { cellContract } from './cell.ts';
import { countersContract, limitsContract } from './counters.ts';
import { demoContract } from './demo.ts';
import { electionsContract } from './elections.ts';
import { journalContract } from './journal.ts';
import { keysContract } from './keys.ts';
import { locksContract } from './locks.ts';
import { messagesContract } from './messages.ts';
import { onceContract } from './once.ts';
import { proposalsContract } from './proposals.ts';
import { queuesContract } from './queues.ts';
import { requestsContract } from './requests.ts';
import { runtimeContract } from './runtime.ts';
import { sessionsContract } from './sessions.ts';
import { settingsContract } from './settings.ts';

/**
 * The operator API, once: over HTTP as RPC (`/rpc`), as REST (`/api/v1`, with OpenAPI), and over a MessagePort of the
 * desktop app. A new family of procedures joins in one line.
 */
export const operatorContract = {
  app: appContract,
  cell: cellContract,
  keys: keysContract,
  requests: requestsContract,
  messages: messagesContract,
  journal: journalContract,
  runtime: runtimeContract,
  settings: settingsContract,
  demo: demoContract,
  sessions: sessionsContract,
  locks: locksContract,
  elections: electionsContract,
  barriers: barriersContract,
  proposals: proposalsContract,
  once: onceContract,
  queues: queuesContract,
  counters: countersContract,
  limits: limitsContract,
};
export type OperatorContract = typeof operatorContract;
/** What the page calls, whatever carries it. */
export type OperatorClient = ContractRouterClient<OperatorContract>;

export type * from './acting.ts';
export type * from './app.ts';
export type * from './barriers.ts';
export type * from './cell.ts';
export * from './common.ts';
export type * from './counters.ts';
export type * from './demo.ts';
export * from './demo-faults.ts';
export type * from './elections.ts';
export * from './errors.ts';
export type * from './journal.ts';
export type * from './key-views.ts';
export type * from './locks.ts';
export { LOG_LEVELS } from './log-levels.ts';
export type * from './messages.ts';
export type * from './once.ts';
export type { ProcedureMeta } from './procedure.ts';
export type * from './proposals.ts';
export type * from './queues.ts';
export type * from './requests.ts';
export type * from './runtime.ts';
export type * from './sessions.ts';
export type * from './settings.ts';
export * from './window.ts';
