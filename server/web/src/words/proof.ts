// The sentences of the proof of a commit.
import { counted, day } from '../words.ts';

const commits = (count: number) => counted(count, 'commit', 'commits');
const hashes = (count: number) => counted(count, 'hash', 'hashes');

export const checking = 'Your browser checks this commit …';
export const good = 'Checked here, by your browser';
export const bad = 'This record does not match the signed log.';
export const badAdvice =
  'Do not rely on it. Save the evidence, and tell the operators of this site.';
export const evidence = 'Save the evidence';
export const notChecked = 'This commit could not be checked.';
export const noAnswer = 'The site does not answer with its key or its checkpoint. Try again later.';
export const again = 'Check again';

export const saysTheSame = 'The bytes of the commit say what this page says.';
export const saysOther = (actor: string, time: string) =>
  `The bytes of the commit say something else than this page: ${actor || 'the operators'}, ` +
  `${time}.`;
export const unreadable = 'The bytes are not those of a commit.';
export const isInLog = (path: number, size: number) =>
  `A path of ${hashes(path)} leads from them to the root of the log of ${commits(size)}.`;
export const isNotInLog = 'They do not lead to the root of the log.';
export const isSigned = (name: string, id: string) => `The root is signed by ${name}, key ${id}.`;
export const isNotSigned = (id: string) => `The root is not signed by the key ${id}.`;
export const otherKey = (id: string, when: string) =>
  `The site shows another key than the one that this browser remembers since ${day(when)}, ` +
  `${id}.`;
export const firstVisit =
  'This browser has not seen the log before. It remembers it from now on, and notices if its ' +
  'past changes.';
export const hasGrown = (size: number, when: string) =>
  `The log continues the one of ${commits(size)} that this browser saw on ${day(when)}.`;
export const hasNotGrown = (size: number, when: string) =>
  `The log does not continue the one of ${commits(size)} that this browser saw on ${day(when)}.`;
export const isSameFile = (digest: string) =>
  `download.csv is the file that was recorded then: SHA-256 ${digest.slice(0, 16)}…`;
export const isOtherFile = 'download.csv is not the file that was recorded then.';
export const noFile = 'download.csv could not be fetched to compare it.';
