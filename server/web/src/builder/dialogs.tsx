// The dialogs of the builder: the keys, a reason, and discarding the draft.
import { useSignal } from '@preact/signals';
import { Dialog } from '../components/dialog.tsx';
import { reasonOfStep } from '../words.ts';
import { discard } from './actions.ts';
import { type Builder, useBuilder, useOff } from './context.ts';
import { keyTable } from './keys.ts';
import { MapDialog } from './map.tsx';
import { Palette } from './palette.tsx';
import { PasteDialog } from './paste.tsx';
import { ReasonField } from './reason-field.tsx';
import { ReviewSheet } from './review-sheet.tsx';
import { StepsDialog, TidyDialog } from './steps.tsx';

type Close = { close: () => void };

function KeysDialog({ close }: Close) {
  const { session } = useBuilder();
  return (
    <Dialog title="Keys in the tree" style="wide" close={close}>
      <dl class="key-table">
        {keyTable.map(([keys, words]) => (
          <div key={keys}>
            <dt>
              <kbd>{keys}</kbd>
            </dt>
            <dd>{words}</dd>
          </div>
        ))}
      </dl>
      <label>
        <input
          type="checkbox"
          checked={session.singleKeys.value}
          onChange={({ currentTarget }) => {
            session.singleKeys.value = currentTarget.checked;
          }}
        />{' '}
        Letters and signs act while the tree has the focus
      </label>
      <div class="dialog-buttons">
        <button type="button" class="secondary" onClick={close}>
          Close
        </button>
      </div>
    </Dialog>
  );
}

// The last decision in words, if it waits for a reason and is about the row that has the focus:
// whoever has gone on to another row thinks of that one.
function stepHere({ draft, view }: Builder): string | null {
  const { value: told } = draft.told;
  if (told?.kind !== 'decided' || told.reason) return null;
  const here = view.codeAt(view.focus.value);
  const decided = told.decisions.find(([code]) => code === here) ?? told.decisions[0];
  const isSection = here < 0 && told.decisions.length > 1;
  if (!decided || (decided[0] !== here && !isSection)) return null;
  const [code, sign] = decided;
  return reasonOfStep(sign, draft.termOf(code) ?? '', told.decisions.length - 1);
}

function ReasonDialog({ close }: Close) {
  const builder = useBuilder();
  const { wishes, session } = builder;
  const step = stepHere(builder);
  const hasStep = step !== null;
  const reason = useSignal(session.reason.value);
  const stays = useSignal(!hasStep);
  const keep = (event: Event) => {
    event.preventDefault();
    const text = reason.value.trim();
    session.reason.value = stays.value ? text : '';
    if (text) session.noteReason(text);
    if (hasStep && text) void wishes.giveReason(text);
    close();
  };
  return (
    <Dialog title="Reason" close={close}>
      <form class="form reason-form" onSubmit={keep}>
        <ReasonField label={step ?? 'For your next decisions'} reason={reason} />
        {hasStep && (
          <label>
            <input
              type="checkbox"
              checked={stays.value}
              onChange={({ currentTarget }) => {
                stays.value = currentTarget.checked;
              }}
            />{' '}
            and for my next decisions
          </label>
        )}
        <div class="dialog-buttons">
          <button type="submit">Give the reason</button>
          <button type="button" class="secondary" onClick={close}>
            Cancel
          </button>
        </div>
      </form>
    </Dialog>
  );
}

function DiscardDialog({ close }: Close) {
  const builder = useBuilder();
  const off = useOff();
  return (
    <Dialog title="Discard this draft?" close={close}>
      <p>
        The draft {builder.props.hash} and its decisions leave the codelist. They stay in the
        history.
      </p>
      <div class="dialog-buttons">
        <button type="button" class="danger" {...off} onClick={() => void discard(builder)}>
          Discard the draft
        </button>
        <button type="button" class="secondary" onClick={close}>
          Keep it
        </button>
      </div>
    </Dialog>
  );
}

export function Dialogs() {
  const { session } = useBuilder();
  const close = () => {
    session.dialog.value = null;
  };
  const { value: open } = session.dialog;
  if (open === 'palette') return <Palette close={close} />;
  if (open === 'keys') return <KeysDialog close={close} />;
  if (open === 'reason') return <ReasonDialog close={close} />;
  if (open === 'discard') return <DiscardDialog close={close} />;
  if (open === 'review') return <ReviewSheet close={close} />;
  if (open === 'tidy') return <TidyDialog close={close} />;
  if (open === 'steps') return <StepsDialog close={close} />;
  if (open === 'paste') return <PasteDialog close={close} />;
  if (open === 'map') return <MapDialog close={close} />;
  return null;
}
