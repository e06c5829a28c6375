import { fileURLToPath } from 'node:url';
import type { AgentCommand } from '../demo/index.ts';

const entry = fileURLToPath(new URL(import.meta.url.endsWith('.ts') ? './synod.ts' : './synod.js', import.meta.url));

/** This program again. */
export const OWN_COMMAND: AgentCommand = { file: process.execPath, args: [entry] };

/** This program again, as an agent. */
export const AGENT_COMMAND: AgentCommand = { file: process.execPath, args: [entry, 'agent'] };
