import { eventIterator } from '@orpc/contract';
import * as z from 'zod';
import { emptySchema } from './common.ts';
import { controlling, reading } from './procedure.ts';

/** The desktop app around the agent. A dashboard answers `host: dashboard` and refuses the rest with NO_WINDOW. */
export const appStateSchema = z.object({
  host: z.enum(['app', 'dashboard']),
  /** `choosing`: nothing has been started; the window asks what to do. */
  phase: z.enum(['choosing', 'starting', 'running', 'failed']),
  /** What is being done, or why it failed and what to do. */
  message: z.string(),
  stateDir: z.string(),
  version: z.string(),
  /** A `synod://` link that was opened: shown to the person, never acted upon by itself. */
  link: z.object({ peers: z.array(z.string()), text: z.string() }).nullable(),
});
export type AppState = z.infer<typeof appStateSchema>;

export const appContract = {
  state: reading
    .route({
      method: 'GET',
      path: '/app',
      summary: 'Tell a window from a dashboard',
      description: 'The app around the agent answers also before it has started one; a dashboard is always `running`.',
      tags: ['app'],
    })
    .output(appStateSchema),
  watch: reading
    .route({
      method: 'GET',
      path: '/app/watch',
      summary: 'Watch the state of the app',
      description: 'The first event comes at once, another one after each change. On a dashboard nothing changes.',
      tags: ['app'],
    })
    .output(eventIterator(appStateSchema)),
  begin: controlling
    .route({
      method: 'POST',
      path: '/app/begin',
      summary: 'Start the agent of the app',
      description:
        'With a new cell (`found`), in an existing one (`join`), or with three agents on this machine (`demo`). ' +
        'A dashboard refuses with NO_WINDOW.',
      tags: ['app'],
    })
    .input(
      z.discriminatedUnion('choice', [
        z.strictObject({ choice: z.literal('found') }),
        z.strictObject({ choice: z.literal('join'), peers: z.array(z.string()).min(1) }),
        z.strictObject({ choice: z.literal('demo') }),
      ]),
    )
    .output(emptySchema),
  dismissLink: controlling
    .route({
      method: 'POST',
      path: '/app/dismiss-link',
      summary: 'Forget the opened link',
      description: 'The person has seen it. A dashboard refuses with NO_WINDOW.',
      tags: ['app'],
    })
    .output(emptySchema),
  openDashboard: controlling
    .route({
      method: 'POST',
      path: '/app/open-dashboard',
      summary: 'Open a dashboard in the browser',
      description:
        'That of a participant, in the browser of the machine on which the app runs. NOT_FOUND when the ' +
        'participant has told the cell no HTTP address; a dashboard refuses with NO_WINDOW.',
      tags: ['app'],
    })
    .input(z.strictObject({ agentId: z.string() }))
    .output(emptySchema),
};
