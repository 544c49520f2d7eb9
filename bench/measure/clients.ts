export interface Loop {
  /** Of each piece of work that succeeded. */
  readonly elapsedMs: readonly number[];
  readonly failures: readonly string[];
  readonly tookMs: number;
}

/** So many clients do the work again and again for a while, each one after the other; a piece that throws is a failure. */
export async function runClients(clients: number, forMs: number, work: (index: number) => Promise<void>): Promise<Loop> {
  const startedAtMs = performance.now();
  const elapsedMs: number[] = [];
  const failures: string[] = [];
  let next = 0;
  const client = async (): Promise<void> => {
    while (performance.now() - startedAtMs < forMs) {
      const beganAtMs = performance.now();
      try {
        await work(next++);
        elapsedMs.push(performance.now() - beganAtMs);
      } catch (error) {
        failures.push((error as Error).message);
      }
    }
  };
  await Promise.all(Array.from({ length: clients }, client));
  return { elapsedMs, failures, tookMs: performance.now() - startedAtMs };
}
