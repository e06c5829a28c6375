// Guards the description of the REST API: every operation says what it does, and what HTTP adds to it.
import { isContractProcedure } from '@orpc/contract';
import { expect, test } from 'vitest';
import { openApiDocument } from '../../../src/agent/api/operator/openapi.ts';
import { createOperatorRouter } from '../../../src/agent/api/operator/router.ts';
import { operatorContract, type ProcedureMeta } from '../../../src/contract/index.ts';

interface Parameter {
  readonly name: string;
  readonly in: string;
}

interface Reference {
  readonly $ref: string;
}

interface Operation {
  readonly method: string;
  readonly operationId: string;
  readonly summary?: string;
  readonly description?: string;
  readonly tags?: readonly string[];
  readonly parameters?: readonly (Parameter | Reference)[];
  readonly responses: Readonly<Record<string, { readonly content?: object } | Reference>>;
}

interface Document {
  readonly tags: readonly { readonly name: string; readonly description: string }[];
  readonly paths: Readonly<Record<string, Readonly<Record<string, Operation>>>>;
}

async function documentNow(): Promise<Document> {
  const router = createOperatorRouter(() => undefined, undefined);
  return JSON.parse(JSON.stringify(await openApiDocument(router, '0.1.0'))) as Document;
}

function operationsOf({ paths }: Document): Operation[] {
  return Object.values(paths).flatMap((operations) =>
    Object.entries(operations).map(([method, operation]) => ({ ...operation, method })),
  );
}

function followed(document: Document, part: object): unknown {
  if (!('$ref' in part)) return part;
  const [, ...names] = (part as Reference).$ref.split('/');
  return names.reduce<unknown>((at, name) => (at as Readonly<Record<string, unknown>>)[name], document);
}

/** What the contract has, by the id of its operation. */
function effects(): Map<string, ProcedureMeta['effect']> {
  const found = new Map<string, ProcedureMeta['effect']>();
  for (const [family, procedures] of Object.entries(operatorContract)) {
    for (const [name, procedure] of Object.entries(procedures)) {
      if (!isContractProcedure(procedure)) throw new Error(`${family}.${name} is no procedure`);
      found.set(`${family}.${name}`, (procedure['~orpc'].meta as ProcedureMeta).effect);
    }
  }
  return found;
}

const twice = (names: readonly string[]): string[] => names.filter((name, at) => names.indexOf(name) < at);

test('every procedure of the contract is described, under words of its own and a tag that is explained', async () => {
  const document = await documentNow();
  const operations = operationsOf(document);
  expect(operations.map(({ operationId }) => operationId).sort()).toEqual([...effects().keys()].sort());
  expect(twice(operations.map(({ operationId }) => operationId))).toEqual([]);
  expect(twice(operations.map(({ summary = '' }) => summary))).toEqual([]);
  const badSummaries = operations.filter(({ summary = '' }) => !/^[A-Z].{3,78}[^.]$/.test(summary));
  expect(badSummaries.map(({ operationId, summary }) => [operationId, summary])).toEqual([]);
  const badDescriptions = operations.filter(({ description }) => description && !/^[A-Z`].*[^ ]\.$/.test(description));
  expect(badDescriptions.map(({ operationId, description }) => [operationId, description])).toEqual([]);
  const tags = document.tags.map(({ name }) => name);
  expect(operations.filter((operation) => operation.tags?.length !== 1)).toEqual([]);
  expect([...new Set(operations.flatMap((operation) => operation.tags))].sort()).toEqual(tags.toSorted());
});

test('whatever changes something takes an Idempotency-Key, unless it answers with a stream', async () => {
  const document = await documentNow();
  const effectOf = effects();
  const keyed: string[] = [];
  for (const { operationId, parameters = [], responses } of operationsOf(document)) {
    const named = parameters.map((parameter) => followed(document, parameter) as Parameter);
    const isKeyed = named.some((parameter) => parameter.in === 'header' && parameter.name === 'Idempotency-Key');
    const isStream = 'text/event-stream' in (followed(document, responses[200]!) as { content: object }).content;
    expect([operationId, isKeyed]).toEqual([operationId, effectOf.get(operationId) !== 'read' && !isStream]);
    if (isKeyed) keyed.push(operationId);
  }
  expect(keyed).toEqual(expect.arrayContaining(['keys.put', 'keys.delete', 'locks.acquire', 'cell.changeMembers']));
  expect(keyed).not.toContain('messages.query');
  expect(keyed).not.toContain('runtime.heapSnapshot');
});

test('refusals of HTTP itself are told, those of bodies with whatever has one', async () => {
  const document = await documentNow();
  const failure = { oneOf: [{ properties: { data: { properties: { reason: {}, effect: {} } } } }, {}] };
  const refusal = { required: ['error'], type: 'object' };
  for (const { operationId, method, responses } of operationsOf(document)) {
    const schemaOf = (status: number): object | undefined => {
      if (responses[status] === undefined) return undefined;
      const answer = followed(document, responses[status]) as { content: Record<string, { schema: object }> };
      return followed(document, answer.content['application/json']!.schema) as object;
    };
    const ofBodies = method === 'get' ? undefined : expect.objectContaining(refusal);
    expect([operationId, schemaOf(413), schemaOf(415)]).toEqual([operationId, ofBodies, ofBodies]);
    expect(schemaOf(409)).toMatchObject(failure);
    for (const status of [400, 403]) {
      const { oneOf } = schemaOf(status) as { oneOf: readonly object[] };
      expect(oneOf.map((form) => followed(document, form))).toMatchObject([failure, refusal]);
    }
  }
});
