import {
  advanceAttempts,
  approve,
  type Credential,
  createWallet,
  type Dependencies,
  type DomainError,
  type IKeyManagementService,
  issueCredential,
  ok,
  prepareApproval,
  type Result,
  type Wallet,
  type WalletId,
} from '@countersign/core';
import {
  type Commit,
  createFakeChain,
  createFakeDatabase,
  createFakeKeys,
  createSeededRandom,
  type FakeChain,
  type FakeDatabase,
  type SeededRandom,
  type TestKey,
} from '@countersign/testkit';
import { CALM, type Weather } from './faults.ts';
import { createCheapKeys, OWNERS } from './keys.ts';
import { createModel, type Model } from './model.ts';
import { ASSET, type PolicyTerms, policyText } from './policies.ts';
import { type Outside, type Replica, startReplica } from './replica.ts';
import { createScheduler, type Scheduler } from './scheduler.ts';

export interface SimulatedWallet {
  readonly id: WalletId;
  readonly owner: TestKey;
  readonly agent: Credential;
}

/** One simulated world: a chain, a signer, a database, replicas, and the model that watches them all. */
export interface World {
  readonly scheduler: Scheduler;
  readonly random: SeededRandom;
  readonly chain: FakeChain;
  readonly database: FakeDatabase;
  readonly model: Model;
  readonly wallets: readonly SimulatedWallet[];
  readonly replicas: readonly Replica[];
  weather(): Weather;
  setWeather(weather: Weather): void;
  /** The database's clock jumps. */
  stepDatabaseClock(byMs: number): void;
  readonly onDeath: (listener: (replica: Replica) => void) => void;
  readonly onCommit: (listener: (commit: Commit) => void) => void;
  /** A new process in the place of a dead one. */
  restart(replica: Replica): Replica;
  readonly network: string;
  /** What the signer itself says of its keys. */
  readonly signer: IKeyManagementService;
  /** Lets the chain's height follow the time. */
  followTime(): void;
}

export const BLOCK_MS = 400;
const FUNDED = 100_000n;
/** As on Solana: a block is final 32 blocks later. */
const FINALITY = { confirmed: 2n, finalized: 32n };
const DATABASE = { lockTimeoutMs: 5_000, idleInTransactionMs: 30_000 };

