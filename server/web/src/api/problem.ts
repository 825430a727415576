// An answer that is not a success (RFC 9457), or that never came.
export type FieldError = { field: string; detail: string };

export type Problem = {
  status: number; // 0: no answer
  title: string;
  detail: string;
  errors: FieldError[];
  changed: Record<string, string | null> | null; // 409: what others decided on the same codes
  position: number | null;
  requestId: string;
};

export const noAnswer: Problem = {
  status: 0,
  title: 'No answer',
  detail: 'The server cannot be reached.',
  errors: [],
  changed: null,
  position: null,
  requestId: '',
};

function textOf(value: unknown, otherwise: string): string {
  return typeof value === 'string' ? value : otherwise;
}

export function problemOf(status: number, body: unknown): Problem {
  const given = (typeof body === 'object' && body !== null ? body : {}) as Record<string, unknown>;
  const title = textOf(given.title, `Status ${status}`);
  return {
    status,
    title,
    detail: textOf(given.detail, title),
    errors: Array.isArray(given.errors) ? (given.errors as FieldError[]) : [],
    changed:
      typeof given.changed === 'object' ? (given.changed as Record<string, string | null>) : null,
    position: typeof given.position === 'number' ? given.position : null,
    requestId: textOf(given.request_id, ''),
  };
}

// The sentence to show: what is wrong with the fields, or with the whole.
export function sentenceOf(problem: Problem): string {
  const [first] = problem.errors;
  return first ? first.detail : problem.detail;
}

// Whether asking again later can help.
export function isPassing({ status }: Problem): boolean {
  return status === 0 || status === 429 || status >= 500;
}
