import * as z from 'zod';

/** What every refused call carries, on every transport: the same facts as the gRPC trailer `synod-error-bin`. */
export const errorDataSchema = z.object({
  reason: z.string().describe('Machine-readable, SCREAMING_SNAKE: COMPACTED, NO_MAJORITY, READ_ONLY, ...'),
  effect: z.enum(['done', 'not_done', 'unknown']).describe('What became of the data.'),
  currentVersion: z.int().nonnegative(),
  holder: z.string(),
  heldSinceMs: z.number().nonnegative().describe('Since when the holder holds it; wall clock, for people.'),
  limit: z.string().describe('A limit that was exceeded and can be raised; empty: none.'),
  floor: z.int().nonnegative(),
  /** Short name; empty when no leader is known. */
  leader: z.string(),
  leaderAddress: z.string(),
  slot: z.int().nonnegative(),
  /** A watch that was cut off: the revision to ask for next. */
  resumeFrom: z.int().nonnegative(),
});
export type ErrorData = z.infer<typeof errorDataSchema>;

/** Refusals made by the operator API itself; those of the cell keep the reasons they have over gRPC. */
export type OperatorReason =
  | 'READ_ONLY'
  | 'AGENT_NOT_STARTED'
  | 'NOT_A_DEMO_CELL'
  | 'NO_WINDOW'
  | 'NOT_FOUND'
  | 'PARTICIPANT_UNREACHABLE'
  | 'IDEMPOTENCY_KEY_REUSED';

const data = { data: errorDataSchema };

/** By HTTP meaning; `data.reason` says precisely what happened. */
export const errors = {
  BAD_REQUEST: { ...data, status: 400 },
  FORBIDDEN: { ...data, status: 403 },
  NOT_FOUND: { ...data, status: 404 },
  CONFLICT: { ...data, status: 409 },
  GONE: { ...data, status: 410 },
  TOO_MANY_REQUESTS: { ...data, status: 429 },
  CLIENT_CLOSED_REQUEST: { ...data, status: 499 },
  INTERNAL_SERVER_ERROR: { ...data, status: 500 },
  SERVICE_UNAVAILABLE: { ...data, status: 503 },
  GATEWAY_TIMEOUT: { ...data, status: 504 },
} as const;
