import { appProcedures } from './app.ts';
import { barriersProcedures } from './barriers.ts';
import { operatorBuilder } from './builder.ts';
import { cellProcedures } from './cell.ts';
import { countersProcedures, limitsProcedures } from './counters.ts';
import { demoProcedures } from './demo.ts';
import { electionsProcedures } from './elections.ts';
import { journalProcedures } from './journal.ts';
import { keysProcedures } from './keys.ts';
import { locksProcedures } from './locks.ts';
import { messagesProcedures } from './messages.ts';
import { onceProcedures } from './once.ts';
import type { AppPort, OperatorPorts } from './ports.ts';
import { proposalsProcedures } from './proposals.ts';
import { queuesProcedures } from './queues.ts';
import { requestsProcedures } from './requests.ts';
import { runtimeProcedures } from './runtime.ts';
import { sessionsProcedures } from './sessions.ts';
import { settingsProcedures } from './settings.ts';

/**
 * The contract, implemented. `ports` gives nothing before an agent exists in the desktop app; then everything but `app`
 * is refused with AGENT_NOT_STARTED.
 */
export function createOperatorRouter(ports: () => OperatorPorts | undefined, app: AppPort | undefined) {
  const os = operatorBuilder(ports, app);
  return os.router({
    app: appProcedures(os),
    cell: cellProcedures(os),
    keys: keysProcedures(os),
    requests: requestsProcedures(os),
    messages: messagesProcedures(os),
    journal: journalProcedures(os),
    runtime: runtimeProcedures(os),
    settings: settingsProcedures(os),
    demo: demoProcedures(os),
    sessions: sessionsProcedures(os),
    locks: locksProcedures(os),
    elections: electionsProcedures(os),
    barriers: barriersProcedures(os),
    proposals: proposalsProcedures(os),
    once: onceProcedures(os),
    queues: queuesProcedures(os),
    counters: countersProcedures(os),
    limits: limitsProcedures(os),
  });
}

export type OperatorRouter = ReturnType<typeof createOperatorRouter>;
