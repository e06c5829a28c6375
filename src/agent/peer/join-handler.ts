import type { JoinRequest, JoinResponse, PeerAddress } from '../../gen/synod/v1/peer.ts';
import { DEFAULTS } from '../config.ts';
import { CellError, type CellPort } from '../host/cell-port.ts';
import { type ParticipantRecord, readRecord, readRecords } from './addresses.ts';
import { drawName } from './names.ts';
import { AddressError, parseAddress } from './ports.ts';

/** How often a join follows a cell that changes while it is at work, before the newcomer is told to ask again. */
const ATTEMPTS_MAX = 5;
const LABELS_MAX = 32;
const TEXT_MAX = 256;
const AGENT_ID = /^[0-9A-Za-z-]{1,64}$/;

export interface JoinHandlerOptions {
  readonly agentId: string;
  /** Undefined while this agent is not part of a cell itself. */
  readonly cell: () => { readonly cellId: string; readonly port: CellPort } | undefined;
  readonly random: () => number;
}

/**
 * Makes an agent a learner: first its name and addresses, so that everybody can reach it, then its place among the
 * participants. Every step may be repeated, so a newcomer that got no answer simply asks again.
 */
export async function handleJoin(request: JoinRequest, options: JoinHandlerOptions): Promise<JoinResponse> {
  const cell = options.cell();
  const cellId = cell?.cellId ?? '';
  if (request.agentId === options.agentId) return refuse(cellId, 'SELF', 'it is this very agent');
  const invalid = describeInvalid(request);
  if (invalid !== undefined) return refuse(cellId, 'INVALID', invalid);
  if (cell === undefined) return refuse('', 'STARTING', 'it is not part of a cell itself yet');
  if (request.cellId !== '' && request.cellId !== cellId) {
    return refuse(cellId, 'OTHER_CELL', `it is of cell ${cellId}, not of ${request.cellId}`);
  }
  try {
    for (let attempt = 1; ; attempt++) {
      try {
        return await join(request, cellId, cell.port, options);
      } catch (error) {
        const isWorthRepeating =
          error instanceof CellError && (error.reason === 'EPOCH_MOVED' || error.reason === 'NAME_TAKEN');
        if (!isWorthRepeating || attempt === ATTEMPTS_MAX) throw error;
      }
    }
  } catch (error) {
    if (!(error instanceof CellError)) throw error;
    return { ...refuse(cellId, error.reason, error.message), peers: peerAddresses(cell.port) };
  }
}

async function join(
  request: JoinRequest,
  cellId: string,
  port: CellPort,
  { agentId: self, random }: JoinHandlerOptions,
): Promise<JoinResponse> {
  await port.readBarrier({ quorum: 'majority', minSlot: 0, timeoutMs: DEFAULTS.joinStepMs });
  // Initials tell the order of joining, so a founder gets its name before anybody who joins through it.
  if (readRecord(port.state, self) === undefined) return refuse(cellId, 'STARTING', 'it has no name itself yet');
  const { agentId } = request;
  const { epoch, participants } = port.status().configuration;
  const record = await announce(request, port, random);
  // Whoever is a participant already keeps its role: asking again must not turn a voter into a learner.
  if (!participants.some((participant) => participant.agentId === agentId)) {
    await port.changeParticipants([{ agentId, role: 'learner' }], epoch);
  }
  return { joined: true, cellId, name: record.name, reason: '', message: '', peers: peerAddresses(port) };
}

/**
 * Makes the cell's record of an agent say what is true now, and gives it a name when it has none.
 *
 * @throws CellError; `NAME_TAKEN` when somebody else took the drawn name meanwhile: try again
 */
export async function announce(
  wanted: Omit<ParticipantRecord, 'name'> & { readonly name: string },
  port: CellPort,
  random: () => number,
): Promise<ParticipantRecord> {
  const { agentId, grpcAddress, httpAddress, labels, version } = wanted;
  const known = readRecord(port.state, agentId);
  const others = readRecords(port.state)
    .filter((record) => record.agentId !== agentId)
    .map(({ name }) => name);
  const free = [known?.name, wanted.name].find((name) => name !== undefined && name !== '' && !others.includes(name));
  const record = { agentId, name: free ?? drawName(others, random), grpcAddress, httpAddress, labels, version };
  if (known !== undefined && isSame(known, record)) return known;
  await port.write({ kind: 'setParticipant', ...record }, { quorum: 'majority', timeoutMs: DEFAULTS.joinStepMs });
  return record;
}

function isSame(a: ParticipantRecord, b: ParticipantRecord): boolean {
  const text = ({ name, grpcAddress, httpAddress, labels, version }: ParticipantRecord): string =>
    JSON.stringify([name, grpcAddress, httpAddress, Object.entries(labels).sort(), version]);
  return text(a) === text(b);
}

export function peerAddresses(port: CellPort): PeerAddress[] {
  const participants = new Set(port.status().configuration.participants.map(({ agentId }) => agentId));
  return readRecords(port.state)
    .filter(({ agentId }) => participants.has(agentId))
    .map(({ agentId, name, grpcAddress, httpAddress }) => ({ agentId, name, grpcAddress, httpAddress }));
}

function describeInvalid(request: JoinRequest): string | undefined {
  const { agentId, grpcAddress, httpAddress, labels, version, name } = request;
  if (!AGENT_ID.test(agentId)) return 'the agent id is not a UUID';
  if ([version, name].some((text) => text.length > TEXT_MAX)) return `name or version is longer than ${TEXT_MAX}`;
  const pairs = Object.entries(labels);
  if (pairs.length > LABELS_MAX) return `there are more than ${LABELS_MAX} labels`;
  if (pairs.flat().some((text) => text.length > TEXT_MAX)) return `a label is longer than ${TEXT_MAX}`;
  try {
    parseAddress(grpcAddress);
    if (httpAddress !== '') parseAddress(httpAddress);
  } catch (error) {
    if (error instanceof AddressError) return error.message;
    throw error;
  }
  return undefined;
}

function refuse(cellId: string, reason: string, message: string): JoinResponse {
  return { joined: false, cellId, name: '', reason, message, peers: [] };
}
