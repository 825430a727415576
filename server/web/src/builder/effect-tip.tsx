// What a mark would do, told before it is pressed: on hover and on focus, after a moment.
import { useSignal } from '@preact/signals';
import { useEffect, useRef } from 'preact/hooks';
import type { Sign } from '../engine/statuses.ts';
import * as words from '../words.ts';
import { type Builder, useBuilder } from './context.ts';

const afterMs = 300;

type Tip = { text: string; left: number; top: number };

function tipFor({ draft, view }: Builder, button: HTMLElement): Tip | null {
  const row = Number(button.closest<HTMLElement>('[data-row]')?.dataset.row ?? -1);
  const code = view.codeAt(row);
  if (code < 0) return null;
  const sign = button.dataset.sign as Sign;
  const makes = draft.statuses.signOf(code) === sign ? '?' : sign;
  const effect = draft.statuses.effectOf([[code, makes]]);
  const { left, bottom } = button.getBoundingClientRect();
  return { text: words.effectSentence(words.verbs[makes], effect), left, top: bottom + 4 };
}

export function EffectTip() {
  const builder = useBuilder();
  const tip = useSignal<Tip | null>(null);
  const element = useRef<HTMLSpanElement>(null);
  useEffect(() => {
    const pane = element.current?.parentElement;
    let timer = 0;
    const hide = () => {
      clearTimeout(timer);
      tip.value = null;
    };
    const soon = ({ target }: Event) => {
      hide();
      const button = target instanceof Element && target.closest<HTMLElement>('[data-sign]');
      if (!button) return;
      timer = window.setTimeout(() => {
        if (button.isConnected) tip.value = tipFor(builder, button);
      }, afterMs);
    };
    const shows = ['pointerover', 'focusin'];
    const hides = ['pointerleave', 'focusout', 'click', 'keydown', 'wheel'];
    for (const name of shows) pane?.addEventListener(name, soon);
    for (const name of hides) pane?.addEventListener(name, hide, { passive: true });
    return () => {
      for (const name of shows) pane?.removeEventListener(name, soon);
      for (const name of hides) pane?.removeEventListener(name, hide);
    };
  }, []);
  const { value } = tip;
  return (
    <span ref={element}>
      {value && (
        <span class="effect-tip" role="tooltip" style={{ left: value.left, top: value.top }}>
          {value.text}
        </span>
      )}
    </span>
  );
}
