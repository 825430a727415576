// What others do to the codelist. A browser opens six connections to a server, so one tab holds the
// stream of events for all tabs of the codelist and passes on what comes. Tabs of other codelists,
// and browsers without locks (plain HTTP on a local network), ask every 15 seconds while visible.
const lockName = 'codelog-live';
const askEveryMs = 15_000;

export type LiveOptions = {
  codelist: number;
  after: () => number; // the position that is known
  changed: (position: number) => void;
  ask: () => void;
};

type Message = { codelist: number; position: number };

export function followChanges(options: LiveOptions): void {
  const channel = 'BroadcastChannel' in window ? new BroadcastChannel(lockName) : null;
  channel?.addEventListener('message', ({ data }: MessageEvent<Message>) => {
    if (data.codelist === options.codelist) options.changed(data.position);
  });
  let holdsStream = false;
  setInterval(() => {
    if (!holdsStream && document.visibilityState === 'visible') options.ask();
  }, askEveryMs);
  void navigator.locks?.request(lockName, () => {
    holdsStream = true;
    openStream(options, channel);
    return new Promise(() => {}); // held until the tab closes
  });
}

function openStream({ codelist, after, changed }: LiveOptions, channel: BroadcastChannel | null) {
  const stream = new EventSource(`/api/v2/events?codelist=${codelist}&after=${after()}`);
  stream.addEventListener('commit', ({ lastEventId }) => {
    const message: Message = { codelist, position: Number(lastEventId) };
    channel?.postMessage(message);
    changed(message.position);
  });
}
