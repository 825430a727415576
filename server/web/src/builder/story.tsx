// What the server knows about a code of the draft: its other names, and the decisions on it.
import type { CodeStory } from '../api/draft-api.ts';
import * as words from '../words.ts';
import { useBuilder } from './context.ts';

type StoryProps = { code: string; story: CodeStory; synonyms: string[] };

export function StoryOfCode({ code, story: { decisions, searches }, synonyms }: StoryProps) {
  const { urls } = useBuilder().props;
  return (
    <>
      {synonyms.length > 0 && (
        <>
          <h3>Also called</h3>
          <p class="detail-note">{synonyms.join(' · ')}</p>
        </>
      )}
      {searches.length > 0 && (
        <>
          <h3>Found by</h3>
          <p class="detail-note">
            {searches.map(({ term, code }) => term ?? code ?? '').join(' · ')}
          </p>
        </>
      )}
      {decisions.length > 0 && (
        <>
          <h3>Decisions on this code</h3>
          <ol class="ledger">
            {decisions.map(({ position, status, actor, time, reason }) => (
              <li key={position}>
                <span class="ledger-position">{words.position(position)}</span>
                <span>
                  <strong>{words.done[status]}</strong>
                  {actor && ` by ${actor}`}, <time dateTime={time}>{words.day(time)}</time>
                  {reason && <span class="detail-note"> “{reason}”</span>}
                </span>
              </li>
            ))}
          </ol>
        </>
      )}
      <p>
        <a href={`${urls.codelist}history/?code=${encodeURIComponent(code)}`}>
          {words.historyOfCode}
        </a>
      </p>
    </>
  );
}
