import type { Envelope } from '../../src/agent/consensus/messages.ts';
import type { Participant, ParticipantRole } from '../../src/agent/consensus/types.ts';
import { Stage } from './stage.ts';

/**
 * Scenarios are text, after the manner of etcd's raft: a command, a line of dashes, what is expected, an empty line.
 * Commands may be several lines; `#` begins a comment. SCENARIO_REWRITE=1 writes what happens in place of what was
 * expected.
 *
 *   found A B C [learners D]       everybody has slot 1 durably as chosen
 *   newcomer D                     knows nothing
 *   tick A 50                      its clock moves on by so many milliseconds; everybody draws election timeouts of 225
 *   wait 200                       the clocks of all that run do
 *   propose A x [stamp 7] [KiB 9]  configure A voters A B C [learners D]
 *   read A r1                      step-down A        transfer A B
 *   persist A                      an fsync; only with `auto-persist off`
 *   deliver [A>B] [kind]           what is in flight now; `deliver all` until nothing is left; `deliver first` one
 *   settings acceptMaxBytes 1      of agents that start from here on
 *   drop [A>B] [kind]              in-flight [A>B] [kind]
 *   crash A                        restart A
 *   compact A                      the journal begins behind what was applied
 *   snapshot A B                   B takes over the state of A
 *   status [A]                     journal A
 *   quietly COMMAND                the same without its output
 */
export interface Block {
  readonly comment: readonly string[];
  readonly commands: readonly string[];
  readonly expected: string;
}

export function parse(text: string): Block[] {
  const blocks: Block[] = [];
  for (const part of text.trim().split(/\n\s*\n/)) {
    const lines = part.split('\n');
    const dashes = lines.indexOf('----');
    const head = dashes < 0 ? lines : lines.slice(0, dashes);
    blocks.push({
      comment: head.filter((line) => line.startsWith('#')),
      commands: head.filter((line) => !line.startsWith('#')),
      expected: dashes < 0 ? '' : lines.slice(dashes + 1).join('\n'),
    });
  }
  return blocks;
}

export function render(blocks: readonly Block[]): string {
  const texts = blocks.map(({ comment, commands, expected }) => {
    if (commands.length === 0) return comment.join('\n');
    return [...comment, ...commands, '----', expected].join('\n');
  });
  return `${texts.join('\n\n')}\n`;
}

/** Runs every block and returns it with what happened. */
export function run(blocks: readonly Block[]): Block[] {
  const stage = new Stage();
  return blocks.map((block) => {
    for (const command of block.commands) {
      try {
        execute(stage, command.trim().split(/\s+/));
      } catch (error) {
        stage.lines.push(`error: ${error instanceof Error ? error.message : String(error)}`);
      }
    }
    const expected = block.commands.length === 0 ? '' : stage.lines.splice(0).join('\n') || 'nothing';
    return { ...block, expected };
  });
}

function execute(stage: Stage, words: readonly string[]): void {
  const [command, ...rest] = words as [string, ...string[]];
  const [agentId = ''] = rest;
  switch (command) {
    case 'quietly':
      stage.isQuiet = true;
      execute(stage, rest);
      stage.isQuiet = false;
      return;
    case 'settings':
      stage.settings = { ...stage.settings, [agentId]: Number(rest[1]) };
      return;
    case 'auto-persist':
      stage.autoPersist = rest[0] === 'on';
      return;
    case 'found':
      stage.found({ epoch: 1, participants: participants(['voters', ...rest]) });
      return;
    case 'newcomer':
      stage.newcomer(agentId);
      return;
    case 'tick':
      stage.tick(agentId, Number(rest[1]));
      return;
    case 'wait':
      for (const one of stage.running) stage.tick(one, Number(rest[0]));
      return;
    case 'propose':
      stage.propose(agentId, {
        kind: 'command',
        stampMs: option(rest, 'stamp', 0),
        requestId: rest[1] ?? '',
        payload: new Uint8Array(option(rest, 'KiB', 1 / 1024) * 1024).fill(1),
      });
      return;
    case 'configure':
      stage.configure(agentId, participants(rest.slice(1)));
      return;
    case 'read':
      stage.step(agentId, { kind: 'read', readId: rest[1] ?? '' });
      return;
    case 'step-down':
      stage.step(agentId, { kind: 'stepDown' });
      return;
    case 'transfer':
      stage.step(agentId, { kind: 'transferLeadership', to: rest[1] ?? '' });
      return;
    case 'persist':
      stage.persist(agentId);
      return;
    case 'deliver':
      deliver(stage, rest);
      return;
    case 'drop':
      stage.lines.push(`dropped ${stage.drop(filter(rest))}`);
      return;
    case 'in-flight':
      stage.lines.push(...stage.inFlight(filter(rest)));
      return;
    case 'crash':
      stage.crash(agentId);
      return;
    case 'restart':
      stage.restart(agentId);
      return;
    case 'compact':
      stage.compact(agentId);
      return;
    case 'snapshot':
      stage.snapshot(agentId, rest[1] ?? '');
      return;
    case 'status':
      for (const one of rest.length > 0 ? rest : stage.agents) stage.lines.push(stage.status(one));
      return;
    case 'journal':
      stage.lines.push(...stage.journal(agentId));
      return;
    default:
      throw new Error(`unknown command ${command}`);
  }
}

function option(words: readonly string[], name: string, otherwise: number): number {
  const at = words.indexOf(name, 2);
  return at < 0 ? otherwise : Number(words[at + 1]);
}

function deliver(stage: Stage, words: readonly string[]): void {
  if (words[0] !== 'all') {
    const isFirst = words[0] === 'first';
    if (stage.deliver(filter(isFirst ? words.slice(1) : words), isFirst ? 1 : undefined) === 0)
      stage.lines.push('nothing was in flight');
    return;
  }
  const matches = filter(words.slice(1));
  for (let rounds = 0; stage.deliver(matches) > 0; rounds += 1) {
    if (rounds > 100) throw new Error('messages without end');
  }
}

/** `A>B`, `A>`, `>B` and kinds of messages, in any order; all must match. `!` in front: must not. */
function filter(words: readonly string[]): (envelope: Envelope) => boolean {
  const tests = words.map((word) => {
    const isNegative = word.startsWith('!');
    const pattern = isNegative ? word.slice(1) : word;
    const [from, to] = pattern.split('>');
    const test =
      to === undefined
        ? (envelope: Envelope) => envelope.message.kind === pattern
        : (envelope: Envelope) => (from === '' || envelope.from === from) && (to === '' || envelope.to === to);
    return (envelope: Envelope) => test(envelope) !== isNegative;
  });
  return (envelope) => tests.every((test) => test(envelope));
}

function participants(words: readonly string[]): Participant[] {
  const result: Participant[] = [];
  let role: ParticipantRole = 'voter';
  for (const word of words) {
    if (word === 'voters') role = 'voter';
    else if (word === 'learners') role = 'learner';
    else result.push({ agentId: word, role });
  }
  return result;
}
