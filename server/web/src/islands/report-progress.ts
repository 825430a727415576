// How far a report on a release is; when it is made, the page is read again.
import { Client } from '../api/client.ts';
import { type Progress, ReportProgress } from '../stores/report-progress.ts';
import { reportProgress } from '../words/upgrade.ts';

type Props = { release: string };

export function mount(element: HTMLElement, { release }: Props): void {
  const client = new Client();
  const bar = element.querySelector('progress');
  const label = element.querySelector('label');
  const path = `/releases/${encodeURIComponent(release)}/upgrade-report?limit=1`;
  const report = new ReportProgress({
    ask: () => client.json<{ progress: Progress | null }>(path),
    show: ({ done, total }) => {
      if (!bar || !label || total === 0) return;
      bar.max = total;
      bar.value = done;
      label.textContent = reportProgress(done, total);
    },
    ended: () => location.reload(),
    isSeen: () => document.visibilityState === 'visible',
  });
  element.querySelector('.hint')?.remove(); // that says to reload
  document.addEventListener('visibilitychange', () => report.seen());
  void report.follow();
}
