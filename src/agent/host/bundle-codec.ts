import { Bundle, Command as WireCommand } from '../../gen/synod/v1/journal.ts';
import type { PutCommand, Request } from '../machine/commands.ts';
import { acting, fromWireCommand, fromWireRequest, toWireCommand } from './codec.ts';
import { asBuffer, fenced } from './operation-codec.ts';
import { varintSize, WireReader, WireWriter } from './wire.ts';

/**
 * Bundles, as every write passes through them on every agent. The bytes are those of `synod.v1.Bundle`; `put` is read
 * and written without the objects in between, all other commands through the generated code.
 */

const BYTES = 2;
const REQUESTS = (1 << 3) | BYTES;
const SESSION_ID = (1 << 3) | BYTES;
const SEQUENCE = 2 << 3;
const ACKED_BELOW = 3 << 3;
const DIGEST = 4 << 3;
const COMMAND = (5 << 3) | BYTES;
const AS_SESSION_ID = (6 << 3) | BYTES;
const PUT = (1 << 3) | BYTES;
const PUT_KEY = (1 << 3) | BYTES;
const PUT_VALUE = (2 << 3) | BYTES;
const PUT_LEASE_ID = (3 << 3) | BYTES;
const PUT_RETURN_PREVIOUS = 4 << 3;
const PUT_FENCING_TOKEN = 5 << 3;

export function encodeBundle(requests: readonly Request[]): Uint8Array {
  let sizeBytes = 0;
  const sizes: number[] = [];
  const encoded: (Uint8Array | undefined)[] = [];
  for (const request of requests) {
    const { command } = request;
    const other = command.kind === 'put' ? undefined : WireCommand.encode(toWireCommand(command)).finish();
    const commandSize = command.kind === 'put' ? lengthDelimited(putSize(command)) : (other as Uint8Array).length;
    const size = requestSize(request) + lengthDelimited(commandSize);
    encoded.push(other);
    sizes.push(size, commandSize);
    sizeBytes += lengthDelimited(size);
  }
  const writer = new WireWriter(Buffer.allocUnsafe(sizeBytes));
  for (let index = 0; index < requests.length; index += 1) {
    const request = requests[index] as Request;
    writer.tagged(REQUESTS, sizes[2 * index] as number);
    writer.text(SESSION_ID, request.sessionId);
    writer.number(SEQUENCE, request.sequence);
    writer.number(ACKED_BELOW, request.ackedBelow);
    writer.number(DIGEST, request.digest);
    writer.tagged(COMMAND, sizes[2 * index + 1] as number);
    const other = encoded[index];
    if (other !== undefined) writer.raw(other);
    else writePut(writer, request.command as PutCommand);
    writer.text(AS_SESSION_ID, request.asSessionId ?? '');
  }
  return writer.buffer;
}

export function decodeBundle(payload: Uint8Array): Request[] {
  const requests: Request[] = [];
  const reader = new WireReader(asBuffer(payload));
  while (reader.at < payload.length) {
    if (reader.varint() !== REQUESTS) return decodeAny(payload);
    const request = readRequest(reader);
    if (request === undefined) return decodeAny(payload);
    requests.push(request);
  }
  return requests;
}

/** What the fast way does not know: fields of a later version, or no bundle at all. */
function decodeAny(payload: Uint8Array): Request[] {
  return Bundle.decode(payload).requests.map(fromWireRequest);
}

function lengthDelimited(size: number): number {
  return 1 + varintSize(size) + size;
}

function textSize(text: string): number {
  return text === '' ? 0 : lengthDelimited(Buffer.byteLength(text));
}

function numberSize(value: number): number {
  return value === 0 ? 0 : 1 + varintSize(value);
}

function requestSize({ sessionId, sequence, ackedBelow, digest, asSessionId = '' }: Request): number {
  const placeSize = textSize(sessionId) + numberSize(sequence) + numberSize(ackedBelow);
  return placeSize + numberSize(digest) + textSize(asSessionId);
}

function putSize({ key, value, leaseId, returnPrevious, fencingToken = 0 }: PutCommand): number {
  const keySize = key.length === 0 ? 0 : lengthDelimited(key.length);
  const valueSize = value.length === 0 ? 0 : lengthDelimited(value.length);
  return keySize + valueSize + textSize(leaseId) + (returnPrevious ? 2 : 0) + numberSize(fencingToken);
}

function writePut(writer: WireWriter, put: PutCommand): void {
  writer.tagged(PUT, putSize(put));
  writer.bytesOf(PUT_KEY, put.key);
  if (put.value.length > 0) {
    writer.tagged(PUT_VALUE, put.value.length);
    writer.raw(put.value);
  }
  writer.text(PUT_LEASE_ID, put.leaseId);
  if (put.returnPrevious) writer.number(PUT_RETURN_PREVIOUS, 1);
  writer.number(PUT_FENCING_TOKEN, put.fencingToken ?? 0);
}

function readRequest(reader: WireReader): Request | undefined {
  const end = reader.end();
  let sessionId = '';
  let sequence = 0;
  let ackedBelow = 0;
  let digest = 0;
  let asSessionId = '';
  let command: Request['command'] | undefined;
  while (reader.at < end) {
    switch (reader.varint()) {
      case SESSION_ID:
        sessionId = reader.text();
        break;
      case SEQUENCE:
        sequence = reader.varint();
        break;
      case ACKED_BELOW:
        ackedBelow = reader.varint();
        break;
      case DIGEST:
        digest = reader.varint();
        break;
      case COMMAND:
        command = readCommand(reader);
        break;
      case AS_SESSION_ID:
        asSessionId = reader.text();
        break;
      default:
        return undefined;
    }
  }
  if (command === undefined || reader.at !== end) return undefined;
  return { sessionId, sequence, ackedBelow, digest, command, ...acting(asSessionId) };
}

function readCommand(reader: WireReader): Request['command'] | undefined {
  const end = reader.end();
  const start = reader.at;
  if (reader.varint() === PUT) return readPut(reader, end);
  reader.at = end;
  return fromWireCommand(WireCommand.decode(reader.buffer.subarray(start, end)));
}

function readPut(reader: WireReader, commandEnd: number): PutCommand | undefined {
  const end = reader.end();
  if (end !== commandEnd) return undefined;
  let key = '';
  let value: Uint8Array = NOTHING;
  let leaseId = '';
  let returnPrevious = false;
  let fencingToken = 0;
  while (reader.at < end) {
    switch (reader.varint()) {
      case PUT_KEY:
        key = reader.latin1();
        break;
      case PUT_VALUE:
        value = reader.bytes();
        break;
      case PUT_LEASE_ID:
        leaseId = reader.text();
        break;
      case PUT_RETURN_PREVIOUS:
        returnPrevious = reader.varint() !== 0;
        break;
      case PUT_FENCING_TOKEN:
        fencingToken = reader.varint();
        break;
      default:
        return undefined;
    }
  }
  if (reader.at !== end) return undefined;
  return { kind: 'put', key, value, leaseId, returnPrevious, ...fenced(fencingToken) };
}

const NOTHING = Buffer.alloc(0);
