// The columns of an UpSet picture. Pure.

export const shownRegionsMax = 20;

export type Columns = {
  count: number;
  width: number; // of a column
  barWidth: number;
  heightOf: (count: number, height: number) => number;
};

const roomForColumns = 900;
const widest = 84;
const narrowest = 38;
const leastHeight = 2; // so that one code among thousands is seen

export function columnsOf(counts: number[]): Columns {
  const most = Math.max(1, ...counts);
  const width = Math.max(narrowest, Math.min(widest, Math.floor(roomForColumns / counts.length)));
  return {
    count: counts.length,
    width,
    barWidth: Math.min(28, Math.round(width * 0.55)),
    heightOf: (count, height) => Math.max(leastHeight, (count / most) * height),
  };
}
