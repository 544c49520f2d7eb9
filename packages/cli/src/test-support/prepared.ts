import {
  type Address,
  deriveBounds,
  deriveChainLimits,
  encodeBounds,
  formatOwnerStatement,
  NATIVE_ASSET,
  type PlannedLimit,
  parsePolicy,
  type Result,
  sha256Hex,
  tokenAsset,
  type WalletAddresses,
  type WalletOnChain,
} from '@countersign/core';
import type { ApprovalKind, ApprovalView, PreparedView, TransactionView } from '@countersign/sdk';
import { createTestKey, type TestKey } from '@countersign/testkit';
import { compileMessage } from '../../../solana/src/build/compile-message.ts';
import { buildVaultMessage } from '../../../solana/src/build/intent.ts';
import { limitCreateKey } from '../../../solana/src/build/limit-create-key.ts';
import { buildCountersignedPayment } from '../../../solana/src/build/payment-message.ts';
import { multisigAddress, spendingLimitAddress, vaultAddress } from '../../../solana/src/build/pda.ts';
import { proposalSteps } from '../../../solana/src/build/proposal-steps.ts';
import { buildSettingsChange } from '../../../solana/src/build/settings-messages.ts';
import { buildWalletCreation } from '../../../solana/src/build/setup-messages.ts';
import { compileVaultMessage } from '../../../solana/src/build/vault-message.ts';

export const NETWORK: string = createTestKey(Buffer.alloc(32, 1)).address;
export const RECIPIENT: Address = createTestKey(Buffer.alloc(32, 2)).address;
export const STRANGER: Address = createTestKey(Buffer.alloc(32, 3)).address;
export const WALLET_ID = 'wal_01KAQ5R9V3N8X2M4T6W8Y0Z1B3';
export const APPROVAL_ID = 'apr_01KAQ5R9V3N8X2M4T6W8Y0Z1B3';
export const TRANSACTION_ID = 'tx_01KAQ5R9V3N8X2M4T6W8Y0Z1B3';
const MINT: Address = createTestKey(Buffer.alloc(32, 6)).address;
const TREASURY: Address = createTestKey(Buffer.alloc(32, 4)).address;
export const lifetime: { readonly blockhash: string; readonly lastValidBlockHeight: bigint } = {
  blockhash: createTestKey(Buffer.alloc(32, 5)).address as string,
  lastValidBlockHeight: 1_000n,
};

export const POLICY: string = `{
  "version": 1,
  "assets": [
    {
      "asset": "SOL",
      "perTransaction": { "autonomous": "500000000", "ceiling": "5000000000" },
      "windows": [{ "seconds": 86400, "autonomous": "1000000000", "ceiling": "8000000000" }]
    }
  ],
  "recipients": [{ "address": "${RECIPIENT}", "label": "Shop" }],
  "otherRecipients": "countersigned",
  "fees": { "perTransactionLamports": "100000", "rentPerTransactionLamports": "3000000" },
  "signaturesPerMinute": 60
}
`;

export function must<T>(result: Result<T, unknown>): T {
  if (!result.ok) throw new Error(JSON.stringify(result.error));
  return result.value;
}

/** A wallet's addresses for an owner; the same for the same owner. */
export async function addressesFor(owner: Address): Promise<WalletAddresses> {
  const key = (fill: number): TestKey => createTestKey(Buffer.alloc(32, fill));
  const createKey = key(11).address;
  const multisig = await multisigAddress(createKey);
  return { multisig, vault: await vaultAddress(multisig), owner, agent: key(12).address, createKey, feeAccount: key(13).address };
}

export async function plannedLimits(
  { multisig, owner }: WalletAddresses,
  revision: number,
  text: string,
): Promise<readonly PlannedLimit[]> {
  const limits = must(deriveChainLimits(must(parsePolicy(text)), { owner }));
  return Promise.all(
    limits.map(async (limit) => {
      const createKey = limitCreateKey(multisig, revision, limit.asset);
      return { ...limit, decimals: 9, createKey, spendingLimit: await spendingLimitAddress(multisig, createKey) };
    }),
  );
}

export function approval(kind: ApprovalKind, more: Partial<ApprovalView> = {}): ApprovalView {
  return {
    id: APPROVAL_ID,
    wallet: WALLET_ID,
    kind,
    state: 'waiting',
    transaction: kind === 'approve_payment' ? TRANSACTION_ID : null,
    policyRevision: 1,
    problem: null,
    change: null,
    effects: [],
    because: [],
    createdAt: '2026-01-01T00:00:00.000Z',
    expiresAt: '2036-01-01T00:00:00.000Z',
    releasesAt: null,
    ...more,
  };
}

