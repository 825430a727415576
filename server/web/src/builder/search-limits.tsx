// What a search by term may find: some types, or active codes only. Ticked types are remembered.
import { type Signal, useSignal, useSignalEffect } from '@preact/signals';
import * as words from '../words.ts';
import { useBuilder } from './context.ts';

export type SearchLimits = {
  types: Signal<readonly string[]>;
  isActiveOnly: Signal<boolean>;
};

function readTypes(name: string): string[] {
  try {
    return (localStorage.getItem(name) ?? '').split('\n').filter(Boolean);
  } catch {
    return [];
  }
}

function keepTypes(name: string, types: readonly string[]): void {
  try {
    localStorage.setItem(name, types.join('\n'));
  } catch {
    // Without storage, they are remembered for this visit only.
  }
}

export function useSearchLimits(codingSystem: string): SearchLimits {
  const name = `builder types ${codingSystem}`;
  const types = useSignal<readonly string[]>(readTypes(name));
  const isActiveOnly = useSignal(false);
  useSignalEffect(() => keepTypes(name, types.value));
  return { types, isActiveOnly };
}

type TypeCount = { title: string; codes: number };

function summaryOf({ types, isActiveOnly }: SearchLimits): string {
  const { value: titles } = types;
  const which = titles.length > 0 ? titles.join(', ') : 'All types';
  return isActiveOnly.value ? `${which}, active only` : which;
}

export function SearchLimitFields({ limits }: { limits: SearchLimits }) {
  const { draft } = useBuilder();
  const all = useSignal<readonly TypeCount[]>([]);
  const { types, isActiveOnly } = limits;
  const readAll = async () => {
    if (all.value.length > 0) return;
    const result = await draft.api.types();
    if (result.ok) all.value = result.data.types;
  };
  const toggle = (title: string) => {
    const { value: titles } = types;
    types.value = titles.includes(title)
      ? titles.filter((other) => other !== title)
      : [...titles, title];
  };
  return (
    <details class="search-limits" onToggle={() => void readAll()}>
      <summary>{summaryOf(limits)}</summary>
      <ul>
        <li>
          <label>
            <input
              type="checkbox"
              checked={isActiveOnly.value}
              onChange={({ currentTarget }) => {
                isActiveOnly.value = currentTarget.checked;
              }}
            />
            <span class="choice-text">Active codes only</span>
          </label>
        </li>
        {all.value.map(({ title, codes }) => (
          <li key={title}>
            <label>
              <input
                type="checkbox"
                checked={types.value.includes(title)}
                onChange={() => toggle(title)}
              />
              <span class="choice-text">{title}</span>
              <span class="choice-count">{words.number(codes)}</span>
            </label>
          </li>
        ))}
      </ul>
      {types.value.length > 0 && (
        <button
          type="button"
          class="quiet"
          onClick={() => {
            types.value = [];
          }}
        >
          All types
        </button>
      )}
    </details>
  );
}
