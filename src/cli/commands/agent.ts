import { AgentError } from '../../agent/index.ts';
import { AGENT_FLAGS, agentOptionsOf } from '../../command-line/agent-flags.ts';
import { runAgent } from '../../command-line/run-agent.ts';
import { type Command, Failure } from '../command.ts';

export const agentCommand: Command = {
  name: 'agent',
  summary: 'Run one agent: found a cell, resume, or join one.',
  details:
    'Without --peer an empty state directory founds a new cell, and a used one resumes. With --peer the agent joins the cell of these agents, and never founds one; it keeps trying until one answers. A newcomer is a learner first; the autopilot makes it a voter when that helps.\nWhen it serves, it prints one line on standard output. Logs go to standard error. Ctrl-C (or SIGTERM) hands over the leadership and ends it.\nOne process per state directory; never run an agent on a copy of one.',
  positionals: [],
  flags: AGENT_FLAGS,
  examples: [
    { command: 'synod agent', explains: 'Found a cell of one, or resume it' },
    {
      command: 'synod agent --state-dir /tmp/b --grpc-addr :50102 --http-addr :8082 --peer :50101',
      explains: 'Join it, on the same machine',
    },
  ],
  isClient: false,
  run: async (context) => {
    try {
      return await runAgent(agentOptionsOf(context.flags, context.env), context);
    } catch (error) {
      if (error instanceof AgentError) throw new Failure(error.message);
      throw error;
    }
  },
};
