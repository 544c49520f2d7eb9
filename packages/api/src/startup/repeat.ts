export interface Repeating {
  /** Lets the run that is going on end, and runs no more. */
  stop(): Promise<void>;
}

/** Runs `work` now and `everyMs` after each end of it, until stopped. What it throws is reported, and it runs again. */
export function repeat(work: () => Promise<void>, everyMs: number, report: (error: unknown) => void): Repeating {
  let stopped = false;
  let wake: (() => void) | null = null;
  const running = (async () => {
    while (!stopped) {
      await work().catch(report);
      if (stopped) return;
      await new Promise<void>((resolve) => {
        const timer = setTimeout(resolve, everyMs);
        wake = () => {
          clearTimeout(timer);
          resolve();
        };
      });
    }
  })();
  return {
    async stop() {
      stopped = true;
      wake?.();
      await running;
    },
  };
}
