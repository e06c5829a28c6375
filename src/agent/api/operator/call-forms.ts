import type { MessageType } from '../encoding.ts';
import { cliCommand } from './cli-form.ts';
import { readableJson, requestFromJson } from './issued-request.ts';
import { isOfSession, serviceOf } from './method-examples.ts';
import { typeScriptCall } from './typescript-form.ts';

export interface CallForms {
  /** Empty when there is no such form. */
  readonly asCli: string;
  readonly asGrpc: string;
  readonly asTypeScript: string;
}

export const NO_FORMS: CallForms = { asCli: '', asGrpc: '', asTypeScript: '' };

type Fields = Readonly<Record<string, unknown>>;

/** The same call for other tools. `address` is where the agent serves gRPC. */
export function callForms(type: MessageType<unknown>, method: string, json: Fields, address: string): CallForms {
  const message = requestFromJson(type, method, json);
  const said = type.toJSON(message) as Fields;
  const request = isOfSession(method) ? inOwnSession(said) : withoutPlace(said);
  // Bytes as text: for what people read. Tools of gRPC want base64.
  const readable = withoutPlace(readableJson(type, message) as Fields);
  const body = shellQuoted(JSON.stringify(request));
  return {
    asCli: cliCommand(method, readable, address),
    asGrpc: `grpcurl -plaintext -d ${body} ${address} ${serviceOf(method)}/${method}`,
    asTypeScript: typeScriptCall(method, readable, address),
  };
}

/** A new call takes a place of its own in a session; that of the old one belongs to the old one. */
export function withoutPlace(request: Fields): Fields {
  const { options, ...rest } = request;
  if (options === undefined) return rest;
  const { sessionId: _, sequence: __, ackedBelow: ___, minSlot: ____, ...kept } = options as Fields;
  return Object.keys(kept).length === 0 ? rest : { ...rest, options: kept };
}

/** Without the number: who asks again gets another one. */
export function withoutNumber(request: Fields): Fields {
  const { options, ...rest } = request;
  if (options === undefined) return rest;
  const { sequence: _, ackedBelow: __, ...kept } = options as Fields;
  return { ...rest, options: kept };
}

/** What belongs to a session cannot be asked without: the program has to put its own there, and its own number. */
function inOwnSession(request: Fields): Fields {
  const { options } = request;
  const { sessionId = 'SESSION', sequence = 1, ackedBelow: _, ...rest } = (options ?? {}) as Fields;
  return { ...request, options: { ...rest, sessionId, sequence } };
}

export function shellQuoted(text: string): string {
  return /^[A-Za-z0-9_./:@%+=,-]+$/.test(text) ? text : `'${text.replaceAll("'", "'\\''")}'`;
}
