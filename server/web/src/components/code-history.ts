// Where the term of a code leads: to who decided on it, when and why.
import { codeHistory as words } from '../words/version.ts';

export type CodeHistory = { href: string; title: string };

// The title repeats the term, which may be cut in its row.
export function codeHistory(path: string, code: string, term: string): CodeHistory {
  return { href: `${path}?code=${encodeURIComponent(code)}`, title: words(term || code) };
}
