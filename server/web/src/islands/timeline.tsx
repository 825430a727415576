// How busy the last twelve months were: a square a day, darker with more changes; or a table by
// month.
import { render } from 'preact';
import { Client } from '../api/client.ts';
import { type Activity, HistoryApi } from '../api/history-api.ts';
import { Figure } from '../components/chart/figure.tsx';
import * as words from '../words/history.ts';

const dayMs = 24 * 60 * 60 * 1000;
const weeks = 53;
const weeksWhenNarrow = 27;
const narrowPixels = 560;
const narrowestCell = 12; // with its gap
const widestCell = 18;
const gap = 2;
const levels = 4;
const labelHeight = 16;

type Day = { date: string; count: number; week: number; weekday: number };

function dateText(time: number): string {
  return new Date(time).toISOString().slice(0, 10);
}

// Whole weeks that begin on Mondays, the last one up to today.
function daysUntil({ today, days }: Activity, weeksCount: number): Day[] {
  const counts = new Map(days);
  const end = Date.parse(today);
  const weekdayOfToday = (new Date(end).getUTCDay() + 6) % 7;
  const start = end - ((weeksCount - 1) * 7 + weekdayOfToday) * dayMs;
  const shown: Day[] = [];
  for (let time = start; time <= end; time += dayMs) {
    const at = Math.round((time - start) / dayMs);
    const date = dateText(time);
    shown.push({ date, count: counts.get(date) ?? 0, week: Math.floor(at / 7), weekday: at % 7 });
  }
  return shown;
}

function levelOf(count: number, most: number): number {
  return count === 0 ? 0 : Math.ceil((count / most) * levels);
}

// The names of months that begin in a week, where they have room.
function monthLabels(days: Day[]): { text: string; week: number }[] {
  const labels: { text: string; week: number }[] = [];
  for (const { date, week, weekday } of days) {
    if (weekday !== 0 || Number(date.slice(8)) > 7) continue;
    labels.push({ text: words.month(date).slice(0, 3), week });
  }
  return labels;
}

type GridProps = { days: Day[]; label: string; room: number };

function Grid({ days, label, room }: GridProps) {
  const most = Math.max(1, ...days.map(({ count }) => count));
  const weeksCount = (days.at(-1)?.week ?? 0) + 1;
  const cell = Math.max(narrowestCell, Math.min(widestCell, Math.floor(room / weeksCount)));
  const side = cell - gap;
  const width = weeksCount * cell;
  const height = 7 * cell + labelHeight;
  return (
    <svg
      class="timeline-grid"
      role="img"
      aria-label={label}
      viewBox={`0 0 ${width} ${height}`}
      width={width}
      height={height}
    >
      {monthLabels(days).map(({ text, week }) => (
        <text key={week} x={week * cell} y={10}>
          {text}
        </text>
      ))}
      {days.map(({ date, count, week, weekday }) => (
        <rect
          key={date}
          class={`level-${levelOf(count, most)}`}
          x={week * cell}
          y={weekday * cell + labelHeight}
          width={side}
          height={side}
          rx={2}
        >
          {count > 0 && <title>{`${date}: ${words.commits(count)}`}</title>}
        </rect>
      ))}
    </svg>
  );
}

function byMonth(days: Activity['days']): [month: string, count: number][] {
  const counts = new Map<string, number>();
  for (const [date, count] of days) {
    const month = date.slice(0, 7);
    counts.set(month, (counts.get(month) ?? 0) + count);
  }
  return [...counts].reverse();
}

function Timeline({ activity, width }: { activity: Activity; width: number }) {
  const finding = words.activity(activity.days);
  const days = daysUntil(activity, width < narrowPixels ? weeksWhenNarrow : weeks);
  return (
    <Figure
      name={words.activityName}
      finding={finding}
      titles={[words.monthTitle, words.changesTitle]}
      rows={byMonth(activity.days).map(([month, count]) => [words.month(month), count])}
    >
      <Grid days={days} label={finding} room={width} />
    </Figure>
  );
}

export async function mount(element: HTMLElement, { codelist }: { codelist: string }) {
  const answer = await new HistoryApi(new Client(), codelist).activity();
  if (!answer.ok || answer.data.days.length === 0) return;
  render(<Timeline activity={answer.data} width={element.clientWidth} />, element);
}
