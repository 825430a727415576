// The session has ended in the middle of the work: a log-in over the page, and what waits is sent.
import { useSignal } from '@preact/signals';
import { logInAgain } from '../api/log-in.ts';
import { Dialog } from '../components/dialog.tsx';
import * as words from '../words.ts';
import { useBuilder } from './context.ts';

function LogInForm({ close }: { close: () => void }) {
  const { draft, props } = useBuilder();
  const password = useSignal('');
  const problem = useSignal('');
  const isBusy = useSignal(false);
  const submit = async (event: Event) => {
    event.preventDefault();
    isBusy.value = true;
    problem.value = await logInAgain(props.me, password.value);
    isBusy.value = false;
    if (problem.value) return;
    close();
    await draft.goOnSignedIn();
  };
  return (
    <form class="form" onSubmit={(event) => void submit(event)}>
      <input type="text" value={props.me} autocomplete="username" readOnly hidden />
      <div class={problem.value ? 'field field-wrong' : 'field'}>
        <label for="again-password">Password of {props.me}</label>
        {problem.value && (
          <p class="field-error" id="again-error" role="alert">
            {problem.value}
          </p>
        )}
        <input
          id="again-password"
          type="password"
          autocomplete="current-password"
          required
          aria-describedby={problem.value ? 'again-error' : undefined}
          value={password.value}
          onInput={({ currentTarget }) => {
            password.value = currentTarget.value;
          }}
        />
      </div>
      <p>
        <a href={props.urls.login} target="_blank" rel="noreferrer">
          Log in in another way, in a new tab
        </a>
      </p>
      <div class="dialog-buttons">
        <button type="submit" disabled={isBusy.value}>
          Log in
        </button>
        <button type="button" class="secondary" onClick={close}>
          Later
        </button>
      </div>
    </form>
  );
}

export function LogInDialog() {
  const { draft, session } = useBuilder();
  const close = () => {
    session.wantsLogIn.value = false;
  };
  if (!session.wantsLogIn.value || !draft.signedOut.value) return null;
  const waiting = draft.queue.steps.value.length;
  return (
    <Dialog title="Log in to go on" close={close}>
      <p>
        You are no longer logged in. {waiting > 0 && `${words.notSaved(waiting)} `}
        Nothing is lost: what waits is saved as soon as you are back.
      </p>
      <LogInForm close={close} />
    </Dialog>
  );
}

// While the dialog is put off.
export function SignedOutBar() {
  const { draft, session } = useBuilder();
  if (!draft.signedOut.value) return null;
  const waiting = draft.queue.steps.value.length;
  return (
    <div class="bar bar-waiting" role="alert">
      <span>
        <strong>You are no longer logged in.</strong> {waiting > 0 && words.notSaved(waiting)}
      </span>
      <button
        type="button"
        class="secondary"
        onClick={() => {
          session.wantsLogIn.value = true;
        }}
      >
        Log in
      </button>
    </div>
  );
}