export async function createWorld(
  seed: number,
  terms: readonly PolicyTerms[],
  replicaCount: number,
  trace: Parameters<typeof createScheduler>[0],
): Promise<World> {
  const scheduler = createScheduler(trace);
  const random = createSeededRandom(seed);
  const cheap = createCheapKeys();
  let weather: Weather = CALM;
  let databaseOffsetMs = 0;
  let disorderMs = 0;
  const commitListeners: ((commit: Commit) => void)[] = [];
  const deathListeners: ((replica: Replica) => void)[] = [];
  // The setting up is the same in every world of these terms.
  const fixed = createSeededRandom('the beginning');
  const sources = { clock: { nowMs: scheduler.nowMs }, random: fixed, ...cheap };
  const trueChain = createFakeChain(sources);
  const trueKeys = createFakeKeys(sources);
  const database = createFakeDatabase({
    ...DATABASE,
    nowMs: () => scheduler.nowMs() + databaseOffsetMs,
    observe(commit) {
      model.committed(commit);
      for (const listener of commitListeners) listener(commit);
    },
  });
  const wallets: SimulatedWallet[] = [];
  const model = createModel(() => ({
    tables: database.tables,
    chain: trueChain,
    fundedWith: (id) => (wallets.some((wallet) => wallet.id === id) ? FUNDED : 0n),
    clockDisorderMs: () => disorderMs,
  }));
  const chain = model.watchChain(trueChain);
  const keys = model.watchKeys(trueKeys);
  const network = await chain.getNetwork();
  if (!network.ok) throw new Error('no network');

  const setUp: Dependencies = {
    ...startReplica(
      { scheduler, random: fixed, database, chain, keys, network: network.value, weather: () => CALM, died: () => undefined },
      'setting up',
    ).deps,
    database: database.connect({ next: async () => 'go' }),
    chain,
    keys,
    random: fixed,
    chainWatch: {
      health: () => chain.health(),
      chainTimeMs: async () => ok(scheduler.nowMs()),
    },
  };
  for (const [index, each] of terms.entries())
    wallets.push(await makeWallet(setUp, each, OWNERS[each.ownerWindow === null ? index : 0] ?? OWNERS[0]));
  for (const { id } of wallets) chain.fund(walletOf(database, id).vault, FUNDED, ASSET);
  chain.setLanding('held');
  chain.setFinality(FINALITY);
  chain.mine(100n);

  const outside: Outside = {
    ...{ scheduler, random, database, chain, keys },
    network: network.value,
    weather: () => weather,
    died: (replica) => {
      for (const listener of deathListeners) listener(replica);
    },
  };
  const replicas = Array.from({ length: replicaCount }, (_, index) => startReplica(outside, `r${index}`));
  const beginningMs = scheduler.nowMs();
  const beginningHeight = chain.heights().tip;
  return {
    ...{ scheduler, random, chain, database, model, wallets, replicas, signer: trueKeys, network: network.value },
    weather: () => weather,
    setWeather: (value) => {
      weather = value;
    },
    stepDatabaseClock: (byMs) => {
      databaseOffsetMs += byMs;
      disorderMs += Math.abs(byMs);
    },
    onDeath: (listener) => deathListeners.push(listener),
    onCommit: (listener) => commitListeners.push(listener),
    restart(replica) {
      const index = replicas.indexOf(replica);
      const fresh = startReplica(outside, `${replica.name}'`);
      replicas[index] = fresh;
      return fresh;
    },
    followTime() {
      const due = beginningHeight + BigInt(Math.floor((scheduler.nowMs() - beginningMs) / BLOCK_MS));
      const { tip } = chain.heights();
      if (due > tip) chain.mine(due - tip);
    },
  };
}

function walletOf(database: FakeDatabase, id: WalletId): Wallet {
  const row = database.tables.wallets.get(id);
  if (row === undefined) throw new Error(`there is no ${id}`);
  return row.wallet;
}

async function makeWallet(deps: Dependencies, terms: PolicyTerms, owner: TestKey | undefined): Promise<SimulatedWallet> {
  if (owner === undefined) throw new Error('no owner');
  const { wallet, approval } = must(
    await createWallet(deps, {
      name: 'simulated',
      owner: owner.address,
      recovery: null,
      policyText: policyText(terms),
      actor: 'setting up',
    }),
  );
  must(await consent(deps, approval.id, owner));
  const attempts = must(await deps.database.read(async (reader) => ok(await reader.attempts.ofApproval(approval.id))));
  await advanceAttempts(
    deps,
    attempts.map(({ id }) => id),
  );
  const { credential } = must(await issueCredential(deps, { role: 'agent', walletId: wallet.id, label: 'agent', actor: 'setting up' }));
  return { id: wallet.id, owner, agent: credential };
}

/** The owner prepares, looks, signs and approves. */
export async function consent(
  deps: Dependencies,
  approvalId: Parameters<typeof prepareApproval>[1]['approvalId'],
  owner: TestKey,
): Promise<Result<unknown, DomainError>> {
  const prepared = await prepareApproval(deps, { approvalId, actor: `owner:${owner.address}` });
  if (!prepared.ok) return prepared;
  const { statement, attempts, kits } = prepared.value;
  return approve(deps, {
    approvalId,
    statementSignature: statement === null ? null : owner.sign(new TextEncoder().encode(statement)),
    newOwnerSignature: null,
    messageSignatures: [...attempts, ...kits].map(({ message }) => owner.sign(message)),
  });
}

function must<T>(result: Result<T, DomainError>): T {
  if (!result.ok) throw new Error(JSON.stringify(result.error));
  return result.value;
}
