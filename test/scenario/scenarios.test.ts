/**
 * Guards the rules of the protocol that look fussy: each closes a hole that was found, and each text shows the hole and
 * how it is closed. SCENARIO_REWRITE=1 writes what happens into the texts; read the difference before keeping it.
 */
import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { parse, render, run } from './runner.ts';

const folder = import.meta.dirname;
const isRewriting = process.env.SCENARIO_REWRITE === '1';

describe('scenario', () => {
  for (const file of readdirSync(folder).filter((name) => name.endsWith('.txt'))) {
    it(file, () => {
      const path = join(folder, file);
      const text = readFileSync(path, 'utf8');
      const happened = render(run(parse(text)));
      if (isRewriting) writeFileSync(path, happened);
      else expect(happened).toBe(text);
    });
  }
});
