// The steps that can be taken back, each in words; also those that a decision of tidying makes.
import { useSignal } from '@preact/signals';
import { useEffect } from 'preact/hooks';
import type { MadeStep } from '../api/draft-api.ts';
import { sentenceOf } from '../api/problem.ts';
import { Dialog } from '../components/dialog.tsx';
import { Mark } from '../components/mark.tsx';
import { idleDecisions } from '../engine/scope.ts';
import { changedCodes, commandWord, decisionsIn, idleFound, noneIdle } from '../words/builder.ts';
import * as words from '../words.ts';
import { useBuilder, useOff } from './context.ts';

type Close = { close: () => void };

function StepWords({ step }: { step: MadeStep }) {
  const { draft } = useBuilder();
  const { search, updates, updates_count = 0 } = step;
  const [first] = updates ?? [];
  if (search) {
    return (
      <>
        {commandWord(step.command)} <strong>{search.term ?? search.code}</strong>
      </>
    );
  }
  if (!first) return <>{commandWord(step.command)}</>;
  const [code, sign] = first;
  const ordinal = draft.tree.value?.ordinalOf.get(code);
  const term = ordinal === undefined ? code : (draft.termOf(ordinal) ?? code);
  return (
    <>
      {words.done[sign]} <strong>{updates_count > 1 ? decisionsIn(updates_count) : term}</strong>
    </>
  );
}

function StepRow({ step, takeBack }: { step: MadeStep; takeBack: (step: MadeStep) => void }) {
  const { draft } = useBuilder();
  const off = useOff();
  return (
    <li>
      <span class="ledger-position">{words.position(step.position)}</span>
      <span>
        <StepWords step={step} />
        {step.changed_count !== undefined && ` · ${changedCodes(step.changed_count)}`}
        {step.reason && <span class="detail-note"> “{step.reason}”</span>}
        <br />
        <span class="detail-note">
          {step.mine ? 'you' : step.actor},{' '}
          <time dateTime={step.time}>{words.timeOfDay(step.time)}</time>
        </span>
      </span>
      {step.mine && draft.isMine && (
        <button type="button" class="secondary" {...off} onClick={() => takeBack(step)}>
          Take back
        </button>
      )}
    </li>
  );
}

export function StepsDialog({ close }: Close) {
  const { draft, wishes } = useBuilder();
  const steps = useSignal<readonly MadeStep[] | null>(null);
  const problem = useSignal('');
  const { value: position } = draft.position;
  useEffect(() => {
    void draft.api.steps({ minPosition: position }).then((result) => {
      if (result.ok) steps.value = result.data.undo;
      else problem.value = sentenceOf(result.problem);
    });
  }, [position]);
  const takeBack = async (step: MadeStep) => {
    const isDone = await wishes.undoStep(step.position);
    problem.value = isDone ? '' : (draft.notice.value ?? '');
  };
  return (
    <Dialog title="Steps of this draft" style="wide" close={close}>
      {problem.value && (
        <p class="field-error" role="alert">
          {problem.value}
        </p>
      )}
      {steps.value?.length === 0 && <p>No step can be taken back.</p>}
      <ol class="ledger steps">
        {steps.value?.map((step) => (
          <StepRow key={step.position} step={step} takeBack={(chosen) => void takeBack(chosen)} />
        ))}
      </ol>
      <div class="dialog-buttons">
        <button type="button" class="secondary" onClick={close}>
          Close
        </button>
      </div>
    </Dialog>
  );
}

const idleShownMax = 200;

export function TidyDialog({ close }: Close) {
  const { draft, session } = useBuilder();
  const off = useOff();
  void draft.version.value;
  const idle = idleDecisions(draft.statuses);
  const clear = () => {
    close();
    draft.decide(idle, session.reason.value);
  };
  return (
    <Dialog title="Tidy" close={close}>
      <p>{idle.length > 0 ? idleFound(idle.length) : noneIdle}</p>
      <ul class="plain-list">
        {idle.slice(0, idleShownMax).map(([code]) => (
          <li key={code}>
            <Mark of={draft.statuses.bytes[code] as number} /> {draft.termOf(code)}
          </li>
        ))}
      </ul>
      <div class="dialog-buttons">
        {idle.length > 0 && (
          <button type="button" {...off} onClick={clear}>
            Clear {words.decisions(idle.length)}
          </button>
        )}
        <button type="button" class="secondary" onClick={close}>
          {idle.length > 0 ? 'Keep them' : 'Close'}
        </button>
      </div>
    </Dialog>
  );
}
