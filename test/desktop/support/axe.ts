import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Page } from 'playwright-core';
import { ROOT } from '../../../tools/source-files.ts';

const SOURCE = readFileSync(join(ROOT, 'node_modules', 'axe-core', 'axe.min.js'), 'utf8');

interface AxeResults {
  readonly violations: readonly {
    readonly id: string;
    readonly impact: string | null;
    readonly help: string;
    readonly nodes: readonly { readonly html: string; readonly failureSummary?: string }[];
  }[];
}

/** Serious and critical findings of axe in what is shown now, each as one text. */
export async function accessibilityFindings(page: Page, selector = 'body'): Promise<string[]> {
  // Evaluated through the debugger: the page's own policy allows no foreign script, and stays in force.
  if (!(await page.evaluate("'axe' in globalThis"))) await page.evaluate(SOURCE);
  const run = `axe.run(${JSON.stringify(selector)}, { resultTypes: ['violations'] })`;
  const { violations } = await page.evaluate<AxeResults>(run);
  return violations
    .filter(({ impact }) => impact === 'serious' || impact === 'critical')
    .map(({ id, impact, help, nodes }) => {
      const where = nodes.slice(0, 5).map(({ html, failureSummary }) => `  ${html.slice(0, 300)}\n  ${failureSummary}`);
      return `${impact} ${id}: ${help} (${nodes.length})\n${where.join('\n')}`;
    });
}
