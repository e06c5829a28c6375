import { create } from 'zustand';
import type { OperatorClient, RequestMethod } from '../../../contract/index.ts';
import { act } from '../../activity/activity-store.ts';
import { failureOf } from '../../connection/failure.ts';
import { readHistory, remember, type SentRequest } from './request-history.ts';
import { laidOut, parseRequest } from './request-text.ts';

export type IssueReply = Awaited<ReturnType<OperatorClient['requests']['issue']>>;

export type FormOutcome =
  | { readonly kind: 'none' }
  | { readonly kind: 'sending'; readonly method: string; readonly stop: AbortController }
  | { readonly kind: 'replied'; readonly method: string; readonly reply: IssueReply }
  | { readonly kind: 'failed'; readonly method: string; readonly error: unknown; readonly durationMs: number };

export interface FormState {
  readonly method: string;
  readonly text: string;
  /** It was copied from a call that was made already: sending it does the same again. */
  readonly isRepeat: boolean;
  readonly outcome: FormOutcome;
  readonly history: readonly SentRequest[];
}

export const useForm = create<FormState>(() => ({
  method: '',
  text: '',
  isRepeat: false,
  outcome: { kind: 'none' },
  history: typeof sessionStorage === 'undefined' ? [] : readHistory(sessionStorage),
}));

/** Begins with the example of a method. */
export function chooseMethod({ name, example }: RequestMethod): void {
  useForm.setState({ method: name, text: laidOut(example), isRepeat: false });
}

export function typeRequest(text: string): void {
  if (text !== useForm.getState().text) useForm.setState({ text, isRepeat: false });
}

/** Fills the form with a call that was made before. */
export function fillForm(method: string, text: string): void {
  useForm.setState({ method, text, isRepeat: true, outcome: { kind: 'none' } });
}

/** A write that was made before is asked about, whether it was copied here or just sent from here. */
export function repeatsWrite(
  { method, text, isRepeat, history }: FormState,
  methods: readonly RequestMethod[],
): boolean {
  if (methods.find(({ name }) => name === method)?.effect !== 'write') return false;
  return isRepeat || (history[0]?.method === method && history[0].text === text);
}

export async function sendRequest(client: OperatorClient): Promise<void> {
  const { method, text, outcome } = useForm.getState();
  const parsed = parseRequest(text);
  if (parsed.kind === 'problem' || outcome.kind === 'sending') return;
  const stop = new AbortController();
  const atMs = Date.now();
  const startedAt = performance.now();
  useForm.setState({ outcome: { kind: 'sending', method, stop } });
  const ended = (next: FormOutcome, result: string, messageId: string): void => {
    const durationMs = performance.now() - startedAt;
    const sent: SentRequest = { id: atMs, method, text, atMs, durationMs, outcome: result, messageId };
    const { history } = useForm.getState();
    useForm.setState({ outcome: next, isRepeat: false, history: remember(sessionStorage, history, sent) });
  };
  await act(`Send ${method}`, async () => {
    try {
      const reply = await client.requests.issue({ method, request: parsed.request }, { signal: stop.signal });
      ended({ kind: 'replied', method, reply }, 'OK', reply.messageId);
      return reply;
    } catch (error) {
      const durationMs = performance.now() - startedAt;
      ended({ kind: 'failed', method, error, durationMs }, failureOf(error).reason, '');
      throw error;
    }
  });
}

/** Stops waiting. The request is on its way: what it did is not known. */
export function giveUp(): void {
  const { outcome } = useForm.getState();
  if (outcome.kind !== 'sending') return;
  outcome.stop.abort(new Error(`You stopped waiting for ${outcome.method}.`));
}
