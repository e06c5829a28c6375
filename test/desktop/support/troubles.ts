import type { BrowserContext, Page } from 'playwright-core';

/** Everything that went wrong in a page without anybody looking: a test that did not expect it fails. */
export class Troubles {
  readonly #seen: string[] = [];
  readonly #allowed: RegExp[] = [];

  /** Before the first page of the context is opened. */
  static async of(context: BrowserContext): Promise<Troubles> {
    const troubles = new Troubles();
    await context.exposeBinding('__violation', (_source, text: string) => {
      troubles.#add(`CSP violation: ${text}`);
    });
    await context.addInitScript(REPORT_VIOLATIONS);
    context.on('page', (page) => troubles.#listen(page));
    return troubles;
  }

  /** What the test itself provokes, such as the refused request of a lost race. */
  allow(...patterns: readonly RegExp[]): void {
    this.#allowed.push(...patterns);
  }

  /** Everything, also what is allowed. */
  get seen(): readonly string[] {
    return this.#seen;
  }

  get unexpected(): readonly string[] {
    return this.#seen.filter((trouble) => !this.#allowed.some((pattern) => pattern.test(trouble)));
  }

  #add(trouble: string): void {
    this.#seen.push(trouble);
  }

  #listen(page: Page): void {
    page.on('console', (message) => {
      if (message.type() === 'error') this.#add(`console: ${message.text()} (${message.location().url})`);
    });
    page.on('pageerror', (error) => this.#add(`page error: ${error.stack ?? error.message}`));
    page.on('requestfailed', (request) => {
      const reason = request.failure()?.errorText ?? '';
      // Streams are given up by whoever reads them: when a panel is left, and when the page is closed.
      if (reason !== 'net::ERR_ABORTED') this.#add(`request failed: ${request.method()} ${request.url()} ${reason}`);
    });
    page.on('response', (response) => {
      if (response.status() >= 400) {
        this.#add(`answer ${response.status()}: ${response.request().method()} ${response.url()}`);
      }
    });
  }
}

/** Runs in the page, whose globals are not those of this program. */
const REPORT_VIOLATIONS = `addEventListener('securitypolicyviolation', (event) => {
  __violation([event.violatedDirective, event.blockedURI, event.sourceFile].join(' '));
})`;
