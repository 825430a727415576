// The check of a table that a form is about to send.
import type { UploadStore } from '../stores/upload-check.ts';
import * as words from '../words/upload-check.ts';
import { UploadProblems } from './upload-problems.tsx';

type PanelProps = { store: UploadStore; lookAt: (column: string) => void };

const savedWithinMs = 60_000;

function save(name: string, text: string): void {
  const link = document.createElement('a');
  link.href = URL.createObjectURL(new Blob([text], { type: 'text/csv' }));
  link.download = name;
  link.click();
  setTimeout(() => URL.revokeObjectURL(link.href), savedWithinMs);
}

function Head({ store, lookAt }: PanelProps) {
  const { table, check } = store;
  if (!table.value || !check.value) return null;
  const { columns, code_column, rows_count } = check.value;
  return (
    <div class="upload-head">
      {!table.value.isTyped && <strong>{table.value.name}</strong>}
      <span>{words.rows(rows_count)}</span>
      {columns.length > 1 && (
        <label>
          {words.codesIn}{' '}
          <select value={code_column} onChange={({ currentTarget }) => lookAt(currentTarget.value)}>
            {columns.map((column) => (
              <option key={column}>{column}</option>
            ))}
          </select>
        </label>
      )}
    </div>
  );
}

function FileNotes({ store }: { store: UploadStore }) {
  const encoding = store.table.value?.encoding ?? 'utf-8';
  return (
    <ul class="upload-notes">
      {encoding !== 'utf-8' && <li>{words.converted(encoding)}</li>}
      {store.ofFile.value.map(({ kind, detail }) => (
        <li key={kind}>{words.ofTheFile(detail)}</li>
      ))}
    </ul>
  );
}

function Actions({ store }: { store: UploadStore }) {
  const isCut = store.isCut.value;
  const sure = isCut ? 0 : store.sure.value.length;
  const open = isCut ? 0 : store.open.value.length;
  return (
    <div class="buttons">
      {sure > 0 && (
        <button type="button" onClick={() => store.takeSuggestions()}>
          {words.takeAll(sure)}
        </button>
      )}
      {sure === 0 && open > 0 && (
        <button type="button" class="secondary" onClick={() => store.leaveOutOpen()}>
          {words.leaveOutRest(open)}
        </button>
      )}
      <button
        type="button"
        class="secondary"
        onClick={() => save(words.problemsFile, store.problemsFile(words.problemsHead))}
      >
        {words.download}
      </button>
    </div>
  );
}

function Standing({ store }: { store: UploadStore }) {
  const open = store.open.value.length;
  if (store.isCut.value) return null;
  if (open > 0) return <p>{words.stillOpen(open)}</p>;
  return <p class="upload-settled">{words.allSettled}</p>;
}

function TooMany({ store }: { store: UploadStore }) {
  if (!store.isCut.value) return null;
  const isTyped = store.table.value?.isTyped ?? false;
  return (
    <p class="upload-cut">
      {words.onlyFirst(store.ofRows.value.length, store.rowsToLookAt.value, isTyped)}
    </p>
  );
}

function Found({ store }: { store: UploadStore }) {
  const { check } = store;
  const problems = store.rowsToLookAt.value;
  if (!check.value) return null;
  if (problems === 0) return <p class="upload-settled">{words.allFine}</p>;
  return (
    <>
      <div class="upload-counts">
        <span>{words.fine(Math.max(check.value.rows_count - problems, 0))}</span>
        <strong>{words.toLookAt(problems)}</strong>
        <Actions store={store} />
      </div>
      <TooMany store={store} />
      <UploadProblems store={store} />
      <Standing store={store} />
    </>
  );
}

function spoken(store: UploadStore): string {
  if (store.isChecking.value) return words.checking;
  const { value: check } = store.check;
  if (!check) return '';
  const problems = store.rowsToLookAt.value;
  return words.told(check.rows_count, problems);
}

export function UploadPanel({ store, lookAt }: PanelProps) {
  const { table, isChecking, failure } = store;
  return (
    <>
      <p role="status" class="visually-hidden">
        {spoken(store)}
      </p>
      {table.value && (
        <section class="upload-check" aria-label={words.tableTitle}>
          {isChecking.value && <p class="hint">{words.checking}</p>}
          {failure.value && (
            <p class="field-error" role="alert">
              {words.failed(failure.value)}
            </p>
          )}
          <Head store={store} lookAt={lookAt} />
          <FileNotes store={store} />
          <Found store={store} />
        </section>
      )}
    </>
  );
}
