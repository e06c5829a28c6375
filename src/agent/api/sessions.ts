import { randomUUID } from 'node:crypto';
import {
  EndSessionRequest,
  GrantLeaseRequest,
  GrantLeaseResponse,
  OpenSessionRequest,
  OpenSessionResponse,
  RevokeLeaseRequest,
  WriteResponse,
} from '../../gen/synod/v1/user.ts';
import type { CellPort } from '../host/cell-port.ts';
import type { UnaryMethod } from './unary-call.ts';
import { write, writeAndRespond } from './writes.ts';

export function sessionMethods(cell: CellPort) {
  return {
    openSession: openSessionMethod(cell),
    endSession: endSessionMethod(cell),
    grantLease: grantLeaseMethod(cell),
    revokeLease: revokeLeaseMethod(cell),
  };
}

function openSessionMethod(cell: CellPort): UnaryMethod<OpenSessionRequest, OpenSessionResponse> {
  return {
    name: 'OpenSession',
    request: OpenSessionRequest,
    response: OpenSessionResponse,
    async handle({ sessionId: asked, ttlMs, owner }, call) {
      const sessionId = asked === '' ? randomUUID() : asked;
      const { result } = await write(cell, { kind: 'openSession', sessionId, ttlMs, owner }, undefined, call);
      return { sessionId, ttlMs, slot: result.slot };
    },
  };
}

function endSessionMethod(cell: CellPort): UnaryMethod<EndSessionRequest, WriteResponse> {
  return {
    name: 'EndSession',
    request: EndSessionRequest,
    response: WriteResponse,
    handle: ({ sessionId }, call) => writeAndRespond(cell, { kind: 'endSession', sessionId }, undefined, call),
  };
}

function grantLeaseMethod(cell: CellPort): UnaryMethod<GrantLeaseRequest, GrantLeaseResponse> {
  return {
    name: 'GrantLease',
    request: GrantLeaseRequest,
    response: GrantLeaseResponse,
    async handle({ leaseId: asked, ttlMs, options }, call) {
      const leaseId = asked === '' ? randomUUID() : asked;
      const { result } = await write(cell, { kind: 'grantLease', leaseId, ttlMs }, options, call);
      return { leaseId, ttlMs, slot: result.slot };
    },
  };
}

function revokeLeaseMethod(cell: CellPort): UnaryMethod<RevokeLeaseRequest, WriteResponse> {
  return {
    name: 'RevokeLease',
    request: RevokeLeaseRequest,
    response: WriteResponse,
    handle: ({ leaseId, options }, call) => writeAndRespond(cell, { kind: 'revokeLease', leaseId }, options, call),
  };
}
