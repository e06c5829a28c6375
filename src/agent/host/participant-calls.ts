import type { AgentId } from '../consensus/types.ts';
import { done, failed, type Then } from './answer.ts';
import { CellError, type CellErrorReason } from './cell-port.ts';
import { votersOf } from './configuration-change.ts';
import type { HostContext } from './host-context.ts';
import type { HostMessage, ParticipantChange } from './messages.ts';
import type { Changed, Participants } from './participants.ts';

interface Call {
  readonly changes: readonly ParticipantChange[];
  readonly expectedEpoch: number;
  /** Non-empty: hand over leadership instead. */
  readonly transferTo: string;
  readonly deadlineMs: number;
  /** The call that carries it to another agent; empty when it is not on its way. */
  callId: string;
  sentMs: number;
  isWithLeader: boolean;
  then: Then<Changed> | undefined;
}

type Request = Extract<HostMessage, { kind: 'changeParticipants' }>;
type Reply = Extract<HostMessage, { kind: 'changeParticipantsReply' }>;

/** Said between agents only: whoever was asked does not lead. The asker looks for the leader again. */
const NOT_LEADER = 'NOT_LEADER';

/**
 * Operators' calls about participants and leadership, wherever they arrive: they are brought to the leader, again after a
 * change of leader. Roles are absolute, so a repeat does no harm.
 */
export class ParticipantCalls {
  #context: HostContext;
  #participants: Participants;
  #open = new Set<Call>();
  #pauseUntilMs = 0;
  /** Transfers that this agent has begun as the leader. */
  #transfers: { readonly to: AgentId; readonly untilMs: number; readonly then: (reached: boolean) => void }[] = [];

  constructor(context: HostContext, participants: Participants) {
    this.#context = context;
    this.#participants = participants;
  }

  get isWaiting(): boolean {
    return this.#open.size > 0 || this.#transfers.length > 0;
  }

  change(changes: readonly ParticipantChange[], expectedEpoch: number, then: Then<Changed>): void {
    this.#add(changes, expectedEpoch, '', then);
  }

  transfer(to: AgentId, then: Then<{ leader: AgentId }>): void {
    this.#add([], 0, to, (answer) => then(answer.ok ? done({ leader: to }) : answer));
  }

