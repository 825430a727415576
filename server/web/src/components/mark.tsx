// A status on its own: the sign and its fill say the same as the colour.
import { status } from '../engine/statuses.ts';
import { statusWord } from '../words.ts';

const looks: Record<number, { sign: string; style: string }> = {
  [status.included]: { sign: '+', style: 'mark-sign plus decided' },
  [status.includedAbove]: { sign: '+', style: 'mark-sign plus' },
  [status.excluded]: { sign: '−', style: 'mark-sign minus decided' },
  [status.excludedAbove]: { sign: '−', style: 'mark-sign minus' },
  [status.undecided]: { sign: '?', style: 'mark-sign open' },
};

export function Mark({ of, silent = false }: { of: number; silent?: boolean }) {
  const name = silent
    ? ({ 'aria-hidden': true } as const)
    : ({ role: 'img', 'aria-label': statusWord(of) } as const);
  const look = looks[of];
  if (look) {
    return (
      <span class={look.style} {...name}>
        {look.sign}
      </span>
    );
  }
  return (
    <span class="mark-sign conflict" {...name}>
      <b>!</b>
    </span>
  );
}
