// Guards the start: whatever was durable and is not there any more is noticed before anything is voted with, in one line
// that names the file and says what to do.
import { spawnSync } from 'node:child_process';
import { cpSync, existsSync, mkdirSync, readdirSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import Database from 'better-sqlite3';
import { describe, expect, it } from 'vitest';
import { initialMeta } from '../../src/agent/machine/meta.ts';
import { emptyMeta } from '../../src/agent/storage/state-schema.ts';
import { ROOT } from '../../tools/source-files.ts';
import { applySlot, entryAt } from './slots.ts';
import { copyOf, faultOf, fill, filled, flipBit, open, synced, temporary, verifyContents } from './support.ts';

const REJOINS = /new, empty state directory and it rejoins the cell as a new agent/;

describe('a new state directory', () => {
  it('is for its owner alone, and says the same as a machine of a state without anything in it', async () => {
    const directory = join(temporary(), 'deep', 'er');
    const storage = open(directory);
    expect(statSync(directory).mode & 0o777).toBe(0o700);
    expect(storage.durable).toMatchObject({ floor: 1, end: 0, chosenThrough: 0, base: { slot: 0 } });
    expect(storage.identity.agentId).toMatch(/^[0-9a-f-]{36}$/);
    expect(emptyMeta()).toEqual(initialMeta());
    await storage.close();
  });

  it('is made again when a crash came before it was complete', async () => {
    const directory = temporary();
    writeFileSync(join(directory, 'log.db'), '');
    await open(directory).close();
    rmSync(join(directory, 'state-1.db'));
    await open(directory).close();
    expect(existsSync(join(directory, 'state-1.db'))).toBe(true);
  });

  it('cannot be a file, or below one', () => {
    const file = join(temporary(), 'file');
    writeFileSync(file, '');
    expect(faultOf(() => open(file)).message).toMatch(/not a directory\. Choose another/);
    expect(faultOf(() => open(join(file, 'x'))).kind).toBe('unusable');
  });

  // In a process of its own, which can be ended: what is guarded against is trying for ever.
  it.runIf(existsSync('/proc/self'))('cannot be where no folders can be made', () => {
    const script = `import { StateDirectory } from '${pathToFileURL(join(ROOT, 'src/agent/storage/state-directory.ts'))}';
      new StateDirectory('/proc/synod/agent').create();`;
    const { status, stderr } = spawnSync(process.execPath, ['--input-type=module', '-e', script], { timeout: 60_000 });
    expect(stderr.toString()).toContain('/proc/synod/agent: cannot be made (ENOENT');
    expect(status).toBe(1);
  });
});

describe('files that are gone', () => {
  it('notices that log.db or the state is missing', async () => {
    const whole = await filled(30);
    for (const name of ['log.db', 'state-1.db']) {
      const directory = copyOf(whole);
      rmSync(join(directory, name));
      const fault = faultOf(() => open(directory));
      expect(fault.message).toContain(`${name}: missing`);
      expect(fault.message).toMatch(REJOINS);
      cpSync(join(whole, name), join(directory, name));
      await open(directory).close();
    }
  });

  it('notices that log.db was emptied', async () => {
    const directory = await filled(30);
    writeFileSync(join(directory, 'log.db'), '');
    expect(faultOf(() => open(directory)).message).toContain('empty, without the promises');
  });

  it('notices files of another agent', async () => {
    const [directory, other] = [await filled(5), join(temporary(), 'state')];
    const stranger = open(other);
    stranger.joinCell('another cell');
    await stranger.close();
    cpSync(join(other, 'state-1.db'), join(directory, 'state-1.db'));
    expect(faultOf(() => open(directory)).message).toContain('it is of cell another cell');
  });
});

describe('an older copy', () => {
  it('is refused when the mark knows of later entries', async () => {
    const directory = await filled(20);
    const older = copyOf(directory);
    const storage = open(directory);
    await fill(storage, 21, 40);
    await storage.close();
    for (const name of ['log.db', 'state-1.db']) cpSync(join(older, name), join(directory, name));
    const fault = faultOf(() => open(directory));
    expect(fault.message).toMatch(/commits that were durable are missing.*journal slots up to 40.*older copy/);
    expect(fault.message).toMatch(REJOINS);
  });

  it('is refused when the mark knows of a later promise, or of an overwrite alone', async () => {
    for (const writes of [{ promised: { round: 9, agentId: 'x' } }, { entries: [entryAt(20, 2)] }]) {
      const directory = await filled(20);
      const older = copyOf(directory);
      const storage = open(directory);
      storage.logDisk.commit(writes);
      await synced(storage);
      await storage.close();
      cpSync(join(older, 'log.db'), join(directory, 'log.db'));
      expect(faultOf(() => open(directory)).message).toContain('1 commits that were durable are missing');
    }
  });

  it('of the state alone is executed again where the journal reaches back, and refused where it does not', async () => {
    const directory = await filled(30);
    const older = copyOf(directory);
    const storage = open(directory);
    await fill(storage, 31, 60);
    await storage.close();
    const behind = copyOf(directory);
    cpSync(join(older, 'state-1.db'), join(behind, 'state-1.db'));
    const again = open(behind);
    expect(again.durable).toMatchObject({ floor: 1, end: 60, base: { slot: 30 } });
    await again.close();

    const dropped = open(directory);
    dropped.logDisk.dropBelow(45);
    await dropped.close();
    cpSync(join(older, 'state-1.db'), join(directory, 'state-1.db'));
    const fault = faultOf(() => open(directory));
    expect(fault.message).toMatch(/slots 31 to 44 are missing; the journal begins behind them/);
    expect(fault.message).toMatch(REJOINS);
  });
});

describe('a journal that is not whole', () => {
  async function edited(sql: string): Promise<string> {
    const directory = await filled(30);
    const database = new Database(join(directory, 'log.db'));
    database.exec(sql);
    database.close();
    return directory;
  }

  it('is refused with a gap, without its end, with another entry, and with another promise', async () => {
    const refused = async (sql: string) => {
      const directory = await edited(sql);
      return faultOf(() => open(directory)).message;
    };
    expect(await refused('DELETE FROM journal WHERE slot = 12')).toContain('journal slots 12 to 12 are missing');
    expect(await refused('DELETE FROM journal WHERE slot < 3')).toContain('journal slots 1 to 2 are missing');
    expect(await refused('DELETE FROM journal WHERE slot > 28')).toContain('slots 29 to 30 are missing');
    expect(await refused("UPDATE journal SET agent = 'x' WHERE slot = 5")).toContain('slot 5 does not match');
    expect(await refused('UPDATE acceptor SET round = 8')).toContain('promise of this agent does not match');
    expect(await refused('DELETE FROM acceptor')).toContain('promise of this agent is missing');
    expect(await refused("UPDATE identity SET json = '{}'")).toContain('identity of this agent does not match');
  });
});

describe('an applied state ahead of the journal', () => {
  it('makes the journal begin behind it when its entries are not known to be the chosen ones', async () => {
    const directory = await filled(20);
    const storage = open(directory);
    // Accepted, and then applied from elsewhere before this disk recorded what was chosen.
    storage.logDisk.commit({ entries: [21, 22, 23, 24].map((slot) => entryAt(slot)) });
    await synced(storage);
    for (const slot of [21, 22]) applySlot(storage.stateStore, slot);
    await storage.close();
    const again = open(directory);
    expect(again.durable).toMatchObject({ floor: 23, end: 24, chosenThrough: 22, base: { slot: 22 } });
    verifyContents(again);
    for (const slot of [23, 24, 25, 26]) applySlot(again.stateStore, slot);
    await again.close();
    const beyond = open(directory);
    expect(beyond.durable).toMatchObject({ floor: 27, end: 26, chosenThrough: 26, base: { slot: 26 } });
    beyond.logDisk.commit({ entries: [entryAt(27)] });
    await synced(beyond);
    await beyond.close();
    const last = open(directory);
    expect(last.durable).toMatchObject({ floor: 27, end: 27 });
    await last.close();
  });

  it('keeps a journal that is known chosen as far as it was applied', async () => {
    const storage = open(await filled(20));
    expect(storage.durable).toMatchObject({ floor: 1, end: 20, chosenThrough: 20, base: { slot: 20 } });
    await storage.close();
  });
});

describe('what lies about', () => {
  it('is cleared away: half-made snapshots and states that log.db does not name', async () => {
    const directory = await filled(5);
    for (const name of ['incoming-1-1.snapshot', 'outgoing-1-1.snapshot', 'incoming-1-2.snapshot-wal', 'state-7.db']) {
      writeFileSync(join(directory, name), 'x');
    }
    mkdirSync(join(directory, 'desktop'));
    await open(directory).close();
    expect(readdirSync(directory).sort()).toEqual(['desktop', 'lock.db', 'lock.pid', 'log.db', 'mark', 'state-1.db']);
  });

  it('does not matter to an unreadable mark, which says nothing', async () => {
    const directory = await filled(5);
    writeFileSync(join(directory, 'mark'), 'x');
    await open(directory).close();
    flipBit(join(directory, 'mark'), 10, 3);
    await open(directory).close();
  });
});
