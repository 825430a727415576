// Above the rows of an upgrade: how far it is, the three groups, and what ends it.
import { useSignal } from '@preact/signals';
import { type Group, groupOf, groups } from '../engine/upgrade.ts';
import type { UpgradeStore } from '../stores/upgrade.ts';
import * as words from '../words/upgrade.ts';
import { number } from '../words.ts';
import { Dialog } from './dialog.tsx';

type HeadProps = { store: UpgradeStore; group: Group; open: (group: Group) => void };

function SettledStrip({ done, all }: { done: number; all: number }) {
  const width = all === 0 ? 1000 : (done * 1000) / all;
  return (
    <svg
      class="strip"
      viewBox="0 0 1000 8"
      preserveAspectRatio="none"
      role="img"
      aria-label={words.settled(done, all)}
    >
      <rect class="settled" x="0" width={width} height="8" />
    </svg>
  );
}

function RestDialog({ store, close }: { store: UpgradeStore; close: () => void }) {
  const accept = () => {
    store.acceptRest();
    close();
  };
  return (
    <Dialog title="Accept the rest?" close={close}>
      <ul class="bullets">
        {words.restSentences(store.rest()).map((sentence) => (
          <li key={sentence}>{sentence}</li>
        ))}
      </ul>
      <div class="dialog-buttons">
        <button type="button" onClick={accept}>
          Accept them
        </button>
        <button type="button" class="secondary" onClick={close}>
          Not now
        </button>
      </div>
    </Dialog>
  );
}

export function UpgradeHead({ store, group, open }: HeadProps) {
  const asksRest = useSignal(false);
  const left = store.open.value;
  const all = store.codes.length;
  const hasRest = words.restSentences(store.rest()).length > 0;
  const isReady = left.length === 0 && !store.isSaving.value;
  return (
    <div class="upgrade-head">
      <p class="settled-line">
        <strong>{words.settled(all - left.length, all)}</strong>
        <SettledStrip done={all - left.length} all={all} />
      </p>
      <div class="upgrade-bar">
        <nav class="segments" aria-label="Which codes">
          {groups.map((one) => {
            const count = store.inGroup(one).length;
            const openCount = left.filter((code) => groupOf(code) === one).length;
            return (
              <a
                key={one}
                href={`?show=${one}`}
                aria-current={one === group ? 'true' : undefined}
                onClick={(event) => {
                  event.preventDefault();
                  open(one);
                }}
              >
                {words.groupTitles[one]} <span class="number">{number(count)}</span>
                {openCount > 0 && <span class="left">{words.toDecide(openCount)}</span>}
              </a>
            );
          })}
        </nav>
        <div class="actions">
          <button
            type="button"
            class="quiet"
            disabled={store.steps.value.length === 0}
            onClick={() => store.undo()}
          >
            Undo
          </button>
          <button
            type="button"
            class="secondary"
            disabled={!hasRest}
            onClick={() => {
              asksRest.value = true;
            }}
          >
            Accept the rest
          </button>
          <button type="button" disabled={!isReady} onClick={() => store.save()}>
            {store.isSaving.value ? words.saving : words.saveLabel(left.length)}
          </button>
        </div>
      </div>
      {store.problem.value && (
        <div class="problems" role="alert">
          {store.problem.value}
        </div>
      )}
      <div class="visually-hidden" role="status">
        {store.said.value || words.settled(all - left.length, all)}
      </div>
      {asksRest.value && (
        <RestDialog
          store={store}
          close={() => {
            asksRest.value = false;
          }}
        />
      )}
    </div>
  );
}
