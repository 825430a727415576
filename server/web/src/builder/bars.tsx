// Above the tree, when something needs a person: decisions that are not saved, or cannot be.
import { useSignal } from '@preact/signals';
import { useEffect } from 'preact/hooks';
import { notTaken, stillReadable } from '../words/builder.ts';
import * as words from '../words.ts';
import { notTakenId, useBuilder, useOff } from './context.ts';
import { SignedOutBar } from './log-in.tsx';

function useSecondsUntil(until: number): number {
  const now = useSignal(Date.now());
  useEffect(() => {
    const timer = setInterval(() => {
      now.value = Date.now();
    }, 500);
    return () => clearInterval(timer);
  }, []);
  return Math.max(0, Math.ceil((until - now.value) / 1000));
}

function Waiting({ until }: { until: number }) {
  const { draft } = useBuilder();
  const seconds = useSecondsUntil(until);
  return (
    <div class="bar bar-waiting" role="alert">
      <span>
        <strong>{words.notSaved(draft.queue.steps.value.length)}</strong>{' '}
        <span aria-hidden="true">{words.tryingAgain(seconds)}</span>
      </span>
      <button type="button" class="secondary" onClick={() => draft.queue.retry()}>
        Try now
      </button>
    </div>
  );
}

// The log takes no writes: nothing can be decided, and nothing is lost.
function Paused({ why }: { why: string }) {
  const { draft } = useBuilder();
  const waiting = draft.queue.steps.value.length;
  return (
    <div class="bar bar-waiting" role="alert">
      <span>
        <strong id={notTakenId}>{notTaken(why)}</strong> {stillReadable}{' '}
        {waiting > 0 && words.notSaved(waiting)}
      </span>
    </div>
  );
}

// The waiting decisions as a file, for a draft that takes no more.
function offerFile(steps: readonly { updates: [string, string][]; reason: string }[]): void {
  const lines = steps.flatMap(({ updates, reason }) =>
    updates.map(([code, sign]) => `${code},${sign},"${reason.replaceAll('"', '""')}"`),
  );
  const link = document.createElement('a');
  link.href = URL.createObjectURL(new Blob([`code,decision,reason\n${lines.join('\n')}\n`]));
  link.download = 'decisions.csv';
  link.click();
  URL.revokeObjectURL(link.href);
}

function Stopped({ reason }: { reason: string }) {
  const { draft } = useBuilder();
  const { value: steps } = draft.queue.steps;
  return (
    <div class="bar bar-stopped" role="alert">
      <span>
        <strong>This draft cannot be changed any more:</strong> {reason}
      </span>
      {steps.length > 0 && (
        <button type="button" class="secondary" onClick={() => offerFile(steps)}>
          Save my {words.decisions(steps.length)} as a file
        </button>
      )}
    </div>
  );
}

function LeftFromBefore() {
  const { draft, session } = useBuilder();
  const off = useOff();
  const { value: steps } = session.left;
  const [first] = steps;
  if (!first) return null;
  const when = new Date(first.at).toLocaleTimeString('en-GB', {
    hour: '2-digit',
    minute: '2-digit',
  });
  const finish = (isSent: boolean) => {
    session.left.value = [];
    if (isSent) draft.resend(steps);
    else draft.forget(steps);
  };
  return (
    <div class="bar bar-waiting" role="alert">
      <strong>{words.leftFromBefore(steps.length, when)}</strong>
      <button type="button" class="secondary" {...off} onClick={() => finish(true)}>
        Send
      </button>
      <button type="button" class="secondary" onClick={() => finish(false)}>
        Drop
      </button>
    </div>
  );
}

export function Bars() {
  const { draft, props } = useBuilder();
  const { value: state } = draft.queue.state;
  const { value: paused } = draft.paused;
  const problem = draft.loadProblem.value;
  return (
    <>
      {paused !== null && draft.isMine && <Paused why={paused} />}
      {state.kind === 'waiting' && paused === null && <Waiting until={state.until} />}
      <SignedOutBar />
      {draft.readOnly.value !== null && <Stopped reason={draft.readOnly.value} />}
      {!props.canEdit && <div class="bar">{props.whoCanEdit}</div>}
      {problem !== null && (
        <div class="bar bar-stopped" role="alert">
          <span>{problem}</span>
          <button type="button" class="secondary" onClick={() => void draft.load()}>
            Try again
          </button>
        </div>
      )}
      <LeftFromBefore />
    </>
  );
}
