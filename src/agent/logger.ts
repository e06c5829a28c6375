import pino from 'pino';
import type { AgentLogger } from './agent-options.ts';

/** Lines of JSON on standard error: standard output belongs to whoever asked. */
export function defaultLogger(): AgentLogger {
  return pino({ base: null, timestamp: pino.stdTimeFunctions.isoTime }, pino.destination({ fd: 2, sync: true }));
}
