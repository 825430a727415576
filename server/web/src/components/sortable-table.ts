// Tables with data-sortable: a press on a column's title sorts by it, another one the other way.
const collator = new Intl.Collator('en-GB', { numeric: true, sensitivity: 'base' });

type Order = 'ascending' | 'descending';

// What a cell sorts by: a moment if it shows one, else its text.
function keyOf(row: HTMLTableRowElement, column: number): string {
  const cell = row.cells[column];
  const time = cell?.querySelector('time')?.dateTime;
  return time ?? cell?.textContent?.trim() ?? '';
}

function sort(body: HTMLTableSectionElement, column: number, order: Order): void {
  const direction = order === 'ascending' ? 1 : -1;
  const rows = [...body.rows].map((row) => ({ row, key: keyOf(row, column) }));
  rows.sort((one, other) => direction * collator.compare(one.key, other.key));
  body.append(...rows.map(({ row }) => row));
}

export function makeSortable(table: HTMLTableElement): void {
  const titles = [...(table.tHead?.rows[0]?.cells ?? [])];
  titles.forEach((title, column) => {
    const button = document.createElement('button');
    button.type = 'button';
    button.className = 'sort-button';
    button.append(...title.childNodes);
    title.append(button);
    button.addEventListener('click', () => {
      const order = title.ariaSort === 'ascending' ? 'descending' : 'ascending';
      for (const other of titles) other.removeAttribute('aria-sort');
      title.setAttribute('aria-sort', order);
      for (const body of table.tBodies) sort(body, column, order);
    });
  });
}
