// How far a report on a release is; when it is made, the page is read again.
import { Client } from '../api/client.ts';
import { number } from '../words.ts';

type Progress = { running: boolean; done: number; total: number };
type Props = { release: string };

const pauseMs = 700;

export function mount(element: HTMLElement, { release }: Props): void {
  const client = new Client();
  const bar = element.querySelector('progress');
  const label = element.querySelector('label');

  function show({ done, total }: Progress): void {
    if (!bar || !label || total === 0) return;
    bar.max = total;
    bar.value = done;
    label.textContent = `The report is being made: ${number(done)} of ${number(total)} versions compared.`;
  }

  async function ask(): Promise<void> {
    const path = `/releases/${encodeURIComponent(release)}/upgrade-report?limit=1`;
    const answer = await client.json<{ progress: Progress | null }>(path);
    if (answer.ok && !answer.data.progress) return; // not for this reader
    if (answer.ok && answer.data.progress) {
      if (!answer.data.progress.running) return location.reload();
      show(answer.data.progress);
    }
    setTimeout(() => void ask(), pauseMs);
  }

  void ask();
}
