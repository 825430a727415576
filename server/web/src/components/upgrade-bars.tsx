// Above an upgrade's rows, when something needs a person: decisions that are not saved, or cannot
// be.
import type { UpgradeStore } from '../stores/upgrade.ts';
import * as words from '../words/upgrade.ts';
import { notSaved } from '../words.ts';

const logInPath = () => `/accounts/login/?next=${encodeURIComponent(location.pathname)}`;

export function UpgradeBars({ store }: { store: UpgradeStore }) {
  const { kind } = store.writes.state.value;
  const waiting = store.writes.steps.value.length;
  const { value: problem } = store.problem;
  if (kind === 'stopped') {
    return (
      <div class="bar bar-stopped" role="alert">
        <span>
          <strong>{words.stopped}</strong> {problem}
        </span>
      </div>
    );
  }
  return (
    <>
      {kind === 'waiting' && (
        <div class="bar bar-waiting" role="alert">
          <span>
            <strong>{notSaved(waiting)}</strong> {words.triedAgain}
          </span>
          <button type="button" class="secondary" onClick={() => store.writes.retry()}>
            {words.tryNow}
          </button>
        </div>
      )}
      {kind === 'signed-out' && (
        <div class="bar bar-waiting" role="alert">
          <span>
            <strong>{words.signedOut}</strong> {notSaved(waiting)}
          </span>
          <a href={logInPath()} target="_blank" rel="noreferrer">
            {words.logIn}
          </a>
          <button type="button" class="secondary" onClick={() => void store.goOnSignedIn()}>
            {words.tryNow}
          </button>
        </div>
      )}
      {problem && (
        <div class="bar bar-stopped" role="alert">
          {problem}
        </div>
      )}
    </>
  );
}
