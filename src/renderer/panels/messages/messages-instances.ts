import { useStore } from 'zustand';
import { nameOfAgent, useCell } from '../../cell/cell-store.ts';
import { MessageLog, type MessageLogState } from './log/message-log.ts';
import { ExchangeLog, type ExchangeLogState } from './sequence/exchange-log.ts';

const nextFrame = (run: () => void): void => {
  requestAnimationFrame(run);
};

export function nameNow(agentId: string): string {
  return nameOfAgent(useCell.getState().view, agentId);
}

/** What the panel shows; it outlives the panel, so that coming back finds it as it was. */
export const messageLog = new MessageLog({ nextFrame, nameOf: nameNow, nowMs: Date.now });
export const exchangeLog = new ExchangeLog(nextFrame);

export function useMessageLog<T>(selector: (state: MessageLogState) => T): T {
  return useStore(messageLog.store, selector);
}

export function useExchangeLog<T>(selector: (state: ExchangeLogState) => T): T {
  return useStore(exchangeLog.store, selector);
}
