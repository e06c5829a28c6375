import { Zap } from 'lucide-react';
import { useId } from 'react';
import { takesPlaceOf } from '../../../../contract/demo-faults.ts';
import type { DemoAgent, DemoFaultInput } from '../../../../contract/index.ts';
import { act } from '../../../activity/activity-store.ts';
import { useControlRefusal } from '../../../cell/cell-store.ts';
import { client } from '../../../connection/connection-store.ts';
import { Button } from '../../../ui/button.tsx';
import { Field, Select, TextInput } from '../../../ui/field.tsx';
import { Segmented } from '../../../ui/segmented.tsx';
import type { AgentDoing, Direction, LinkFaultKind, Planned, ProcessFaultKind } from './fault-plan.ts';
import { FaultPreview, usePreview } from './fault-preview.tsx';
import { ABOUT, AGENT_DOINGS, doWords, LINK_KINDS, PROCESS_KINDS } from './fault-words.ts';
import { changeDraft, useFaults } from './faults-store.ts';
import { SeveralChoice } from './several-choice.tsx';
import { TargetChoice } from './target-choice.tsx';
import { isSeveral, type Target, targetRefusal } from './targets.ts';

/** What to do to the links or agents that are chosen; what that means is said before it is done. */
export function FaultForm({
  agents,
  planned: { doing, input, problems },
  nameOf,
}: {
  /** Whose ids are known. */
  readonly agents: readonly DemoAgent[];
  readonly planned: Planned;
  readonly nameOf: (id: string) => string;
}) {
  const target = useFaults((state) => state.target);
  const readOnly = useControlRefusal();
  const cannot = targetRefusal(target, agents, doing === 'isolate');
  const preview = usePreview(cannot === '' ? input : undefined);
  const isRepeat = useFaults(
    ({ demo }) =>
      input !== undefined &&
      demo?.faults.some((standing) =>
        takesPlaceOf({ agents: [], links: [], direction: 'both', ...input }, standing),
      ) === true,
  );
  const refusal = readOnly || cannot || (input === undefined ? 'a number is out of range' : '');
  return (
    <section aria-label="Do something" className="flex flex-col gap-3 p-3">
      <TargetChoice agents={agents} target={target} nameOf={nameOf} />
      {isSeveral(target) ? <SeveralChoice agents={agents} target={target} nameOf={nameOf} /> : null}
      {doing === undefined ? (
        <p className="text-soft">
          Choose a link or an agent in the drawing, or above; with Shift several of them. Every fault heals by itself.
        </p>
      ) : (
        <>
          <div className="flex flex-col gap-1">
            <Doing target={target} />
            <p className="min-h-10 text-soft">{ABOUT[doing]}</p>
          </div>
          <DirectionChoice target={target} agents={agents} nameOf={nameOf} />
          <div className="grid grid-cols-3 gap-2">
            {doing === 'delay' ? (
              <>
                <NumberField field="delayMs" label="Delay, ms" problem={problems.delayMs} />
                <NumberField field="jitterMs" label="Jitter, ms" problem={problems.jitterMs} />
              </>
            ) : null}
            {doing === 'drop' || doing === 'duplicate' ? (
              <NumberField field="sharePercent" label="Share, %" problem={problems.sharePercent} />
            ) : null}
            <NumberField field="seconds" label="Heals after, s" problem={problems.seconds} />
          </div>
          {cannot === '' ? null : <p className="text-soft">Not now: {cannot}.</p>}
          {cannot === '' && input !== undefined ? (
            <FaultPreview preview={preview} isRepeat={isRepeat} nameOf={nameOf} />
          ) : null}
          <DoButton
            doing={doing}
            input={cannot === '' ? input : undefined}
            refusal={refusal}
            isBad={preview.data?.losesMajority === true}
            nameOf={nameOf}
          />
        </>
      )}
    </section>
  );
}

function Doing({ target }: { readonly target: Target }) {
  const draft = useFaults((state) => state.draft);
  switch (target.kind) {
    case 'agent':
      return (
        <Segmented<AgentDoing>
          label="What to do"
          value={draft.agentDoing}
          choices={AGENT_DOINGS}
          onChange={(agentDoing) => changeDraft({ agentDoing })}
        />
      );
    case 'agents':
      return (
        <Segmented<ProcessFaultKind>
          label="What to do"
          value={draft.processKind}
          choices={PROCESS_KINDS}
          onChange={(processKind) => changeDraft({ processKind })}
        />
      );
    default:
      return (
        <Segmented<LinkFaultKind>
          label="What to do"
          value={draft.linkKind}
          choices={LINK_KINDS}
          onChange={(linkKind) => changeDraft({ linkKind })}
        />
      );
  }
}

function DoButton({
  doing,
  input,
  refusal,
  isBad,
  nameOf,
}: {
  readonly doing: LinkFaultKind | AgentDoing;
  readonly input: DemoFaultInput | undefined;
  readonly refusal: string;
  readonly isBad: boolean;
  readonly nameOf: (id: string) => string;
}) {
  const label = input === undefined ? 'Do it' : doWords(doing, input, nameOf);
  const run = (): void => {
    if (input === undefined) return;
    void act(
      label,
      () => client().demo.addFault(input),
      () => 'it heals by itself',
    );
  };
  return (
    <Button variant={isBad ? 'danger' : 'primary'} icon={Zap} refusal={refusal} onClick={run}>
      <span className="truncate">{label}</span>
    </Button>
  );
}

/** The two ends of a link, or the two sides of a split. Several links have no ends in common. */
function DirectionChoice({
  target,
  agents,
  nameOf,
}: {
  readonly target: Target;
  readonly agents: readonly DemoAgent[];
  readonly nameOf: (id: string) => string;
}) {
  const id = useId();
  const direction = useFaults(({ draft }) => draft.direction);
  if (target.kind !== 'link' && target.kind !== 'split') return null;
  const [from, to] =
    target.kind === 'link' ? [nameOf(target.from), nameOf(target.to)] : sidesOf(target.side, agents, nameOf);
  return (
    <div className="flex min-w-0 flex-col gap-1">
      <label htmlFor={id} className="text-sm font-medium text-soft">
        Messages
      </label>
      <Select<Direction>
        id={id}
        label="Messages"
        value={direction}
        choices={[
          { value: 'both', label: 'in both directions' },
          { value: 'forth', label: `from ${from} to ${to}` },
          { value: 'back', label: `from ${to} to ${from}` },
        ]}
        onChange={(next) => changeDraft({ direction: next })}
      />
    </div>
  );
}

function sidesOf(
  side: readonly string[],
  agents: readonly DemoAgent[],
  nameOf: (id: string) => string,
): readonly [string, string] {
  const others = agents.map(({ agentId }) => agentId).filter((agentId) => !side.includes(agentId));
  const list = (ids: readonly string[]): string => (ids.length === 0 ? 'nobody' : ids.map(nameOf).join(', '));
  return [list(side), list(others)];
}

function NumberField({
  field,
  label,
  problem = '',
}: {
  readonly field: 'delayMs' | 'jitterMs' | 'sharePercent' | 'seconds';
  readonly label: string;
  readonly problem?: string | undefined;
}) {
  const value = useFaults((state) => state.draft[field]);
  return (
    <Field label={label} error={problem}>
      {(ids) => (
        <TextInput
          {...ids}
          inputMode="decimal"
          className="w-full"
          value={value}
          onChange={(event) => changeDraft({ [field]: event.target.value })}
        />
      )}
    </Field>
  );
}
