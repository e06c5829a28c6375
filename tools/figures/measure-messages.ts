import { setTimeout as delay } from 'node:timers/promises';
import type { Browser, CDPSession } from 'playwright-core';
import type { SynodClient } from '../../src/client/index.ts';
import { type Figure, numberText, quantile } from './figure.ts';
import { framesText, recordFrames } from './frames.ts';

const WANTED_PER_SECOND = 500;
const SECONDS = 30;
/** The load is set by what the agent logs: how many messages a write makes depends on how they are packed. */
const STEP_MS = 500;
/** A machine that is too slow for the rate is not buried under writes; the table tells what was reached. */
const IN_FLIGHT_MAX = 64;
const WRITES_PER_SECOND_MAX = 500;
/** So long the load may take to find its rate. */
const SETTLE_MS = 15_000;

/** Messages of the log so far, at the agent whose dashboard is looked at. */
async function messagesLogged(url: string): Promise<number> {
  const response = await fetch(`${url}/api/v1/messages/query`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ limit: 1 }),
  });
  if (!response.ok) throw new Error(`the log of messages was refused: ${response.status} ${await response.text()}`);
  return ((await response.json()) as { readonly last: number }).last;
}

class MessageLoad {
  #writesPerSecond = 60;
  #timer: NodeJS.Timeout | undefined;
  #owed = 0;
  #count = 0;
  #inFlight = 0;
  failed = 0;
  readonly #client: SynodClient;

  constructor(client: SynodClient) {
    this.#client = client;
  }

  start(): void {
    let lastMs = performance.now();
    this.#timer = setInterval(() => {
      const nowMs = performance.now();
      this.#owed += ((nowMs - lastMs) / 1_000) * this.#writesPerSecond;
      lastMs = nowMs;
      for (; this.#owed >= 1; this.#owed -= 1) if (this.#inFlight < IN_FLIGHT_MAX) void this.#write();
    }, 10);
  }

  async #write(): Promise<void> {
    this.#count += 1;
    this.#inFlight += 1;
    try {
      await this.#client.put(`/figures/messages/${this.#count % 1_000}`, String(this.#count));
    } catch {
      this.failed += 1;
    }
    this.#inFlight -= 1;
  }

  /** Half of the way at a time, so that it does not swing. */
  steer(messagesPerSecond: number): void {
    const factor = WANTED_PER_SECOND / Math.max(messagesPerSecond, 1);
    const next = this.#writesPerSecond * (1 + (Math.min(Math.max(factor, 0.5), 2) - 1) / 2);
    this.#writesPerSecond = Math.min(next, WRITES_PER_SECOND_MAX);
  }

  stop(): void {
    clearInterval(this.#timer);
  }
}

export async function measureMessages(browser: Browser, url: string, client: SynodClient): Promise<Figure[]> {
  const context = await browser.newContext({ viewport: { width: 1_280, height: 800 } });
  const page = await context.newPage();
  const session = await context.newCDPSession(page);
  const load = new MessageLoad(client);
  load.start();
  try {
    await steerUntilSteady(url, load);
    await page.goto(`${url}/#/messages`);
    await page.getByRole('grid', { name: 'Messages' }).getByRole('row').nth(5).waitFor();
    const heapBefore = await heapBytes(session);
    const stop = await recordFrames(page);
    const from = await messagesLogged(url);
    const startMs = performance.now();
    while (performance.now() - startMs < SECONDS * 1_000) load.steer(await rate(url));
    const perSecond = (await messagesLogged(url).then((last) => last - from)) / ((performance.now() - startMs) / 1_000);
    const frames = await stop();
    load.stop();
    const grownBytes = (await heapBytes(session)) - heapBefore;
    const at = `${numberText(perSecond)} messages/s${load.failed === 0 ? '' : `, ${load.failed} writes failed`}`;
    return [
      {
        what: `Messages at ${WANTED_PER_SECOND}/s for ${SECONDS} s: frames p99`,
        measured: quantile(frames, 0.99),
        atMost: 50,
        unit: 'ms',
        details: `${at}; ${framesText(frames)}`,
      },
      {
        what: 'the same: worst frame',
        measured: Math.max(...frames),
        atMost: 150,
        unit: 'ms',
        details: at,
      },
      {
        what: 'the same: growth of the page’s heap',
        measured: grownBytes / 1e6,
        atMost: 20,
        unit: 'MB',
        details: `after garbage collection; from ${numberText(heapBefore / 1e6)} MB`,
      },
    ];
  } finally {
    load.stop();
    await context.close();
  }
}

async function rate(url: string): Promise<number> {
  const from = await messagesLogged(url);
  const startMs = performance.now();
  await delay(STEP_MS);
  return ((await messagesLogged(url)) - from) / ((performance.now() - startMs) / 1_000);
}

async function steerUntilSteady(url: string, load: MessageLoad): Promise<void> {
  const endMs = performance.now() + SETTLE_MS;
  while (performance.now() < endMs) {
    const perSecond = await rate(url);
    if (Math.abs(perSecond - WANTED_PER_SECOND) < WANTED_PER_SECOND / 20) return;
    load.steer(perSecond);
  }
}

async function heapBytes(session: CDPSession): Promise<number> {
  await session.send('HeapProfiler.collectGarbage');
  return (await session.send('Runtime.getHeapUsage')).usedSize;
}
