// The passing of time, so that tests need not wait.
export type Clock = {
  now(): number;
  after(ms: number, run: () => void): () => void; // the result cancels
};

export const systemClock: Clock = {
  now: () => Date.now(),
  after: (ms, run) => {
    const timer = setTimeout(run, ms);
    return () => clearTimeout(timer);
  },
};
