// The problems of a table before it is sent, each with what is to become of its row.
import type { Suggestion, UploadProblem } from '../api/upload-api.ts';
import type { Choice } from '../engine/mended-table.ts';
import type { UploadStore } from '../stores/upload-check.ts';
import * as words from '../words/upload-check.ts';

const buttonsMax = 3;

type RowProps = { store: UploadStore; problem: UploadProblem };

function isChosen(now: Choice | undefined, choice: Choice): boolean {
  if (choice.kind === 'use') return now?.kind === 'use' && now.code === choice.code;
  return now?.kind === choice.kind;
}

function Suggested({ suggestion: { code, term, because } }: { suggestion: Suggestion }) {
  return (
    <span class="suggested">
      <code>{code}</code> <span>{term}</span> <small>{because}</small>
    </span>
  );
}

function Use({ store, problem, suggestion }: RowProps & { suggestion: Suggestion }) {
  const choice: Choice = { kind: 'use', code: suggestion.code };
  const isOn = isChosen(store.choices.value.get(problem.row), choice);
  return (
    <button
      type="button"
      class="secondary use-code"
      aria-pressed={isOn}
      onClick={() => store.choose(problem.row, isOn ? null : choice)}
    >
      <Suggested suggestion={suggestion} />
    </button>
  );
}

function UseOneOfMany({ store, problem }: RowProps) {
  const now = store.choices.value.get(problem.row);
  return (
    <select
      aria-label={`${words.heads.instead}: ${problem.given}`}
      value={now?.kind === 'use' ? now.code : ''}
      onChange={({ currentTarget: { value } }) =>
        store.choose(problem.row, value ? { kind: 'use', code: value } : null)
      }
    >
      <option value="">{words.choose}</option>
      {problem.suggestions.map(({ code, term, because }) => (
        <option key={code} value={code}>
          {words.suggested(code, term, because)}
        </option>
      ))}
    </select>
  );
}

// Of a table that cannot be settled here.
function OnlySuggested({ problem }: { problem: UploadProblem }) {
  return (
    <ul class="instead">
      {problem.suggestions.map((suggestion) => (
        <li key={suggestion.code}>
          <Suggested suggestion={suggestion} />
        </li>
      ))}
    </ul>
  );
}

function Instead({ store, problem }: RowProps) {
  const { value: stopped } = store.stopped;
  const leaveOut: Choice = { kind: 'leave-out' };
  const isOut = isChosen(store.choices.value.get(problem.row), leaveOut);
  return (
    <div class="instead">
      {problem.suggestions.length > buttonsMax ? (
        <UseOneOfMany store={store} problem={problem} />
      ) : (
        problem.suggestions.map((suggestion) => (
          <Use key={suggestion.code} store={store} problem={problem} suggestion={suggestion} />
        ))
      )}
      <button
        type="button"
        class="secondary leave-out"
        aria-pressed={isOut}
        onClick={() => store.choose(problem.row, isOut ? null : leaveOut)}
      >
        {isOut ? words.leftOut : words.leaveOut}
      </button>
      {stopped?.row === problem.row && store.open.value.includes(problem) && (
        <p key={stopped.times} class="field-error" role="alert">
          {words.notSent(store.open.value.length)}
        </p>
      )}
    </div>
  );
}

function Row({ store, problem }: RowProps) {
  const now = store.choices.value.get(problem.row);
  const isTyped = store.table.value?.isTyped ?? false;
  const place = isTyped ? problem.row - 1 : problem.row;
  const label = isTyped ? words.heads.line : words.heads.row;
  return (
    <tr class={now ? 'is-settled' : ''} data-kind={problem.kind} data-row={problem.row}>
      <th scope="row" class="number" data-label={label}>
        {place}
      </th>
      <td>{problem.given ? <code>{problem.given}</code> : words.blank}</td>
      <td>{problem.detail}</td>
      <td>
        {store.isCut.value ? (
          <OnlySuggested problem={problem} />
        ) : (
          <Instead store={store} problem={problem} />
        )}
      </td>
    </tr>
  );
}

export function UploadProblems({ store }: { store: UploadStore }) {
  const problems = store.ofRows.value;
  const shown = store.shown.value;
  const { isTyped } = store.table.value ?? {};
  return (
    <>
      <table class="cards-when-narrow upload-problems">
        <caption class="visually-hidden">{words.tableTitle}</caption>
        <thead>
          <tr>
            <th scope="col" class="number">
              {isTyped ? words.heads.line : words.heads.row}
            </th>
            <th scope="col">{words.heads.given}</th>
            <th scope="col">{words.heads.wrong}</th>
            <th scope="col">{words.heads.instead}</th>
          </tr>
        </thead>
        <tbody>
          {shown.map((problem) => (
            <Row key={problem.row} store={store} problem={problem} />
          ))}
        </tbody>
      </table>
      {shown.length < problems.length && (
        <button
          type="button"
          class="secondary"
          onClick={() => {
            store.isWhole.value = true;
          }}
        >
          {words.showAll(problems.length)}
        </button>
      )}
    </>
  );
}
