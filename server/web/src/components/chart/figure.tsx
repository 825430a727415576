// A picture with a sentence that says what it shows, and the same as a table. The table is always
// there for those who do not see the picture.
import { useSignal } from '@preact/signals';
import type { ComponentChildren } from 'preact';
import { picture } from '../../words/version.ts';

type FigureProps = {
  name: string;
  finding: string;
  titles: string[];
  rows: (string | number)[][];
  children: ComponentChildren;
};

function Table({ name, titles, rows }: Pick<FigureProps, 'name' | 'titles' | 'rows'>) {
  return (
    <table>
      <caption class="visually-hidden">{name}</caption>
      <thead>
        <tr>
          {titles.map((title, at) => (
            <th key={title} scope="col" class={typeof rows[0]?.[at] === 'number' ? 'number' : ''}>
              {title}
            </th>
          ))}
        </tr>
      </thead>
      <tbody>
        {rows.map((cells, row) => (
          <tr key={row}>
            {cells.map((cell, at) =>
              typeof cell === 'number' ? (
                <td key={titles[at]} class="number">
                  {cell.toLocaleString('en-GB')}
                </td>
              ) : (
                <td key={titles[at]}>{cell}</td>
              ),
            )}
          </tr>
        ))}
      </tbody>
    </table>
  );
}

export function Figure({ name, finding, titles, rows, children }: FigureProps) {
  const isTable = useSignal(false);
  return (
    <figure class="picture">
      <figcaption>
        <h3 class="picture-name">{name}</h3>
        <p>{finding}</p>
        <button
          type="button"
          class="quiet as-table"
          onClick={() => {
            isTable.value = !isTable.value;
          }}
        >
          {isTable.value ? picture.asPicture : picture.asTable}
        </button>
      </figcaption>
      {children}
      <div class={isTable.value ? 'picture-table' : 'visually-hidden'}>
        <Table name={name} titles={titles} rows={rows} />
      </div>
    </figure>
  );
}
