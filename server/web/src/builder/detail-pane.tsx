// Right of the tree: why the focused code has its status, where it is, and what was decided on it.
import { useSignal } from '@preact/signals';
import { useEffect } from 'preact/hooks';
import type { CodeStory, Decided } from '../api/draft-api.ts';
import { Mark } from '../components/mark.tsx';
import { wayDown, wayFromTop } from '../engine/rows.ts';
import { status } from '../engine/statuses.ts';
import { parentsOf, type Tree } from '../engine/tree.ts';
import * as words from '../words.ts';
import { decideCode } from './actions.ts';
import { useBuilder, useOff } from './context.ts';
import { StoryOfCode } from './story.tsx';

const pauseMs = 200;

function CodeLink({ code }: { code: number }) {
  const { draft, view } = useBuilder();
  return (
    <button type="button" class="code-link" onClick={() => view.goTo(code)}>
      <Mark of={draft.statuses.bytes[code] as number} />
      {draft.termOf(code) ?? draft.codeOf(code)}
    </button>
  );
}

type WhyProps = { tree: Tree; code: number; story: CodeStory | null };

// "by Ada on 4 Nov 2024 (“seen in primary care”)"
function By({ decided }: { decided: Partial<Decided> | undefined }) {
  if (!decided?.actor || !decided.time) return null;
  const { actor, time, reason } = decided;
  return (
    <span class="detail-note">
      {' '}
      by {actor} on <time dateTime={time}>{words.day(time)}</time>
      {reason && ` (“${reason}”)`}
    </span>
  );
}

function Way({ tree, from, code, story }: WhyProps & { from: number }) {
  const steps = wayDown(tree, from, code).slice(0, -1);
  const decided = story?.deciders.find(({ code }) => code === tree.codes[from]);
  return (
    <ol class="way">
      {steps.map((step) => (
        <li key={step}>
          <CodeLink code={step} />
          {step === from && <By decided={decided} />}
        </li>
      ))}
    </ol>
  );
}

function Why({ tree, code, story }: WhyProps) {
  const { draft } = useBuilder();
  const own = draft.statuses.bytes[code] as number;
  const deciders = [...draft.statuses.deciders(code)];
  const isDirect = own === status.included || own === status.excluded;
  const names = isDirect ? [] : deciders.map((decider) => draft.termOf(decider) ?? '');
  const sentence = words.statusSentence(own, names);
  return (
    <div class="why">
      <p id="why" tabIndex={-1}>
        <Mark of={own} silent />{' '}
        <strong>{sentence.charAt(0).toUpperCase() + sentence.slice(1)}</strong>
        {isDirect && <By decided={story?.decisions[0]} />}
      </p>
      {!isDirect &&
        deciders.map((decider) => (
          <Way key={decider} tree={tree} code={code} from={decider} story={story} />
        ))}
    </div>
  );
}

// Of a conflict: the decision with the shortest way to the code.
function NearerDecision({ tree, code }: { tree: Tree; code: number }) {
  const { draft, view } = useBuilder();
  if (draft.statuses.bytes[code] !== status.conflict) return null;
  const [nearest] = [...draft.statuses.deciders(code)]
    .map((from) => ({ from, steps: wayDown(tree, from, code).length }))
    .sort((one, other) => one.steps - other.steps);
  if (!nearest) return null;
  return (
    <button type="button" class="secondary" onClick={() => view.goTo(nearest.from)}>
      Go to the nearer decision
    </button>
  );
}

function DecideButtons({ tree, code }: { tree: Tree; code: number }) {
  const builder = useBuilder();
  const off = useOff();
  const { draft, session } = builder;
  if (!draft.isMine) return null;
  const sign = draft.statuses.signOf(code);
  return (
    <div class="buttons">
      <button
        type="button"
        class="secondary"
        aria-pressed={sign === '+'}
        {...off}
        onClick={() => decideCode(builder, code, '+')}
      >
        Include <kbd>+</kbd>
      </button>
      <button
        type="button"
        class="secondary"
        aria-pressed={sign === '-'}
        {...off}
        onClick={() => decideCode(builder, code, '-')}
      >
        Exclude <kbd>−</kbd>
      </button>
      <NearerDecision tree={tree} code={code} />
      <button
        type="button"
        class="quiet"
        {...off}
        onClick={() => {
          session.dialog.value = 'reason';
        }}
      >
        Reason <kbd>r</kbd>
      </button>
    </div>
  );
}

