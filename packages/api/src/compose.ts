import { randomBytes } from 'node:crypto';
import {
  advanceAttempts,
  createChainWatch,
  type Dependencies,
  decideAgain,
  expireApprovals,
  forgetIdempotencyKeys,
  forgetSignIns,
  type IClock,
  type IRandom,
  lookAfterKeys,
  lookAfterKits,
  reconcile,
  reconcileSigner,
  releaseOverdue,
  releasePayment,
  rulePolicyEngine,
  runLockdown,
  type WalletId,
  watchWallets,
} from '@countersign/core';
import { createPostgresDatabase, verifyAuditChain } from '@countersign/postgres';
import { createSignerClient, disableCoreDumps, KDF_FLOOR, openSealedOwnerKey } from '@countersign/selfhost';
import { createSolanaBlockchainAdapter } from '@countersign/solana';
import type { FastifyBaseLogger } from 'fastify';
import { createLogAlerts } from './alerts/log-alerts.ts';
import type { Config } from './config.ts';
import { createReadiness } from './health/readiness.ts';
import { createServer } from './http/create-server.ts';
import { originOf } from './http/origin.ts';
import { measureWallets } from './metrics/measure-wallets.ts';
import { createMetrics } from './metrics/metrics.ts';
import { observeDatabase } from './metrics/observe-database.ts';
import { createOwnerKeyHere } from './owner-key-here/create-owner-key-here.ts';
import { createConnection } from './startup/connect.ts';
import { withNetwork } from './startup/dependencies.ts';
import { makeFirstOperator } from './startup/first-operator.ts';
import { guardChain } from './startup/guard-chain.ts';
import { type Repeating, repeat } from './startup/repeat.ts';
import { VERSION } from './version.ts';

const FAILED_LOGINS_PER_MINUTE = 120;
const SIGNATURES_PER_MINUTE = 120;
const RETRY_MS = 1_000;
const RECONCILE_MS = 15_000;
const SIGNER_LOOK_MS = 3_000;
const WATCH_MS = 10_000;
const LOOK_AFTER_MS = 60_000;
const MEASURE_MS = 30_000;

export interface Service {
  /** Where it listens. */
  readonly url: string;
  /** Resolves when the database is usable and jobs run; rejects with `ConfigurationProblem` when the chain is not the configured one. */
  readonly started: Promise<void>;
  /** Takes no more requests and jobs, lets those that run end, and closes every connection. */
  stop(): Promise<void>;
}

/** The configuration and the world do not fit; no waiting helps. */
export class ConfigurationProblem extends Error {}

/**
 * The composition root: the one place that names adapters. The service listens when this resolves and connects meanwhile: /health/ready says
 * what it waits for. Rejects when it cannot listen.
 */
