import { OpenAPIGenerator } from '@orpc/openapi';
import { ZodToJsonSchemaConverter } from '@orpc/zod/zod4';
import { withTransport } from './openapi-transport.ts';
import type { OperatorRouter } from './router.ts';

const DESCRIPTION = [
  'Everything that the window and the dashboard of an agent can do, for scripts.',
  'Keys are unix paths; values are { "text": ... } or { "base64": ... }.',
  'Writes take an Idempotency-Key header: the same key takes effect at most once and gets the same answer.',
  'What answers text/event-stream goes on until the reader goes away; one that is cut off ends with an event `error`.',
].join(' ');

/** In the order in which they are read; every operation belongs to one. */
const TAGS = [
  { name: 'app', description: 'The desktop app around the agent; a dashboard has none.' },
  { name: 'cell', description: 'The cell, its participants, and this agent.' },
  { name: 'keys', description: 'Reading, watching and writing keys.' },
  { name: 'counters', description: 'Numbers that are added to.' },
  { name: 'sessions', description: 'Identities of clients, alive while renewed; they own what follows.' },
  { name: 'locks', description: 'Locks of paths, with fencing tokens.' },
  { name: 'elections', description: 'Elections among sessions; never that of the leader of the cell.' },
  { name: 'barriers', description: 'Places where sessions wait for each other.' },
  { name: 'proposals', description: 'Values that are written once enough have voted for them.' },
  { name: 'once', description: 'Work that is done once, whoever dies.' },
  { name: 'queues', description: 'Entries that workers claim, in order of their dependencies.' },
  { name: 'limits', description: 'What the cell may have of something.' },
  { name: 'requests', description: 'Calls of clients: those in flight, recent ones, and new ones.' },
  { name: 'messages', description: 'The logs of messages of the participants.' },
  { name: 'journal', description: 'The journal of this agent, slot by slot.' },
  { name: 'runtime', description: 'The process of this agent.' },
  { name: 'settings', description: 'Settings in effect.' },
  { name: 'demo', description: 'Agents and faults of a demo cell on this machine; other cells have none.' },
];

const made = new WeakMap<OperatorRouter, Promise<unknown>>();

/** OpenAPI 3.1; made when somebody asks for the first time. */
export function openApiDocument(router: OperatorRouter, version: string): Promise<unknown> {
  let document = made.get(router);
  if (document === undefined) {
    const generator = new OpenAPIGenerator({ schemaConverters: [new ZodToJsonSchemaConverter()] });
    const generated = generator.generate(router, {
      info: { title: 'Synod operator API', version, description: DESCRIPTION },
      servers: [{ url: '/api/v1' }],
      tags: TAGS,
    });
    document = generated.then((described) => withTransport(described, router));
    made.set(router, document);
  }
  return document;
}
