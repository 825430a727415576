// Before saving for review: what is in, what is out, of which types, and what is left to decide.
import { Dialog } from '../components/dialog.tsx';
import { Mark } from '../components/mark.tsx';
import { Strip } from '../components/strip.tsx';
import { status } from '../engine/statuses.ts';
import { flag } from '../engine/tree.ts';
import { noFilter, shownStatuses } from '../stores/filter.ts';
import { compositionSentence } from '../words/builder.ts';
import * as words from '../words.ts';
import { saveForReview, setFilter } from './actions.ts';
import { type Builder, useBuilder, useOff } from './context.ts';

type TypeCount = { title: string; included: number; excluded: number };

const barsMax = 8;

function composition({ draft }: Builder): TypeCount[] {
  const { value: tree } = draft.tree;
  if (!tree) return [];
  const counts = tree.types.map((title): TypeCount => ({ title, included: 0, excluded: 0 }));
  draft.statuses.bytes.forEach((own, code) => {
    const count = counts[tree.type[code] as number];
    if (!count || (tree.flags[code] as number) & flag.between) return;
    if (own === status.included || own === status.includedAbove) count.included++;
    if (own === status.excluded || own === status.excludedAbove) count.excluded++;
  });
  counts.sort((one, other) => other.included + other.excluded - one.included - one.excluded);
  const shown = counts.filter(({ included, excluded }) => included + excluded > 0);
  if (shown.length <= barsMax) return shown;
  const others = shown.slice(barsMax - 1).reduce(
    (sum, { included, excluded }) => ({
      title: `${words.number(shown.length - barsMax + 1)} others`,
      included: sum.included + included,
      excluded: sum.excluded + excluded,
    }),
    { title: '', included: 0, excluded: 0 },
  );
  return [...shown.slice(0, barsMax - 1), others];
}

function Bar({ type, largest }: { type: TypeCount; largest: number }) {
  const { included, excluded } = type;
  const left = (excluded / largest) * 100;
  const right = (included / largest) * 100;
  return (
    <tr>
      <th scope="row">{type.title}</th>
      <td class="composition-count">{words.number(excluded)}</td>
      <td class="composition-bar">
        <svg viewBox="0 0 200 10" preserveAspectRatio="none" aria-hidden="true">
          <rect class="excluded" x={100 - left} width={left} height="10" />
          <rect class="included" x="100" width={right} height="10" />
        </svg>
      </td>
      <td class="composition-count">{words.number(included)}</td>
    </tr>
  );
}

function Composition() {
  const types = composition(useBuilder());
  const largest = Math.max(1, ...types.flatMap(({ included, excluded }) => [included, excluded]));
  const all = types.reduce((sum, { included }) => sum + included, 0);
  const [most] = [...types].sort((one, other) => other.included - one.included);
  if (types.length === 0 || !most) return null;
  return (
    <table class="composition">
      <caption>{compositionSentence(most.title, most.included, all)}</caption>
      <thead>
        <tr>
          <th scope="col">Type</th>
          <th scope="col">Out</th>
          <td />
          <th scope="col">In</th>
        </tr>
      </thead>
      <tbody>
        {types.map((type) => (
          <Bar key={type.title} type={type} largest={largest} />
        ))}
      </tbody>
    </table>
  );
}

type LeftProps = { own: number; text: string; show: () => void };

function Left({ own, text, show }: LeftProps) {
  return (
    <li>
      <Mark of={own} silent /> {text}
      <button type="button" class="quiet" onClick={show}>
        Show them
      </button>
    </li>
  );
}

export function ReviewSheet({ close }: { close: () => void }) {
  const builder = useBuilder();
  const off = useOff();
  const { draft } = builder;
  const { value: counts } = draft.counts;
  const undecided = counts[status.undecided] ?? 0;
  const conflicts = counts[status.conflict] ?? 0;
  const { value: assumed } = draft.assumed;
  const show = (filter: Partial<typeof noFilter>) => () => {
    close();
    void setFilter(builder, { ...noFilter, ...filter });
  };
  return (
    <Dialog title="Review before saving" style="wide" close={close}>
      <Strip counts={counts} />
      {undecided + conflicts + assumed > 0 ? (
        <ul class="left-to-do">
          {undecided > 0 && (
            <Left
              own={status.undecided}
              text={`${words.codes(undecided)} undecided`}
              show={show({ show: shownStatuses.undecided })}
            />
          )}
          {conflicts > 0 && (
            <Left
              own={status.conflict}
              text={`${words.codes(conflicts)} in conflict`}
              show={show({ show: shownStatuses.conflict })}
            />
          )}
          {assumed > 0 && (
            <Left
              own={status.undecided}
              text={`${words.counted(assumed, 'status', 'statuses')} assumed`}
              show={show({ assumed: true })}
            />
          )}
        </ul>
      ) : (
        <p class="all-decided">{words.everyCodeDecided}</p>
      )}
      <Composition />
      <div class="dialog-buttons">
        {draft.isMine && (
          <button
            type="button"
            {...off}
            disabled={undecided + conflicts + assumed > 0 || draft.isBusy.value || off.disabled}
            onClick={() => void saveForReview(builder)}
          >
            Save for review
          </button>
        )}
        <button type="button" class="secondary" onClick={close}>
          Go on with the draft
        </button>
      </div>
    </Dialog>
  );
}
