// A search of the whole site as it is typed: what was asked, what was found, and which of it is
// chosen.
import { computed, signal } from '@preact/signals';
import type { FindApi, Found, FoundCode, FoundCodelist, FoundOwner } from '../api/find-api.ts';
import { sentenceOf } from '../api/problem.ts';

export type Choice = { href: string } & (
  | { kind: 'codelist'; found: FoundCodelist }
  | { kind: 'code'; found: FoundCode }
  | { kind: 'owner'; found: FoundOwner }
  | { kind: 'all' }
);

const pauseMs = 120;
const slowAfterMs = 200;

function ownerPath(owner: string): string {
  const [kind, name] = owner.split('/');
  return kind === 'user' ? `/users/${name}/` : `/codelist/${name}/`;
}

function codelistPath({ owner, slug }: FoundCodelist): string {
  const [kind, name] = owner.split('/');
  return `/codelist/${kind === 'user' ? 'user/' : ''}${name}/${slug}/`;
}

function conceptPath({ release, code }: FoundCode): string {
  return `/releases/${release}/code/${encodeURIComponent(code)}/`;
}

export function choicesOf(found: Found, text: string): Choice[] {
  const codelists = found.codelists.map(
    (one): Choice => ({ kind: 'codelist', href: codelistPath(one), found: one }),
  );
  const codes = found.codes.map(
    (one): Choice => ({ kind: 'code', href: conceptPath(one), found: one }),
  );
  const people = found.people.map(
    (one): Choice => ({ kind: 'owner', href: ownerPath(one.owner), found: one }),
  );
  const any = [...codelists, ...codes, ...people];
  if (any.length === 0) return [];
  return [...any, { kind: 'all', href: `/?${new URLSearchParams({ q: text })}` }];
}

type Answer = { text: string; found: Found };

export class Finder {
  readonly text = signal('');
  readonly isOpen = signal(false);
  readonly isSlow = signal(false);
  readonly problem = signal('');
  readonly answer = signal<Answer | null>(null);
  readonly active = signal(-1);
  readonly choices = computed(() =>
    this.answer.value ? choicesOf(this.answer.value.found, this.answer.value.text) : [],
  );

  private readonly api: FindApi;
  private asking = new AbortController();
  private pause = 0;

  constructor(api: FindApi) {
    this.api = api;
  }

  type(text: string): void {
    this.text.value = text;
    this.active.value = -1;
    this.stop();
    const wanted = text.trim();
    this.isOpen.value = wanted !== '';
    if (wanted === '') {
      this.answer.value = null;
      this.problem.value = '';
      return;
    }
    this.pause = setTimeout(() => void this.ask(wanted), pauseMs) as unknown as number;
  }

  close(): void {
    this.isOpen.value = false;
    this.active.value = -1;
  }

  open(): void {
    this.isOpen.value = this.text.value.trim() !== '';
  }

  // Beyond the last is the first, and before the first the text itself.
  move(step: 1 | -1): void {
    const places = this.choices.value.length + 1;
    this.active.value = ((this.active.value + 1 + step + places) % places) - 1;
  }

  get chosen(): Choice | undefined {
    return this.choices.value[this.active.value];
  }

  private stop(): void {
    clearTimeout(this.pause);
    this.asking.abort();
    this.isSlow.value = false;
  }

  private async ask(text: string): Promise<void> {
    const asking = new AbortController();
    this.asking = asking;
    const slow = setTimeout(() => {
      this.isSlow.value = true;
    }, slowAfterMs);
    try {
      const result = await this.api.find(text, { signal: asking.signal });
      if (asking.signal.aborted) return;
      this.problem.value = result.ok ? '' : sentenceOf(result.problem);
      this.answer.value = result.ok ? { text, found: result.data } : null;
      this.active.value = -1;
    } catch (error) {
      if (!asking.signal.aborted) throw error;
    } finally {
      clearTimeout(slow);
      if (this.asking === asking) this.isSlow.value = false;
    }
  }
}
