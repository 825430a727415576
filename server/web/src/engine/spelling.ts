// Words that differ from a misspelt one by a letter: another, a missing one, one too many, or two
// in the wrong order.

const shortest = 4;
const longest = 16; // of a word whose expression a server still takes

const wordsIn = (text: string) => text.toLowerCase().match(/[\p{L}\p{N}]+/gu) ?? [];

// The words of a text that may be misspelt.
export function longWords(text: string): string[] {
  const words = wordsIn(text).filter(({ length }) => length >= shortest && length <= longest);
  return [...new Set(words)];
}

// The alternatives, as a regular expression's.
function oneLetterOff(word: string): string {
  const parts: string[] = [];
  for (let at = 0; at <= word.length; at++) {
    const [before, after] = [word.slice(0, at), word.slice(at)];
    parts.push(`${before}.${after}`);
    if (after.length > 0) parts.push(`${before}.?${after.slice(1)}`);
    if (after.length > 1) parts.push(`${before}${after[1]}${after[0]}${after.slice(2)}`);
  }
  return parts.join('|');
}

// Finds descriptions with such a word.
export const likeWord = (word: string) => `\\b(?:${oneLetterOff(word)})\\b`;

// The one of these texts that most have; undefined if none has one.
export function nearestWord(word: string, texts: readonly string[]): string | undefined {
  const isNear = new RegExp(`^(?:${oneLetterOff(word)})$`, 'u');
  const counts = new Map<string, number>();
  for (const text of texts) {
    for (const other of new Set(wordsIn(text))) {
      if (other !== word && isNear.test(other)) counts.set(other, (counts.get(other) ?? 0) + 1);
    }
  }
  const [most] = [...counts].sort(([, one], [, other]) => other - one);
  return most?.[0];
}