/** What stands beside the bytes where a test says nothing else. */
export const BESIDE: Pick<PreparedView, 'recovery' | 'kits' | 'intent' | 'inForce' | 'changes' | 'firstTimeRecipients' | 'balances'> = {
  ...{ recovery: null, kits: [], intent: null, inForce: null, changes: [], firstTimeRecipients: [], balances: null },
};

/** The wallet as the chain holds it: two members, and these limits. */
export function onChain(addresses: WalletAddresses, limits: readonly PlannedLimit[]): WalletOnChain {
  const { multisig, owner, agent, feeAccount } = addresses;
  return {
    ...{ multisig, configAuthority: owner, threshold: 2, timeLockSeconds: 0, rentCollector: feeAccount, transactionIndex: 0n, slot: 1n },
    members: [owner, agent].map((key) => ({ key, permissions: 7 })),
    limits: limits.map(({ spendingLimit, asset, amount, periodSeconds, destinations }) => ({
      ...{ spendingLimit, asset, amount, remaining: amount, periodSeconds, destinations, members: [agent], vaultIndex: 0 },
    })),
    proposals: [],
  };
}

/** What a policy's statement, bounds and limits are made from; a test bends one of them. */
export interface PolicyBundle {
  readonly kind: 'create_wallet' | 'install_policy';
  readonly owner: Address;
  readonly nowMs: number;
  readonly text?: string;
  readonly revision?: number;
  /** The policy from which bounds and limits are made, where it is another one than is shown. */
  readonly actualText?: string;
  readonly limits?: (honest: readonly PlannedLimit[]) => readonly PlannedLimit[];
  readonly addresses?: (honest: WalletAddresses) => WalletAddresses;
  /** Limits of the revision before, on chain. */
  readonly old?: readonly PlannedLimit[];
}

/** A policy to install, built by the real builders. */
export async function preparedPolicy(bundle: PolicyBundle): Promise<PreparedView> {
  const { kind, owner, nowMs, text = POLICY, revision = 1, actualText = text, old = [] } = bundle;
  const addresses = await addressesFor(owner);
  const planned = await plannedLimits(addresses, revision, actualText);
  const context = {
    network: NETWORK,
    wallet: addresses.multisig,
    revision,
    owner,
    agent: addresses.agent,
    recovery: null,
    limits: planned,
  };
  const bounds = encodeBounds(deriveBounds(must(parsePolicy(actualText)), context));
  const built = (bundle.addresses ?? ((same) => same))(addresses);
  const limits = (bundle.limits ?? ((same) => same))(planned);
  const messages =
    kind === 'create_wallet'
      ? await buildWalletCreation({ addresses: built, timeLockSeconds: 0, limits, treasury: TREASURY, lifetime })
      : buildSettingsChange({ found: onChain(built, old), wanted: { ...built, limits }, lifetime });
  const statement = formatOwnerStatement({
    action: 'install-policy',
    network: NETWORK,
    wallet: addresses.multisig,
    revision,
    policySha256: sha256Hex(text),
    boundsSha256: sha256Hex(bounds),
    expiresAtMs: Math.floor(nowMs / 1000) * 1000 + 600_000,
    nonce: 'ab'.repeat(16),
  });
  return {
    approval: approval(kind, { policyRevision: revision }),
    ...BESIDE,
    addresses,
    network: NETWORK,
    statement,
    messages: messages.map(({ bytes }) => Buffer.from(bytes).toString('base64')),
    policy: { revision, text, bounds: Buffer.from(bounds).toString('base64') },
    transaction: null,
  };
}

export function transaction(more: Partial<TransactionView> = {}): TransactionView {
  return {
    id: TRANSACTION_ID,
    wallet: WALLET_ID,
    state: 'awaiting_owner',
    route: 'countersigned',
    asset: NATIVE_ASSET,
    amount: '2000000000',
    recipient: RECIPIENT,
    memo: null,
    message: null,
    effects: ['The vault sends 2 SOL.'],
    signature: null,
    policyRevision: 1,
    approval: APPROVAL_ID,
    releasesAt: null,
    problem: null,
    decision: {
      verdict: 'needs_owner',
      route: 'countersigned',
      delaySeconds: null,
      policyRevision: 1,
      violations: [{ rule: 'amount-per-transaction', outcome: 'needs_owner', message: '2 SOL is more than 0.5 SOL', details: {} }],
      budgets: [],
      decidedAt: '2026-01-01T00:00:00.000Z',
      slot: '1',
      chainTime: null,
    },
    createdAt: '2026-01-01T00:00:00.000Z',
    updatedAt: '2026-01-01T00:00:00.000Z',
    ...more,
  };
}