// A place of a code: the way from the top down to the parent there.
function Place({ tree, parent }: { tree: Tree; parent: number }) {
  const { draft, view } = useBuilder();
  const above = wayFromTop(tree, parent).slice(0, -1);
  return (
    <li>
      {above.length > 0 && (
        <ol class="place-path">
          {above.map((step) => (
            <li key={step}>
              <button type="button" onClick={() => view.goTo(step)}>
                {draft.termOf(step) ?? draft.codeOf(step)}
              </button>
            </li>
          ))}
        </ol>
      )}
      <CodeLink code={parent} />
    </li>
  );
}

function Places({ tree, code }: { tree: Tree; code: number }) {
  const parents = [...parentsOf(tree, code)];
  if (parents.length === 0) return null;
  return (
    <>
      <h3>Where it is ({words.counted(parents.length, 'place', 'places')})</h3>
      <ul class="places">
        {parents.map((parent) => (
          <Place key={parent} tree={tree} parent={parent} />
        ))}
      </ul>
    </>
  );
}

type Known = { story: CodeStory; synonyms: string[] };

// Asked for once the focus rests on a code.
function useStory(code: string, term: string | undefined): Known | null {
  const { draft } = useBuilder();
  const known = useSignal<Known | null>(null);
  const { value: position } = draft.position;
  useEffect(() => {
    known.value = null;
    const abort = new AbortController();
    const options = { minPosition: position, signal: abort.signal };
    const timer = setTimeout(async () => {
      try {
        const [story, concept] = await Promise.all([
          draft.api.story(code, options),
          draft.api.concept(code, { signal: abort.signal }),
        ]);
        if (!story.ok) return;
        const names = concept.ok ? concept.data.synonyms : [];
        const synonyms = names.filter((name) => name !== term);
        known.value = { story: story.data, synonyms };
      } catch {
        // The focus has moved on.
      }
    }, pauseMs);
    return () => {
      clearTimeout(timer);
      abort.abort();
    };
  }, [code, term, position]);
  return known.value;
}

function Detail({ tree, code }: { tree: Tree; code: number }) {
  const { draft } = useBuilder();
  void draft.version.value;
  void draft.terms?.arrived.value;
  const text = draft.codeOf(code);
  const known = useStory(text, draft.termOf(code));
  return (
    <>
      <h2 class="detail-term">{draft.termOf(code) ?? text}</h2>
      <p class="detail-code">
        <code>{text}</code> · {tree.types[tree.type[code] as number]}
      </p>
      <Why tree={tree} code={code} story={known?.story ?? null} />
      <DecideButtons tree={tree} code={code} />
      <Places tree={tree} code={code} />
      {known && <StoryOfCode code={text} {...known} />}
    </>
  );
}

export function DetailPane() {
  const { draft, view, session } = useBuilder();
  const { value: tree } = draft.tree;
  void view.focus.value;
  void view.rows.value;
  const code = view.focusedCode();
  return (
    <aside
      class="detail-pane"
      aria-label="Details of the code"
      onKeyDown={(event) => {
        if (event.key !== 'Escape') return;
        session.pane.value = 'tree';
        document.querySelector<HTMLElement>('[role=treegrid] [tabindex="0"]')?.focus();
      }}
    >
      <button
        type="button"
        class="secondary pane-close"
        onClick={() => {
          session.pane.value = 'tree';
        }}
      >
        Back to the tree
      </button>
      {tree && code >= 0 && <Detail tree={tree} code={code} />}
    </aside>
  );
}
