// The header of the codes of one type.
export type SectionRowProps = {
  row: number;
  top: number;
  title: string;
  count: string;
  isFocused: boolean;
  mayDecide: boolean;
  whyNot?: string; // the reason, if nothing can be decided at the moment
};

function Actions({ whyNot }: { whyNot: string }) {
  const off = whyNot ? { disabled: true, title: whyNot } : {};
  return (
    <>
      <button type="button" tabIndex={-1} class="quiet" data-section="+" {...off}>
        + all
      </button>
      <button type="button" tabIndex={-1} class="quiet" data-section="-" {...off}>
        − all
      </button>
    </>
  );
}

type StickyProps = Pick<SectionRowProps, 'row' | 'title' | 'count' | 'mayDecide' | 'whyNot'>;

// The section of the first row in view, once its header has scrolled away. The header itself is
// still there for keys and screen readers.
export function StickySection({ row, title, count, mayDecide, whyNot = '' }: StickyProps) {
  return (
    <div class="section-row section-sticky" data-header={row} aria-hidden="true">
      <span class="section-title">
        {title} <span class="section-count">{count}</span>
      </span>
      <span class="section-actions">{mayDecide && <Actions whyNot={whyNot} />}</span>
    </div>
  );
}

export function SectionRow(props: SectionRowProps) {
  const { row, top, title, count, isFocused, mayDecide, whyNot = '' } = props;
  return (
    <div
      role="row"
      class={isFocused ? 'section-row row-focused' : 'section-row'}
      style={{ top: `${top}px` }}
      tabIndex={isFocused ? 0 : -1}
      data-row={row}
      aria-level={1}
      aria-rowindex={row + 1}
    >
      <div role="gridcell" class="section-title">
        {title} <span class="section-count">{count}</span>
      </div>
      <div role="gridcell" class="section-actions">
        {mayDecide && <Actions whyNot={whyNot} />}
      </div>
    </div>
  );
}
