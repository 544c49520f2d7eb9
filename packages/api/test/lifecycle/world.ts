import { randomBytes } from 'node:crypto';
import {
  type Address,
  type Alert,
  type Approval,
  type AssetId,
  advanceAttempts,
  approve,
  type Credential,
  createChainWatch,
  createWallet,
  type Dependencies,
  type DomainError,
  issueCredential,
  NATIVE_ASSET,
  ok,
  type ProposeTransactionInput,
  prepareApproval,
  proposeTransaction,
  type RequestId,
  type Result,
  reconcile,
  rulePolicyEngine,
  type TransactionRequest,
  type Wallet,
  type WalletId,
} from '@countersign/core';
import { startTestDatabase, type TestDatabase } from '@countersign/postgres';
import {
  createFakeChain,
  createFakeKeys,
  createTestKey,
  type FakeChain,
  type FakeKeys,
  liveSources,
  type TestKey,
} from '@countersign/testkit';
import { Client } from 'pg';

/** Services over a real PostgreSQL, a chain and a signer in memory: for stopping them at any call. */
export interface World {
  readonly deps: Dependencies;
  readonly chain: FakeChain;
  readonly keys: FakeKeys;
  readonly database: TestDatabase;
  readonly sql: Client;
  /** Everything that people were told, in order. */
  readonly alerts: readonly Alert[];
  close(): Promise<void>;
}

export interface TestWallet {
  readonly wallet: Wallet;
  readonly owner: TestKey;
  readonly merchant: Address;
  readonly agent: Credential;
}

export const AUTONOMOUS = 100n;
export const WINDOW_AUTONOMOUS = 500n;
export const CEILING = 1_000n;

export async function startWorld(): Promise<World> {
  const database = await startTestDatabase({ poolSize: 24 });
  const sql = new Client({ connectionString: database.url });
  await sql.connect();
  const chain = createFakeChain(liveSources);
  const keys = createFakeKeys(liveSources);
  const network = await chain.getNetwork();
  if (!network.ok) throw new Error('no network');
  const alerts: Alert[] = [];
  const deps = dependencies({
    database: database.database,
    chain,
    keys,
    network: network.value,
    alerts: { raise: (alert) => alerts.push(alert) },
  });
  return {
    deps,
    alerts,
    chain,
    keys,
    database,
    sql,
    async close() {
      await sql.end();
      await database.close();
    },
  };
}

export function dependencies(parts: Pick<Dependencies, 'database' | 'chain' | 'keys' | 'network' | 'alerts'>): Dependencies {
  const clock = { nowMs: () => Date.now() };
  return {
    ...parts,
    chainWatch: createChainWatch(parts.chain, clock),
    policyEngine: rulePolicyEngine,
    clock,
    random: { bytes: (count) => randomBytes(count) },
    limits: { approvalLifetimeMs: 3_600_000, statementLifetimeMs: 600_000, firstLookMs: 600_000, resendMs: 600_000, finalityMs: 600_000 },
  };
}

export function must<T>(result: Result<T, DomainError>): T {
  if (!result.ok) throw new Error(JSON.stringify(result.error));
  return result.value;
}

/** A wallet with money, made as any is: the owner signs its policy and its creation. */
export async function makeWallet(
  { deps, chain }: World,
  change: { readonly [member: string]: unknown } = {},
  owner: TestKey = createTestKey(),
  recovery: Address | null = null,
): Promise<TestWallet> {
  const merchant = createTestKey().address;
  const policyText = JSON.stringify({
    version: 1,
    assets: [
      {
        asset: 'SOL',
        perTransaction: { autonomous: AUTONOMOUS.toString(), ceiling: CEILING.toString() },
        windows: [{ seconds: 86_400, autonomous: WINDOW_AUTONOMOUS.toString(), ceiling: '5000' }],
      },
    ],
    recipients: [{ address: merchant, label: 'Merchant' }],
    otherRecipients: 'denied',
    fees: { perTransactionLamports: '100000', rentPerTransactionLamports: '0' },
    signaturesPerMinute: 6000,
    ...change,
  });
  const { wallet, approval } = must(await createWallet(deps, { name: 'test', owner: owner.address, recovery, policyText, actor: 'test' }));
  must(await approveAs(deps, approval.id, owner));
  await drive(deps);
  const agent = must(await issueCredential(deps, { role: 'agent', walletId: wallet.id, label: 'agent', actor: 'test' })).credential;
  chain.fund(wallet.vault, 1_000_000n);
  const active = await readWallet(deps, wallet.id);
  if (active.state !== 'active') throw new Error(`the wallet is ${active.state}`);
  return { wallet: active, owner, merchant, agent };
}