/** A token payment to somebody who has no account for it yet. */
export async function preparedTokenPayment(owner: Address, said: Partial<TransactionView> = {}): Promise<PreparedView> {
  const addresses = await addressesFor(owner);
  const asset = { asset: tokenAsset(MINT), decimals: 6 };
  const payment = { asset: asset.asset, amount: 1_500_000n, recipient: RECIPIENT, memo: 'order 7' };
  const vaultMessage = await buildVaultMessage(addresses, payment, asset);
  const fixed = { createsAccount: true, priceMicroLamports: 5n, variation: 1, transactionIndex: 3n, lifetime };
  const built = await buildCountersignedPayment({ addresses, payment, asset, vaultMessage, ...fixed });
  const base = await preparedPayment(owner);
  const shown = transaction({ asset: asset.asset, amount: '1500000', memo: 'order 7', ...said });
  return { ...base, messages: [Buffer.from(built.bytes).toString('base64')], transaction: shown };
}

/** A countersigned payment, built by the real builders; `actual` is what the bytes do, where it is something else than is said. */
export async function preparedPayment(
  owner: Address,
  actual: {
    readonly recipient?: Address;
    readonly amount?: bigint;
    readonly index?: bigint;
    readonly variation?: number;
    readonly price?: bigint;
  } = {},
): Promise<PreparedView> {
  const addresses = await addressesFor(owner);
  const payment = { asset: NATIVE_ASSET, amount: actual.amount ?? 2_000_000_000n, recipient: actual.recipient ?? RECIPIENT, memo: null };
  const asset = { asset: NATIVE_ASSET, decimals: 9 };
  const vaultMessage = await buildVaultMessage(addresses, payment, asset);
  const built = await buildCountersignedPayment({
    addresses,
    payment,
    asset,
    createsAccount: false,
    priceMicroLamports: actual.price ?? 0n,
    variation: actual.variation ?? 0,
    lifetime,
    vaultMessage,
    transactionIndex: actual.index ?? 1n,
  });
  return {
    ...BESIDE,
    approval: approval('approve_payment'),
    addresses,
    network: NETWORK,
    statement: null,
    messages: [Buffer.from(built.bytes).toString('base64')],
    policy: null,
    transaction: transaction(),
  };
}

/** An instruction as the builder takes it. Roles: 0 read-only, 1 writable, 2 signer, 3 signer and writable. */
export type BuiltInstruction = Parameters<typeof compileVaultMessage>[1][number];

/** A call: whatever instructions, executed by the vault, built by the real builder. `around` is put beside the proposal's steps. */
export async function preparedCall(
  owner: Address,
  instructions: (addresses: WalletAddresses) => readonly BuiltInstruction[],
  around: (addresses: WalletAddresses) => readonly BuiltInstruction[] = () => [],
): Promise<PreparedView> {
  const addresses = await addressesFor(owner);
  const steps = await proposalSteps(addresses, compileVaultMessage(addresses.vault, instructions(addresses)), 1n);
  const built = compileMessage(addresses.feeAccount, [...steps, ...around(addresses)], lifetime);
  const call = { asset: null, amount: null, recipient: null, message: Buffer.from('what the agent sent').toString('base64') };
  return {
    ...(await preparedPayment(owner)),
    messages: [Buffer.from(built.bytes).toString('base64')],
    transaction: transaction({ ...call, effects: ['The vault calls a program.'] }),
  };
}

export async function preparedUnfreeze(owner: Address, nowMs: number, lifetimeMs = 600_000): Promise<PreparedView> {
  const addresses = await addressesFor(owner);
  return {
    ...BESIDE,
    approval: approval('unfreeze'),
    addresses,
    network: NETWORK,
    statement: formatOwnerStatement({
      action: 'unfreeze',
      network: NETWORK,
      wallet: addresses.multisig,
      expiresAtMs: Math.floor(nowMs / 1000) * 1000 + lifetimeMs,
      nonce: 'cd'.repeat(16),
    }),
    messages: [],
    policy: null,
    transaction: null,
  };
}
