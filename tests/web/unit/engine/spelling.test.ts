import { expect, test } from 'vitest';
import { likeWord, longWords, nearestWord } from '../../../../server/web/src/engine/spelling.ts';

const texts = ['Asthma', 'Allergic asthma', 'Asthenia', 'Stigma', 'Chronic asthma (disorder)'];

test('a word with one letter wrong leads to the word that most texts have', () => {
  for (const typed of ['asthmma', 'astma', 'ashtma', 'asthna', 'asthm', 'xasthma']) {
    expect(nearestWord(typed, texts), typed).toBe('asthma');
  }
});

test('words with more wrong, and the word itself, are not offered', () => {
  for (const typed of ['astmha1', 'asma', 'asthma', 'wheeze']) {
    expect(nearestWord(typed, texts), typed).toBeUndefined();
  }
});

test('the expression finds the whole word only, and fits a search', () => {
  const like = new RegExp(likeWord('astma'), 'i');
  expect(like.test('Severe asthma, acute')).toBe(true);
  expect(like.test('asthmatic')).toBe(false);
  expect(likeWord('a'.repeat(16)).length).toBeLessThanOrEqual(1024);
});

test('short and very long words are left as they are', () => {
  expect(longWords('Acute of asthma ASTHMA pneumonoultramicroscopic')).toEqual(['acute', 'asthma']);
});