/** The owner prepares, signs and sends. */
export async function approveAs(
  deps: Dependencies,
  approvalId: Parameters<typeof prepareApproval>[1]['approvalId'],
  owner: TestKey,
  newOwner: TestKey | null = null,
): Promise<Result<unknown, DomainError>> {
  const prepared = await prepareApproval(deps, { approvalId, actor: 'test' });
  if (!prepared.ok) return prepared;
  const { statement, attempts, kits } = prepared.value;
  return approve(deps, {
    approvalId,
    statementSignature: statement === null ? null : owner.sign(new TextEncoder().encode(statement)),
    newOwnerSignature: statement === null || newOwner === null ? null : newOwner.sign(new TextEncoder().encode(statement)),
    messageSignatures: [...attempts, ...kits].map(({ message }) => owner.sign(message)),
  });
}

/** What the job does, until it has nothing more to do. */
export async function drive(deps: Dependencies): Promise<void> {
  for (let round = 0; round < 4; round += 1) {
    const unsettled = must(await deps.database.transact(async (tx) => ok(await tx.attempts.unsettled(500))));
    await advanceAttempts(
      deps,
      unsettled.map(({ id }) => id),
    );
    await reconcile(deps);
  }
}

export async function readWallet(deps: Dependencies, id: WalletId): Promise<Wallet> {
  const wallet = must(await deps.database.transact(async (tx) => ok(await tx.wallets.get(id))));
  if (wallet === null) throw new Error('no such wallet');
  return wallet;
}

/** What the budget of the native asset holds of a wallet, in base units. */
export async function budgetOf({ sql }: World, walletId: WalletId): Promise<{ readonly reserved: bigint; readonly settled: bigint }> {
  const { rows } = await sql.query<{ reserved: string; settled: string }>(
    `SELECT coalesce(sum(open_total), 0)::text AS reserved, coalesce(sum(settled_total), 0)::text AS settled
     FROM budget_meters WHERE wallet_id = $1 AND meter = 'asset/SOL'`,
    [walletId],
  );
  const [row] = rows;
  return { reserved: BigInt(row?.reserved ?? '0'), settled: BigInt(row?.settled ?? '0') };
}

export const SOL: AssetId = NATIVE_ASSET;

/** What the agent asks for: a payment to the wallet's merchant. */
export const payment = (of: TestWallet, amount: bigint, key: string, recipient: Address = of.merchant): ProposeTransactionInput => ({
  walletId: of.wallet.id,
  action: { kind: 'payment', payment: { asset: SOL, amount, recipient, memo: null } },
  credential: of.agent,
  idempotencyKey: key,
  fingerprint: `${amount}`,
});

export async function pay({ deps }: World, of: TestWallet, amount: bigint, key: string): Promise<TransactionRequest> {
  return must(await proposeTransaction(deps, payment(of, amount, key))).request;
}

export async function approvalOf({ deps }: World, request: RequestId): Promise<Approval> {
  const approval = must(await deps.database.transact(async (tx) => ok(await tx.approvals.ofRequest(request))));
  if (approval === null) throw new Error('no approval');
  return approval;
}

/** A request's state, and those of its attempts, oldest first. */
export async function readRequest(
  { deps }: World,
  id: RequestId,
): Promise<{ readonly state: string; readonly attempts: readonly string[] }> {
  return must(
    await deps.database.transact(async (tx) =>
      ok({
        state: (await tx.requests.get(id))?.state ?? 'missing',
        attempts: (await tx.attempts.ofRequest(id)).map(({ state }) => state),
      }),
    ),
  );
}

/** The delay is over, by the database's own row; no clock of a process is asked. */
export async function endDelay({ sql }: World, { id }: Approval): Promise<void> {
  await sql.query("SET session_replication_role = 'replica'");
  await sql.query('UPDATE approvals SET releases_at_ms = 1 WHERE id = $1 AND releases_at_ms IS NOT NULL', [id]);
  await sql.query("SET session_replication_role = 'origin'");
}

export const DELAYED: bigint = 300n;
/** A policy with a delay between what goes at once and what needs the owner. */
export const SLOWLY: { readonly assets: readonly object[] } = {
  assets: [
    {
      asset: 'SOL',
      perTransaction: {
        autonomous: AUTONOMOUS.toString(),
        delayed: { upTo: DELAYED.toString(), delaySeconds: 3_600 },
        ceiling: CEILING.toString(),
      },
      windows: [{ seconds: 86_400, autonomous: '500', ceiling: '5000' }],
    },
  ],
};
