// What others do to the codelist. A browser opens six connections to a server, so one stream must
// do for all its tabs: the tab that has the lock holds it, and passes on what comes to the other
// tabs of the codelist. Only a visible tab keeps the lock; what it missed, it reads when it is seen
// again.
// A tab without a stream (of another codelist, or over plain HTTP, where browsers have no locks)
// asks every 15 seconds while it is visible.
import type { Person } from '../api/draft-api.ts';

const lockName = 'codelog-live';
const askEveryMs = 15_000;

export type CommitNews = {
  position: number;
  events: readonly { type: string; actor: string | null; version?: string }[];
};

export type LiveOptions = {
  codelist: number;
  after: () => number; // the position that is known
  committed: (commit: CommitNews) => void;
  present: (people: readonly Person[]) => void;
  ask: () => void;
};

type Message = { codelist: number; commit?: CommitNews; people?: readonly Person[] };

export function followChanges(options: LiveOptions): void {
  new Follower(options).start();
}

class Follower {
  private readonly options: LiveOptions;
  private readonly channel: BroadcastChannel | null;
  private stream: EventSource | null = null;
  private heardAt = 0; // from another tab of this codelist
  private leave = () => {}; // gives up the lock, or the wait for it

  constructor(options: LiveOptions) {
    this.options = options;
    this.channel = 'BroadcastChannel' in window ? new BroadcastChannel(lockName) : null;
  }

  start(): void {
    this.channel?.addEventListener('message', ({ data }: MessageEvent<Message>) => {
      this.heardAt = Date.now();
      this.hear(data);
    });
    document.addEventListener('visibilitychange', () => this.followVisibility());
    setInterval(() => {
      if (document.visibilityState === 'visible' && !this.isTold()) this.options.ask();
    }, askEveryMs);
    this.waitForLock();
  }

  private isTold(): boolean {
    const isStreaming = this.stream !== null && this.stream.readyState !== EventSource.CLOSED;
    return isStreaming || Date.now() - this.heardAt < askEveryMs;
  }

  private hear({ codelist, commit, people }: Message): void {
    if (codelist !== this.options.codelist) return;
    if (commit) this.options.committed(commit);
    if (people) this.options.present(people);
  }

  private followVisibility(): void {
    this.leave();
    if (document.visibilityState !== 'visible') return;
    this.options.ask();
    this.waitForLock();
  }

  private waitForLock(): void {
    if (!navigator.locks || document.visibilityState !== 'visible') return;
    const waiting = new AbortController();
    this.leave = () => waiting.abort();
    const held = () =>
      new Promise<void>((release) => {
        const stream = this.openStream();
        this.leave = () => {
          stream.close();
          this.stream = null;
          release();
        };
      });
    // Refused when the tab is hidden while it waits.
    navigator.locks.request(lockName, { signal: waiting.signal }, held).catch(() => {});
  }

  private openStream(): EventSource {
    const { codelist, after } = this.options;
    const stream = new EventSource(`/api/v2/events?codelist=${codelist}&after=${after()}`);
    const tell = (message: Message) => {
      this.channel?.postMessage(message);
      this.hear(message);
    };
    stream.addEventListener('commit', ({ data }) => tell({ codelist, commit: JSON.parse(data) }));
    stream.addEventListener('presence', ({ data }) => tell({ codelist, ...JSON.parse(data) }));
    this.stream = stream;
    return stream;
  }
}
