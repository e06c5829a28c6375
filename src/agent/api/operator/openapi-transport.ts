import type { OpenAPI } from '@orpc/openapi';
import { getRouter, isProcedure } from '@orpc/server';
import { errors, type ProcedureMeta } from '../../../contract/index.ts';
import { KEPT_MS, KEY_CHARACTERS_MAX, KEY_PATTERN } from './idempotency.ts';
import type { OperatorRouter } from './router.ts';

const METHODS = ['get', 'post', 'put', 'delete'] as const;

const IDEMPOTENCY_KEY: OpenAPI.ParameterObject = {
  name: 'Idempotency-Key',
  in: 'header',
  required: false,
  description:
    'Makes a repeat harmless: under one key the call takes effect at most once, and a repeat gets the same answer. ' +
    `Another request under it is refused with IDEMPOTENCY_KEY_REUSED. It is remembered for ${KEPT_MS / 60_000} minutes.`,
  schema: { type: 'string', minLength: 1, maxLength: KEY_CHARACTERS_MAX, pattern: KEY_PATTERN.source },
};

const REFUSAL: OpenAPI.SchemaObject = {
  type: 'object',
  description: 'What the HTTP server itself answers, as it does when it refuses a request before an operation sees it.',
  properties: {
    error: {
      type: 'object',
      properties: {
        reason: { type: 'string', description: 'Machine-readable: INVALID_ARGUMENT, FOREIGN_ORIGIN, ...' },
        message: { type: 'string', description: 'One line for people.' },
      },
      required: ['reason', 'message'],
    },
  },
  required: ['error'],
};

const MEANINGS: Readonly<Record<number, string>> = {
  400: 'The request breaks a rule, which the message names, or asks for a revision that is still to come.',
  403: 'The agent is read-only for operators, or the request comes from a foreign page or names a foreign host.',
  404: 'What the request is about does not exist (any more).',
  409: 'What there is does not allow it: somebody else holds it, it has changed, or it is in another state.',
  410: 'What was asked for has been forgotten: a compacted revision, or the answer to an old sequence.',
  413: 'The body of the request is too large.',
  415: 'The body of the request is not said to be JSON.',
  429: 'A limit is exceeded, which `data.limit` names if it can be raised, or the agent is overloaded.',
  499: 'An operator cancelled the call; what a write did is unknown.',
  500: 'The agent failed; its log says why.',
  503: 'Not now: the cell has no majority, the agent starts or ends, or another participant does not answer.',
  504: 'No answer in time; `data.effect` says what is known of the effect.',
};

/** Answered by the HTTP server too, in its own form. */
const OF_BOTH: readonly number[] = [400, 403, 500];

/** Answers to what has a body, which the HTTP server reads. */
const OF_BODIES = { PAYLOAD_TOO_LARGE: 413, UNSUPPORTED_MEDIA_TYPE: 415 } as const;

const refusal: OpenAPI.ReferenceObject = { $ref: '#/components/schemas/Refusal' };

/** Adds what HTTP brings with it, and says what all operations have in common once instead of with each. */
export function withTransport(document: OpenAPI.Document, router: OperatorRouter): OpenAPI.Document {
  const responses: Record<string, OpenAPI.ResponseObject> = {};
  for (const [name, status] of Object.entries(OF_BODIES)) {
    responses[name] = { description: MEANINGS[status]!, content: { 'application/json': { schema: refusal } } };
  }
  for (const operations of Object.values(document.paths ?? {})) {
    for (const method of METHODS) {
      const operation = operations?.[method];
      if (operation === undefined) continue;
      shareFailures(operation, responses);
      if (method !== 'get') referTo(operation, Object.entries(OF_BODIES));
      if (takesKey(operation, router)) {
        operation.parameters = [...(operation.parameters ?? []), { $ref: '#/components/parameters/IdempotencyKey' }];
      }
    }
  }
  document.components = {
    ...document.components,
    schemas: { ...document.components?.schemas, Refusal: REFUSAL },
    parameters: { IdempotencyKey: IDEMPOTENCY_KEY },
    responses,
  };
  return document;
}

/** They are the same everywhere: the first operation says what they look like. */
function shareFailures(operation: OpenAPI.OperationObject, shared: Record<string, OpenAPI.ResponseObject>): void {
  const failures = Object.entries(errors).map(([name, { status }]) => [name, status] as const);
  for (const [name, status] of failures) {
    shared[name] ??= explained(status, operation.responses?.[status] as OpenAPI.ResponseObject);
  }
  referTo(operation, failures);
}

function referTo(operation: OpenAPI.OperationObject, shared: readonly (readonly [string, number])[]): void {
  const references = shared.map(([name, status]) => [status, { $ref: `#/components/responses/${name}` }]);
  operation.responses = { ...operation.responses, ...Object.fromEntries(references) };
}

function explained(status: number, response: OpenAPI.ResponseObject): OpenAPI.ResponseObject {
  const { schema } = response.content!['application/json']!;
  const told = OF_BOTH.includes(status) ? { oneOf: [schema, refusal] } : schema;
  return { description: MEANINGS[status]!, content: { 'application/json': { schema: told as OpenAPI.SchemaObject } } };
}

/** Whatever changes something, but a stream: only one reader can take that. */
function takesKey({ operationId = '', responses }: OpenAPI.OperationObject, router: OperatorRouter): boolean {
  const procedure = getRouter(router, operationId.split('.'));
  if (!isProcedure(procedure)) throw new Error(`${operationId} is no procedure of the router`);
  const { effect } = procedure['~orpc'].meta as ProcedureMeta;
  const answer = responses?.[200] as OpenAPI.ResponseObject;
  return effect !== 'read' && !('text/event-stream' in (answer.content ?? {}));
}
