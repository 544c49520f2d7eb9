/** Where the starter writes: lines for people, on standard output; what went wrong on standard error. */
export function say(line: string): void {
  process.stdout.write(`${line}\n`);
}

export function complain(line: string): void {
  process.stderr.write(`${line}\n`);
}

/** Does the work; when it lasts over a second says so, and again every 10 s. */
export async function withProgress<T>(what: string, work: Promise<T>): Promise<T> {
  const startedAtMs = performance.now();
  let ticker: NodeJS.Timeout | undefined;
  const first = setTimeout(() => {
    say(`${what} …`);
    ticker = setInterval(() => say(`${what}: ${Math.round((performance.now() - startedAtMs) / 1000)} s …`), 10_000);
  }, 1_000);
  try {
    return await work;
  } finally {
    clearTimeout(first);
    clearInterval(ticker);
  }
}
