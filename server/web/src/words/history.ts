// What the history page's islands say.
import type { Deed, Moment } from '../api/history-api.ts';
import { codes, counted, day, number } from '../words.ts';

const language = 'en-GB';
const minutes = new Intl.DateTimeFormat(language, { dateStyle: 'medium', timeStyle: 'short' });
const months = new Intl.DateTimeFormat(language, {
  month: 'long',
  year: 'numeric',
  timeZone: 'UTC',
});

export const minute = (time: string) => minutes.format(new Date(time));
export const month = (date: string) => months.format(new Date(date));
export const commits = (count: number) => counted(count, 'change', 'changes');

const deeds: Record<string, (deed: Deed) => string> = {
  CodelistCreated: () => 'created the codelist',
  CodelistHandleChanged: ({ text }) => `named it “${text}”`,
  CodelistRestored: () => 'restored an earlier moment',
  VersionCreated: ({ codes_count: count }) =>
    count > 0 ? `began a version with ${codes(count)}` : 'began a version',
  VersionSavedForReview: () => 'saved it for review',
  VersionPublished: () => 'published it',
  VersionDeleted: () => 'deleted a version',
  SearchAdded: ({ text, codes_count: found }) => `searched for “${text}”: ${codes(found)}`,
  SearchRemoved: ({ text }) => `removed the search “${text}”`,
  StatusesChanged: ({ codes_count: count }) => `decided ${codes(count)}`,
  StatusesReapplied: () => 'computed the inherited statuses again',
  AssumptionsConfirmed: ({ codes_count: count }) =>
    `confirmed ${counted(count, 'assumption', 'assumptions')}`,
  DraftStepUndone: () => 'undid a step',
  DraftStepRedone: () => 'redid a step',
  ReasonGiven: () => 'gave a reason',
};

const otherDeed = 'changed the codelist’s details';

export function happened({ actor, deeds: done }: Moment): string {
  const parts = new Set(done.map((deed) => deeds[deed.type]?.(deed) ?? otherDeed));
  const list = new Intl.ListFormat(language).format(parts);
  return `${actor ?? 'The site’s operators'} ${list || otherDeed}`;
}

export const slider = 'Moment in the life of the list';
export const earlier = 'Earlier';
export const later = 'Later';
export const noVersion = 'The list had no version then.';
export const noCodes = 'The version had no codes yet.';
export const proof = 'Proof';
export const restore = 'Restore the list as it was then…';
export const included = (count: number) => `${number(count)} included`;
export const excluded = (count: number) => `${number(count)} excluded`;
export const undecided = (count: number) => `${number(count)} undecided`;
export const since = (name: string) => `vs now (${name}):`;
export const added = (count: number) => `+${number(count)}`;
export const removed = (count: number) => `−${number(count)}`;

export const activityName = 'Activity';
export const monthTitle = 'Month';
export const changesTitle = 'Changes';

// "212 changes in the last 12 months, most on 4 Nov 2024 (48)"
export function activity(days: [date: string, commits: number][]): string {
  const total = days.reduce((sum, [, count]) => sum + count, 0);
  const busiest = days.reduce((most, next) => (next[1] > most[1] ? next : most));
  const when = `${day(busiest[0])} (${number(busiest[1])})`;
  return `${commits(total)} in the last 12 months, most on ${when}`;
}
