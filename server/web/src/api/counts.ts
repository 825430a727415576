// Numbers of codes by status.
export type Counts = Record<'?' | '!' | '+' | '(+)' | '-' | '(-)', number>;

// In the order of the statuses' octets.
export const inOrder = (counts: Counts): number[] => [
  counts['?'],
  counts['!'],
  counts['+'],
  counts['(+)'],
  counts['-'],
  counts['(-)'],
];

export const includedOf = (counts: Counts): number => counts['+'] + counts['(+)'];
export const excludedOf = (counts: Counts): number => counts['-'] + counts['(-)'];