  #add(changes: readonly ParticipantChange[], expectedEpoch: number, transferTo: string, then: Then<Changed>): void {
    const deadlineMs = this.#context.ports.nowMs() + this.#context.config.changeWaitMs;
    const state = { callId: '', sentMs: 0, isWithLeader: false };
    this.#open.add({ changes, expectedEpoch, transferTo, deadlineMs, then, ...state });
    this.#context.wake();
    this.#context.watchDeadlines();
  }

  flush(): void {
    if (this.#open.size === 0) return;
    const { leader } = this.#context.replica;
    const nowMs = this.#context.ports.nowMs();
    if (leader === undefined || nowMs < this.#pauseUntilMs) return;
    for (const call of this.#open) {
      if (call.callId !== '' || call.isWithLeader) continue;
      if (leader !== this.#context.agentId) {
        call.callId = this.#context.nextCallId();
        call.sentMs = nowMs;
        const { callId, changes, expectedEpoch, transferTo } = call;
        this.#context.send(leader, { kind: 'changeParticipants', callId, changes, expectedEpoch, transferTo });
      } else if (this.#context.isReadyLeader) {
        call.isWithLeader = true;
        this.#lead(call, (answer) => {
          call.isWithLeader = false;
          if (answer !== undefined) this.#answer(call, answer);
          else this.#context.wake();
        });
      }
    }
  }

  /** Another agent passes a call on. */
  received(from: AgentId, request: Request): void {
    const reply = (answer: Parameters<Then<Changed>>[0] | undefined) => {
      const { callId } = request;
      if (answer?.ok) {
        const { epoch, slot } = answer.value;
        const message = '';
        this.#context.send(from, {
          kind: 'changeParticipantsReply',
          callId,
          ok: true,
          reason: '',
          message,
          epoch,
          slot,
        });
        return;
      }
      const reason = answer?.error.reason ?? NOT_LEADER;
      const message = answer?.error.message ?? '';
      const refused = { callId, ok: false, reason, message, epoch: 0, slot: 0 };
      this.#context.send(from, { kind: 'changeParticipantsReply', ...refused });
    };
    if (!this.#context.isReadyLeader) {
      reply(undefined);
      return;
    }
    const deadlineMs = this.#context.ports.nowMs() + this.#context.config.changeWaitMs;
    this.#lead({ ...request, deadlineMs }, reply);
  }

  answered(reply: Reply): void {
    for (const call of this.#open) {
      if (call.callId !== reply.callId) continue;
      call.callId = '';
      if (reply.ok) this.#answer(call, done({ epoch: reply.epoch, slot: reply.slot }));
      else if (reply.reason !== NOT_LEADER) {
        const effect = reply.reason === 'OUTCOME_UNKNOWN' ? 'unknown' : 'not_done';
        this.#answer(call, failed(new CellError(reply.reason as CellErrorReason, reply.message, { effect })));
      } else {
        this.#pauseUntilMs = this.#context.ports.nowMs() + this.#context.config.consensus.heartbeatMs;
        this.#context.watchDeadlines();
      }
      return;
    }
  }

  /** Somebody else leads, or nobody does. */
  leaderChanged(): void {
    const { leader } = this.#context.replica;
    if (leader === undefined) return;
    const transfers = this.#transfers;
    this.#transfers = [];
    for (const transfer of transfers) transfer.then(transfer.to === leader);
    this.#pauseUntilMs = 0;
    for (const call of this.#open) {
      call.callId = '';
      if (call.transferTo === leader) this.#answer(call, this.#unchanged());
    }
    this.#context.wake();
  }

  sweep(nowMs: number): void {
    this.#transfers = this.#transfers.filter((transfer) => {
      if (nowMs < transfer.untilMs) return true;
      transfer.then(false);
      return false;
    });
    for (const call of this.#open) {
      if (call.callId !== '' && nowMs - call.sentMs >= this.#context.config.changeWaitMs / 2) call.callId = '';
      if (nowMs < call.deadlineMs + this.#context.config.retryMs) continue;
      const isOnItsWay = call.callId !== '' || call.isWithLeader;
      this.#answer(call, failed(isOnItsWay ? unknownError() : noLeaderError()));
    }
  }

  failAll(): void {
    for (const call of [...this.#open]) {
      this.#answer(call, failed(new CellError('SHUTTING_DOWN', 'this agent is shutting down', { effect: 'unknown' })));
    }
    this.#transfers = [];
  }

  #lead(
    call: Pick<Call, 'changes' | 'expectedEpoch' | 'transferTo' | 'deadlineMs'>,
    then: (answer: Parameters<Then<Changed>>[0] | undefined) => void,
  ): void {
    if (call.transferTo === '') {
      this.#participants.add({ ...call, then });
      return;
    }
    const to = call.transferTo;
    if (to === this.#context.agentId) {
      then(this.#unchanged());
      return;
    }
    if (!votersOf(this.#context.replica.configuration).includes(to)) {
      then(failed(new CellError('CHANGE_REFUSED', `${to} is no voter: only a voter can lead`)));
      return;
    }
    const untilMs = this.#context.ports.nowMs() + 3 * this.#context.config.consensus.electionMaxMs;
    this.#transfers.push({
      to,
      untilMs,
      then: (reached) => {
        if (reached) then(this.#unchanged());
        else then(failed(new CellError('CHANGE_REFUSED', `${to} did not take over: it may be behind or out of reach`)));
      },
    });
    this.#context.watchDeadlines();
    this.#context.feed({ kind: 'transferLeadership', to });
  }

  #unchanged(): Parameters<Then<Changed>>[0] {
    const { configuration, configurationSlot } = this.#context.replica;
    return done({ epoch: configuration.epoch, slot: configurationSlot });
  }

  #answer(call: Call, answer: Parameters<Then<Changed>>[0]): void {
    const then = call.then;
    call.then = undefined;
    this.#open.delete(call);
    then?.(answer);
  }
}

function unknownError(): CellError {
  return new CellError('OUTCOME_UNKNOWN', 'the leader did not answer; the change may still happen', {
    effect: 'unknown',
  });
}

function noLeaderError(): CellError {
  return new CellError('NO_MAJORITY', 'there is no leader: a majority of the voters does not answer');
}
