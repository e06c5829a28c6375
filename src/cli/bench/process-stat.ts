import { readFileSync } from 'node:fs';

/** USER_HZ: 100 on every Linux that Node.js runs on. */
export const TICKS_PER_SECOND = 100;

/** utime + stime of proc(5); the name before them may contain anything but ends with the last parenthesis. */
export function processorTicks(pid: number): number {
  const stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
  const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
  return Number(fields[11]) + Number(fields[12]);
}

export function residentMegabytes(pid: number): number {
  const kilobytes = /^VmRSS:\s+(\d+) kB/m.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1];
  return Number(kilobytes) / 1_000;
}
