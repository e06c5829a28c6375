/**
 * Guards the form that issues requests: what was typed is judged before it is sent, a write is not made twice without being
 * asked about, and what was sent from this page is remembered as far as the browser has room.
 */
import { beforeEach, expect, test, vi } from 'vitest';
import type { OperatorClient, RequestMethod } from '../../../src/contract/index.ts';
import { useActivity } from '../../../src/renderer/activity/activity-store.ts';
import { cancelMeaning, effectOf } from '../../../src/renderer/panels/requests/cancel-meaning.ts';
import {
  chooseMethod,
  fillForm,
  giveUp,
  repeatsWrite,
  sendRequest,
  typeRequest,
  useForm,
} from '../../../src/renderer/panels/requests/form-store.ts';
import { readHistory, remember, type SentRequest } from '../../../src/renderer/panels/requests/request-history.ts';
import { laidOut, parseRequest } from '../../../src/renderer/panels/requests/request-text.ts';

const METHODS: readonly RequestMethod[] = [
  { name: 'Put', effect: 'write', example: '{"key":"/a"}' },
  { name: 'Read', effect: 'read', example: '{"key":"/a"}' },
];

class MemoryStore {
  text: string | null = null;
  room = Number.POSITIVE_INFINITY;

  getItem(): string | null {
    return this.text;
  }

  setItem(_name: string, text: string): void {
    if (text.length > this.room) throw new Error('QuotaExceededError');
    this.text = text;
  }
}

let store: MemoryStore;

beforeEach(() => {
  store = new MemoryStore();
  vi.stubGlobal('sessionStorage', store);
  useForm.setState({ method: '', text: '', isRepeat: false, outcome: { kind: 'none' }, history: [] });
  useActivity.setState({ activities: [] });
});

type Issue = OperatorClient['requests']['issue'];

function answering(issue: (...args: Parameters<Issue>) => unknown): OperatorClient {
  return { requests: { issue } } as unknown as OperatorClient;
}

const REPLY = { reply: {}, messageId: 'm-1', durationMs: 2, asCli: '', asGrpc: '', asTypeScript: '' };

function sent(id: number, text = '{}'): SentRequest {
  return { id, method: 'Put', text, atMs: id, durationMs: 1, outcome: 'OK', messageId: '' };
}

test('a request is a JSON object, and what is wrong is said with its line', () => {
  expect(parseRequest('{"key": "/a"}')).toEqual({ kind: 'request', request: { key: '/a' } });
  expect(parseRequest('[1]')).toMatchObject({ kind: 'problem', text: expect.stringContaining('object') });
  expect(parseRequest('null')).toMatchObject({ kind: 'problem' });
  expect(parseRequest('{\n"key":\n}')).toMatchObject({ kind: 'problem', text: expect.stringMatching(/line 3/) });
  expect(parseRequest('{\n"key": oops,\n"value": 1\n}')).toMatchObject({ text: expect.stringMatching(/line 2/) });
  expect(laidOut('{"a":1}')).toBe('{\n  "a": 1\n}');
});

test('a method comes with its example; choosing it is no repetition', () => {
  chooseMethod(METHODS[0]!);
  expect(useForm.getState()).toMatchObject({ method: 'Put', text: laidOut('{"key":"/a"}') });
  expect(repeatsWrite(useForm.getState(), METHODS)).toBe(false);
});

test('a copied write is asked about, a copied read is not, and neither is a copy that was changed', () => {
  fillForm('Put', '{}');
  expect(repeatsWrite(useForm.getState(), METHODS)).toBe(true);
  fillForm('Read', '{}');
  expect(repeatsWrite(useForm.getState(), METHODS)).toBe(false);
  fillForm('Put', '{}');
  typeRequest('{"key": "/other"}');
  expect(repeatsWrite(useForm.getState(), METHODS)).toBe(false);
});

test('the write that was just sent is asked about', async () => {
  chooseMethod(METHODS[0]!);
  await sendRequest(answering(async () => REPLY));
  expect(useForm.getState().outcome).toMatchObject({ kind: 'replied' });
  expect(repeatsWrite(useForm.getState(), METHODS)).toBe(true);
});

test('what is sent is the request as typed, and it is remembered with its outcome', async () => {
  const issue = vi.fn(async () => REPLY);
  chooseMethod(METHODS[1]!);
  typeRequest('{"key": "/b"}');
  await sendRequest(answering(issue));
  expect(issue).toHaveBeenCalledWith({ method: 'Read', request: { key: '/b' } }, expect.anything());
  expect(readHistory(store)).toMatchObject([
    { method: 'Read', text: '{"key": "/b"}', outcome: 'OK', messageId: 'm-1' },
  ]);
});

test('what is no request is not sent', async () => {
  const issue = vi.fn();
  useForm.setState({ method: 'Read', text: '{' });
  await sendRequest(answering(issue));
  expect(issue).not.toHaveBeenCalled();
});

test('a failure is kept with its error, told as an activity, and remembered', async () => {
  chooseMethod(METHODS[0]!);
  await sendRequest(answering(() => Promise.reject(new TypeError('fetch failed'))));
  expect(useForm.getState().outcome).toMatchObject({ kind: 'failed', method: 'Put' });
  expect(useForm.getState().history).toMatchObject([{ outcome: 'NO_ANSWER' }]);
  expect(useActivity.getState().activities).toMatchObject([{ label: 'Send Put', state: 'failed' }]);
});

test('whoever stops waiting is told that the outcome is not known', async () => {
  chooseMethod(METHODS[0]!);
  const sending = sendRequest(
    answering(
      (_input, options) =>
        new Promise((_, reject) => {
          const signal = options?.signal;
          signal?.addEventListener('abort', () => reject(signal.reason));
        }),
    ),
  );
  expect(useForm.getState().outcome.kind).toBe('sending');
  giveUp();
  await sending;
  expect(useActivity.getState().activities[0]!.failure).toMatchObject({
    effect: 'unknown',
    message: 'You stopped waiting for Put.',
  });
});

test('the history keeps the newest fifty, and fewer when the browser has no more room', () => {
  let history: readonly SentRequest[] = [];
  for (let id = 1; id <= 60; id += 1) history = remember(store, history, sent(id));
  expect(history.map(({ id }) => id)).toEqual(Array.from({ length: 50 }, (_, index) => 60 - index));
  expect(readHistory(store)).toEqual(history);
  store.room = 400;
  const short = remember(store, history, sent(61));
  expect(short.length).toBeGreaterThan(0);
  expect(short.length).toBeLessThan(6);
  expect(short[0]!.id).toBe(61);
  expect(readHistory(store)).toEqual(short);
});

test('what is in the storage and no history is ignored', () => {
  store.text = '{"not": "a list"}';
  expect(readHistory(store)).toEqual([]);
  store.text = 'broken';
  expect(readHistory(store)).toEqual([]);
});

test('what a cancelled call did is said as far as it is known', () => {
  expect(effectOf({ method: 'Read', own: false }, METHODS)).toBe('read');
  expect(effectOf({ method: 'Put', own: false }, METHODS)).toBe('write');
  expect(effectOf({ method: 'Watch', own: false }, METHODS)).toBe('read');
  expect(effectOf({ method: 'Batch', own: false }, METHODS)).toBe('unknown');
  expect(effectOf({ method: 'KeysSearch', own: true }, METHODS)).toBe('read');
  expect(new Set((['read', 'write', 'unknown'] as const).map(cancelMeaning)).size).toBe(3);
});
