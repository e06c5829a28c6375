import { parseEndpoint, SynodError } from '../client/index.ts';
import { UsageError } from './flag.ts';

const UNITS: Readonly<Record<string, number>> = { ms: 1, s: 1_000, m: 60_000, h: 3_600_000, d: 86_400_000 };

/** `500ms`, `60s`, `1.5m`, `1h30m` in milliseconds. */
export function parseDuration(text: string, what: string): number {
  const parts = [...text.matchAll(/(\d+(?:\.\d+)?)(ms|s|m|h|d)/gy)];
  const through = parts.reduce((length, [part]) => length + part.length, 0);
  if (parts.length === 0 || through !== text.length) {
    const hint = /^\d+$/.test(text) ? `write ${text}s for seconds` : 'use 500ms, 60s, 5m or 1h';
    throw new UsageError(`${what}: "${text}" is not a duration; ${hint}`);
  }
  return parts.reduce((sum, [, amount, unit]) => sum + Number(amount) * UNITS[unit!]!, 0);
}

/** `500ms-900ms`: two durations, the shorter first. */
export function parseDurations(text: string, what: string): readonly [number, number] {
  const [least = '', most = '', ...rest] = text.split('-');
  if (most === '' || rest.length > 0) throw new UsageError(`${what}: "${text}" is not a range; write 500ms-900ms`);
  const range = [parseDuration(least, what), parseDuration(most, what)] as const;
  if (range[0] >= range[1]) throw new UsageError(`${what}: "${text}" is no range: ${least} is not below ${most}`);
  return range;
}

export function parseCount(text: string, what: string): number {
  const number = Number(text);
  if (!/^\d+$/.test(text) || !Number.isSafeInteger(number)) {
    throw new UsageError(`${what}: "${text}" is not a whole number`);
  }
  return number;
}

/** `HOST:PORT`; `:PORT` is on the loopback. */
export function parseAddress(text: string, what: string): string {
  try {
    return parseEndpoint(text);
  } catch (error) {
    if (error instanceof SynodError) throw new UsageError(`${what}: ${error.message}`);
    throw error;
  }
}

/** `k=v`, repeated. */
export function parseLabels(texts: readonly string[]): Record<string, string> {
  const labels: Record<string, string> = {};
  for (const text of texts) {
    const at = text.indexOf('=');
    if (at < 1) throw new UsageError(`--label: "${text}" is not a label; write key=value, such as region=west`);
    labels[text.slice(0, at)] = text.slice(at + 1);
  }
  return labels;
}

export function formatDuration(ms: number): string {
  if (ms < 1_000) return `${Math.round(ms)}ms`;
  const seconds = Math.floor(ms / 1_000);
  if (seconds < 60) return `${seconds}s`;
  if (seconds < 3_600) return `${Math.floor(seconds / 60)}m${seconds % 60}s`;
  if (seconds < 86_400) return `${Math.floor(seconds / 3_600)}h${Math.floor((seconds % 3_600) / 60)}m`;
  return `${Math.floor(seconds / 86_400)}d${Math.floor((seconds % 86_400) / 3_600)}h`;
}

export function formatBytes(bytes: number): string {
  if (bytes < 1_024) return `${bytes} B`;
  const units = ['KiB', 'MiB', 'GiB', 'TiB'];
  let value = bytes / 1_024;
  let unit = 0;
  while (value >= 1_024 && unit < units.length - 1) {
    value /= 1_024;
    unit++;
  }
  return `${value.toFixed(1)} ${units[unit]}`;
}

/** An address to listen on; port 0 is any free one. */
export function parseListenAddress(text: string, what: string): string {
  const anyPort = /^(.*):0$/.exec(text);
  return anyPort ? parseAddress(`${anyPort[1]}:1`, what).replace(/1$/, '0') : parseAddress(text, what);
}
