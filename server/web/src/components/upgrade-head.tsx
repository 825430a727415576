// Above the rows of an upgrade: how far it is, the three groups, and what ends it.
import { useSignal } from '@preact/signals';
import type { RefObject } from 'preact';
import { type Group, groupOf, groups } from '../engine/upgrade.ts';
import type { UpgradeStore } from '../stores/upgrade.ts';
import * as words from '../words/upgrade.ts';
import { number } from '../words.ts';
import { Dialog } from './dialog.tsx';
import { UpgradeBars } from './upgrade-bars.tsx';

type HeadProps = {
  store: UpgradeStore;
  group: Group;
  open: (group: Group) => void;
  saveButton: RefObject<HTMLButtonElement | null>;
  goOn: () => void; // the focus, after the rest is accepted
};

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

type RestProps = { store: UpgradeStore; close: () => void; goOn: () => void };

function RestDialog({ store, close, goOn }: RestProps) {
  const accept = () => {
    store.acceptRest();
    close();
    goOn();
  };
  return (
    <Dialog title={words.restDialog.title} close={close}>
      <ul class="bullets">
        {words.restSentences(store.rest()).map((sentence) => (
          <li key={sentence}>{sentence}</li>
        ))}
      </ul>
      <div class="dialog-buttons">
        <button type="button" onClick={accept}>
          {words.restDialog.accept}
        </button>
        <button type="button" class="secondary" onClick={close}>
          {words.restDialog.cancel}
        </button>
      </div>
    </Dialog>
  );
}

function Groups({ store, group, open }: Pick<HeadProps, 'store' | 'group' | 'open'>) {
  return (
    <nav class="segments" aria-label={words.whichCodes}>
      {groups.map((one) => {
        const left = store.open.value.filter((code) => groupOf(code) === one).length;
        return (
          <a
            key={one}
            href={`?show=${one}`}
            aria-current={one === group ? 'true' : undefined}
            onClick={(event) => {
              if (event.ctrlKey || event.metaKey || event.shiftKey) return;
              event.preventDefault();
              open(one);
            }}
          >
            {words.groupTitles[one]} <span class="number">{number(store.inGroup(one).length)}</span>
            {left > 0 && <span class="left">{words.toDecide(left)}</span>}
          </a>
        );
      })}
    </nav>
  );
}

// Undo and Save stay focusable when there is nothing for them to do.
function Actions({ store, saveButton, goOn }: Pick<HeadProps, 'store' | 'saveButton' | 'goOn'>) {
  const asksRest = useSignal(false);
  const left = store.open.value.length;
  const isSaving = store.isSaving.value;
  return (
    <div class="actions">
      <button
        type="button"
        class="quiet"
        aria-disabled={!store.canUndo.value || isSaving}
        onClick={() => store.undo()}
      >
        {words.undo}
      </button>
      <button
        type="button"
        class="secondary"
        disabled={!words.restSentences(store.rest()).length}
        onClick={() => {
          asksRest.value = true;
        }}
      >
        {words.acceptRest}
      </button>
      <button
        ref={saveButton}
        type="button"
        disabled={left > 0}
        aria-disabled={isSaving}
        onClick={() => store.save()}
      >
        {isSaving ? words.saving : words.saveLabel(left)}
      </button>
      {asksRest.value && (
        <RestDialog
          store={store}
          goOn={goOn}
          close={() => {
            asksRest.value = false;
          }}
        />
      )}
    </div>
  );
}

export function UpgradeHead({ store, group, open, saveButton, goOn }: HeadProps) {
  const all = store.codes.length;
  const done = all - store.open.value.length;
  return (
    <div class="upgrade-head">
      <p class="settled-line">
        <strong>{words.settled(done, all)}</strong>
        <SettledStrip done={done} all={all} />
      </p>
      <div class="upgrade-bar">
        <Groups store={store} group={group} open={open} />
        <Actions store={store} saveButton={saveButton} goOn={goOn} />
      </div>
      <UpgradeBars store={store} />
      <div class="visually-hidden" role="status">
        {store.said.value || words.settled(done, all)}
      </div>
    </div>
  );
}
