import type { IBlockchainAdapter } from '@countersign/core';
import type { Cluster } from '../config.ts';
import { networkProblem } from './check-network.ts';

/** What is known about the parts that the service waits for at its start. */
export interface Connection {
  readonly databaseProblem: () => string | null;
  readonly network: () => string | null;
  readonly networkProblem: () => string | null;
  /** Resolves when the database can be used. Tries until then; `false` when it was told to stop. */
  prepareDatabase(): Promise<boolean>;
  /** Runs `work` until it does not throw, or until told to stop. What it throws is reported once for each wording. */
  keepTrying(what: string, work: () => Promise<unknown>): Promise<boolean>;
  /** Resolves when the chain's network is the right one; with what is wrong when it is another. Tries until the chain answers. */
  verifyNetwork(): Promise<string | null>;
  /** Gives up waiting. */
  stop(): void;
}

export interface ConnectionParts {
  /** Brings the schema up to date; throws while it cannot. */
  readonly migrate: () => Promise<unknown>;
  readonly chain: Pick<IBlockchainAdapter, 'getNetwork'>;
  readonly cluster: Cluster;
  readonly retryMs: number;
  readonly report: (problem: string, error: unknown) => void;
}

export function createConnection({ migrate, chain, cluster, retryMs, report }: ConnectionParts): Connection {
  let databaseProblem: string | null = 'the database has not been reached yet';
  let network: string | null = null;
  let problem: string | null = "the chain's network is not known yet";
  let stopped = false;
  const stops: (() => void)[] = [];
  const pause = (): Promise<void> =>
    new Promise((resolve) => {
      const timer = setTimeout(resolve, retryMs);
      stops.push(() => {
        clearTimeout(timer);
        resolve();
      });
    });
  async function keepTrying(what: string, work: () => Promise<unknown>): Promise<boolean> {
    let told = '';
    while (!stopped) {
      try {
        await work();
        return true;
      } catch (error) {
        const words = error instanceof Error ? error.message : 'unknown reason';
        if (words !== told) report(what, error);
        told = words;
        await pause();
      }
    }
    return false;
  }
  return {
    databaseProblem: () => databaseProblem,
    network: () => network,
    networkProblem: () => problem,
    keepTrying,
    prepareDatabase: () =>
      keepTrying('waiting for the database', async () => {
        try {
          await migrate();
          databaseProblem = null;
        } catch (error) {
          databaseProblem = 'the database cannot be brought up to date; the log says why';
          throw error;
        }
      }),
    async verifyNetwork() {
      let told = false;
      while (!stopped) {
        const asked = await chain.getNetwork();
        if (asked.ok) {
          problem = networkProblem(cluster, asked.value);
          if (problem === null) network = asked.value;
          return problem;
        }
        if (!told) report('waiting for the chain', asked.error);
        told = true;
        await pause();
      }
      return null;
    },
    stop() {
      stopped = true;
      for (const each of stops) each();
    },
  };
}
