import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { connect, type SynodClient } from '../../src/client/index.ts';
import { AgentUnderTest } from '../../test/integration/agent-under-test.ts';
import { CellUnderTest } from '../../test/integration/harness.ts';
import { ROOT } from '../source-files.ts';

/** Three agents as they are installed: compiled, each in a process of its own. */
export class MeasuredCell extends CellUnderTest {
  static async start(): Promise<MeasuredCell> {
    const cell = new MeasuredCell();
    try {
      await cell.found(3);
      return cell;
    } catch (error) {
      await cell.dispose();
      throw error;
    }
  }

  protected override place(name: string): Promise<AgentUnderTest> {
    return AgentUnderTest.at(this.directory, name, { entry: join(ROOT, 'dist', 'cli', 'synod.js') });
  }

  /** Patient: it fills the cell. */
  fillingClient(): SynodClient {
    return connect({ endpoints: this.agents.map(({ address }) => address), timeoutMs: 60_000 });
  }
}

export function dashboardOf(agent: AgentUnderTest): string {
  return `http://${agent.ready.httpAddress}`;
}

/** USER_HZ: 100 on every Linux that Node.js runs on. */
const TICKS_PER_SECOND = 100;

/** Processor time of a process so far, in seconds: utime + stime of proc(5). */
export function processorSeconds(pid: number): number {
  const stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
  // The name before them may contain anything but ends with the last parenthesis.
  const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
  return (Number(fields[11]) + Number(fields[12])) / TICKS_PER_SECOND;
}
