import { faultMistake } from '../../../contract/index.ts';
import { invalid } from '../errors.ts';
import type { OperatorBuilder } from './builder.ts';
import { faultFacts, previewFault } from './demo-preview.ts';
import { watchDemo } from './demo-watch.ts';
import { OperatorError } from './operator-error.ts';
import type { DemoPort, OperatorPorts } from './ports.ts';

/** The processes of a demo cell. Elsewhere agents are started and ended by whoever runs them, not from a window. */
export function demoProcedures(os: OperatorBuilder) {
  return {
    state: os.demo.state.handler(
      async ({ context }) => (await context.reach.ports().demo?.state()) ?? { isDemo: false, agents: [], faults: [] },
    ),
    watch: os.demo.watch.handler(({ context }) => watchDemo(context.reach.ports().demo, context.call.signal)),
    addAgent: os.demo.addAgent.handler(({ context }) => demoOf(context.reach.ports()).addAgent()),
    restartAgent: os.demo.restartAgent.handler(({ input, context }) =>
      demoOf(context.reach.ports()).restartAgent(input.index),
    ),
    killAgent: os.demo.killAgent.handler(async ({ input, context }) => {
      await demoOf(context.reach.ports()).killAgent(input.index);
      return {};
    }),
    previewFault: os.demo.previewFault.handler(async ({ input, context }) => {
      const ports = context.reach.ports();
      const demo = await demoOf(ports).state();
      const mistake = faultMistake(input, demo.agents);
      if (mistake !== undefined) throw invalid(mistake);
      return previewFault(faultFacts(ports.api, demo), input);
    }),
    addFault: os.demo.addFault.handler(({ input, context }) =>
      demoOf(context.reach.ports()).addFault(input, context.peer),
    ),
    healFault: os.demo.healFault.handler(async ({ input, context }) => {
      await demoOf(context.reach.ports()).healFault(input.id, context.peer);
      return {};
    }),
    healAll: os.demo.healAll.handler(async ({ context }) => {
      await demoOf(context.reach.ports()).healAll(context.peer);
      return {};
    }),
  };
}

/** @throws OperatorError */
function demoOf({ demo }: OperatorPorts): DemoPort {
  if (demo !== undefined) return demo;
  const remedy = 'start agents yourself with "synod agent", or a demo cell with "synod try"';
  throw new OperatorError('NOT_A_DEMO_CELL', `this agent is not part of a demo cell on one machine: ${remedy}`);
}