export async function compose(config: Config, log: FastifyBaseLogger): Promise<Service> {
  const report = (problem: string, error: unknown): void => log.warn({ problem: wordsOf(error) }, problem);
  // Passphrases and credentials pass through this process.
  if (!disableCoreDumps()) log.warn('core dumps stay on: install prlimit, or set the limit for core files to zero (ulimit -c 0)');
  const clock: IClock = { nowMs: () => Date.now() };
  const random: IRandom = { bytes: (count) => randomBytes(count) };
  const metrics = createMetrics();
  const postgres = await createPostgresDatabase({ connectionString: config.databaseUrl, poolSize: config.poolSize, report });
  const database = observeDatabase(postgres, metrics);
  const solana = createSolanaBlockchainAdapter({
    rpcUrls: config.solanaRpcUrls,
    timeoutMs: config.rpcTimeoutMs,
    clock,
    computeUnitPriceMicroLamports: config.computeUnitPriceMicroLamports,
  });
  const keys = createSignerClient({ socketPath: config.signerSocket, timeoutMs: config.signerTimeoutMs });
  const connection = createConnection({
    migrate: () => postgres.migrate(),
    chain: solana,
    cluster: config.cluster,
    retryMs: RETRY_MS,
    report,
  });
  const chain = guardChain(solana, () => connection.network() !== null);
  const chainWatch = createChainWatch(chain, clock);
  const deps: Dependencies = withNetwork(
    {
      database,
      chain,
      chainWatch,
      keys,
      policyEngine: rulePolicyEngine,
      alerts: createLogAlerts(log, metrics),
      clock,
      random,
      limits: config,
    },
    connection.network,
  );
  const readiness = createReadiness({
    database,
    chainHealth: () => chainWatch.health(),
    signerHealth: () => keys.healthCheck(),
    clock,
    metrics,
    version: VERSION,
    databaseProblem: connection.databaseProblem,
    networkProblem: connection.networkProblem,
    network: connection.network,
  });
  const { openOwnerKeyHere } = config;
  const ownerKeyHere =
    openOwnerKeyHere === null
      ? null
      : createOwnerKeyHere((passphrase) => openSealedOwnerKey({ path: openOwnerKeyHere, passphrase, kdfFloor: KDF_FLOOR }));
  if (ownerKeyHere !== null) log.warn('this service opens an owner key when given its passphrase (OPEN_OWNER_KEY_HERE)');
  let listensAt = '';
  const { app } = await createServer(
    {
      host: config.host,
      publicHost: config.publicHost,
      rateLimitPerMinute: config.rateLimitPerMinute,
      failedLoginsPerMinute: FAILED_LOGINS_PER_MINUTE,
      signaturesPerMinute: SIGNATURES_PER_MINUTE,
      version: VERSION,
    },
    {
      current: () => (connection.databaseProblem() === null ? deps : null),
      readiness,
      verifyAuditChain,
      origin: () => originOf(config.publicHost, listensAt),
      ownerKeyHere,
    },
    metrics,
    log,
  );
  const repeating: Repeating[] = [];
  const closeAdapters = async (): Promise<void> => {
    await postgres.close();
    solana.close();
    keys.close();
  };
  let url: string;
  try {
    url = await app.listen({ host: config.host, port: config.port });
    listensAt = url;
  } catch (error) {
    await closeAdapters();
    throw error;
  }

  const startJobs = (): Promise<void> =>
    postgres.jobRunner.start({
      advanceAttempts: async (ids) => {
        const startedMs = performance.now();
        await advanceAttempts(deps, ids);
        metrics.observeJob(ids.length, performance.now() - startedMs);
      },
      expireApprovals: async () => {
        await expireApprovals(deps);
        await releaseOverdue(deps);
        await forgetIdempotencyKeys(deps);
        await forgetSignIns(deps);
      },
      releasePayment: (id) => releasePayment(deps, id),
      decideAgain: (id) => decideAgain(deps, id),
      lockDown: (id) => runLockdown(deps, id),
    });
  const stopJobs = async (error: unknown): Promise<never> => {
    await postgres.jobRunner.stop().catch(() => undefined);
    throw error;
  };

  async function start(): Promise<void> {
    const network = connection.verifyNetwork().then((problem) => {
      if (problem !== null) throw new ConfigurationProblem(problem);
    });
    network.catch(() => {});
    const prepared = connection.prepareDatabase();
    if (!(await Promise.race([prepared, network.then(() => prepared)]))) return;
    const { operatorCredentialFile } = config;
    if (operatorCredentialFile !== null)
      await connection.keepTrying('making the first operator credential', async () => {
        if ((await makeFirstOperator(deps, operatorCredentialFile)) === 'made')
          log.info({ file: operatorCredentialFile }, 'the first operator credential was written');
      });
    const runs = await connection.keepTrying('starting the jobs', () => startJobs().catch(stopJobs));
    if (!runs) return;
    const schedule = (work: () => Promise<void>, everyMs: number, problem: string): void => {
      repeating.push(repeat(work, everyMs, (error) => report(problem, error)));
    };
    schedule(() => reconcile(deps), RECONCILE_MS, 'reconciling failed and will run again');
    schedule(watchChain(deps), WATCH_MS, 'watching the wallets on chain failed and will run again');
    schedule(watchSigner(deps, log), SIGNER_LOOK_MS, 'looking after the signer failed');
    schedule(() => lookAfterKeys(deps), LOOK_AFTER_MS, 'looking after the keys failed and will run again');
    schedule(() => lookAfterKits(deps), LOOK_AFTER_MS, 'looking after what was signed ahead of need failed and will run again');
    schedule(() => measureWallets(deps, metrics), MEASURE_MS, 'measuring the wallets failed and will run again');
    await network;
  }

  const started = start();
  return {
    url,
    started,
    async stop() {
      connection.stop();
      await Promise.all([app.close(), ...repeating.map((each) => each.stop()), postgres.jobRunner.stop()]);
      await closeAdapters();
    },
  };
}

/** One round of wallets each time, and then the next. */
function watchChain(deps: Dependencies): () => Promise<void> {
  let after: WalletId | null = null;
  return async () => {
    after = await watchWallets(deps, after);
  };
}

/** Stops what must not run and gives back what may be forgotten, once at the start and whenever the signer comes back. */
function watchSigner(deps: Dependencies, log: FastifyBaseLogger): () => Promise<void> {
  let wasReady: boolean | null = null;
  return async () => {
    const { ready } = await deps.keys.healthCheck();
    if (ready && wasReady !== true) {
      await reconcileSigner(deps);
      if (wasReady === false) log.info('the signer is back');
    }
    if (!ready && wasReady !== false) log.warn('the signer does not answer');
    wasReady = ready;
  };
}

function wordsOf(error: unknown): string {
  if (error instanceof Error) return error.message;
  return typeof error === 'object' && error !== null && 'code' in error ? String(error.code) : 'unknown reason';
}
