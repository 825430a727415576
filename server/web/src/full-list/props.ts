// What the server's page gives the island full-list, in data-props. The element holds the first
// rows, with links and a form that do the same without scripts.
export type FullListProps = {
  hash: string;
  isTable: boolean; // rows of an uploaded table, which have no status
  usualSort: string; // term, code; usual: a table's own order
  columns: string[]; // of a table, besides code and term
  counts: number[]; // by status
  types: [title: string, count: number][];
  history: string; // the address of the codelist's history
  firstRow: number; // of those that the server has put there
};
