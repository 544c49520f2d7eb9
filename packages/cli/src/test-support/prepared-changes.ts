import {
  type Address,
  deriveBounds,
  encodeBounds,
  formatOwnerStatement,
  NATIVE_ASSET,
  type OwnerStatement,
  type PlannedLimit,
  parsePolicy,
  type RequestId,
  type StatementHead,
  sha256Hex,
  statementLine,
  type WalletAddresses,
} from '@countersign/core';
import type { PreparedView, WalletChangeView } from '@countersign/sdk';
import { describeEffect } from '@countersign/solana/decode';
import { createTestKey } from '@countersign/testkit';
import { compileMessage } from '../../../solana/src/build/compile-message.ts';
import { buildVaultMessage } from '../../../solana/src/build/intent.ts';
import { buildHandOver, buildLockdown } from '../../../solana/src/build/kit-messages.ts';
import { buildCancellation, buildSettingsChange } from '../../../solana/src/build/settings-messages.ts';
import { readIntent } from '../verify/read-intent.ts';
import type { BuiltInstruction as Instruction } from './prepared.ts';
import {
  addressesFor,
  approval,
  BESIDE,
  lifetime,
  must,
  NETWORK,
  onChain,
  POLICY,
  plannedLimits,
  RECIPIENT,
  TRANSACTION_ID,
  transaction,
} from './prepared.ts';

export const NEW_AGENT: Address = createTestKey(Buffer.alloc(32, 21)).address;
export const NEW_OWNER: Address = createTestKey(Buffer.alloc(32, 22)).address;
export const RECOVERY: Address = createTestKey(Buffer.alloc(32, 23)).address;
const NONCE_ACCOUNTS: readonly Address[] = [24, 25, 26].map((fill) => createTestKey(Buffer.alloc(32, fill)).address);

type Body<Statement> = Statement extends OwnerStatement ? Omit<Statement, keyof StatementHead> : never;

/** The statement of a wallet, good for ten minutes. */
export function statementOf({ multisig }: WalletAddresses, nowMs: number, body: Body<OwnerStatement>): string {
  const expiresAtMs = Math.floor(nowMs / 1000) * 1000 + 600_000;
  return formatOwnerStatement({ network: NETWORK, wallet: multisig, expiresAtMs, nonce: 'ab'.repeat(16), ...body } as OwnerStatement);
}

export function base64(bytes: Uint8Array): string {
  return Buffer.from(bytes).toString('base64');
}

/** What the builders are told, where a test bends it; what is shown and signed stays honest. */
export interface Bent {
  readonly target?: (honest: WalletAddresses) => WalletAddresses;
  readonly limits?: (honest: readonly PlannedLimit[]) => readonly PlannedLimit[];
  readonly text?: string;
  readonly change?: Partial<WalletChangeView>;
  readonly recovery?: Address | null;
}

/** A change of keys from revision 1 to revision 2, built by the real builders. */
export async function preparedRekeying(
  kind: 'rotate_agent_key' | 'replace_owner_key',
  owner: Address,
  nowMs: number,
  bent: Bent = {},
): Promise<PreparedView> {
  const now = await addressesFor(owner);
  const isRotation = kind === 'rotate_agent_key';
  const target = isRotation ? { ...now, agent: NEW_AGENT } : { ...now, owner: NEW_OWNER };
  const { text = POLICY, recovery = RECOVERY } = bent;
  const change: WalletChangeView = {
    ...{ agent: isRotation ? NEW_AGENT : null, owner: isRotation ? null : NEW_OWNER, recovery, feeAccount: now.feeAccount },
    ...{ consentOf: 'owner', reason: 'manual' },
    ...bent.change,
  };
  const revision = 2;
  const limits = await plannedLimits(target, revision, POLICY);
  const bounds = encodeBounds(
    deriveBounds(must(parsePolicy(POLICY)), { ...target, network: NETWORK, wallet: now.multisig, revision, recovery, limits }),
  );
  const hashes = { revision, policySha256: sha256Hex(POLICY), boundsSha256: sha256Hex(bounds) };
  const statement = isRotation
    ? ({ action: 'rotate-agent-key', ...hashes, oldAgent: now.agent, newAgent: NEW_AGENT } as const)
    : ({ action: 'replace-owner-key', ...hashes, oldOwner: owner, newOwner: NEW_OWNER } as const);
  const found = onChain(now, await plannedLimits(now, 1, POLICY));
  const configAuthority = change.consentOf === 'recovery' ? (recovery ?? owner) : owner;
  const wanted = (bent.target ?? ((same) => same))(target);
  const messages = buildSettingsChange({
    found: { ...found, configAuthority },
    wanted: { ...wanted, limits: (bent.limits ?? ((same) => same))(limits) },
    lifetime,
  });
  return {
    ...BESIDE,
    approval: approval(kind, { policyRevision: revision, change }),
    addresses: now,
    recovery,
    network: NETWORK,
    statement: statementOf(now, nowMs, statement),
    messages: messages.map(({ bytes }) => base64(bytes)),
    policy: { revision, text, bounds: base64(bounds) },
    inForce: { revision: 1, tightening: null, text: POLICY, policySha256: sha256Hex(POLICY) },
    transaction: null,
  };
}

/** The two members' cancelling of a proposal, as it comes before a rotation. */
export async function cancelMessage(owner: Address): Promise<string> {
  const [message] = await buildCancellation(await addressesFor(owner), [4n], lifetime);
  if (!message) throw new Error('one message');
  return base64(message.bytes);
}

/** One more transaction of settings, of whatever instructions, paid by the fee account. */
export async function settingsMessage(
  owner: Address,
  instructions: (by: { multisig: Address; authority: Address; payer: Address }, now: WalletAddresses) => Promise<readonly Instruction[]>,
): Promise<string> {
  const now = await addressesFor(owner);
  const by = { multisig: now.multisig, authority: owner, payer: now.feeAccount };
  return base64(compileMessage(now.feeAccount, await instructions(by, now), lifetime).bytes);
}

export async function preparedRevocation(owner: Address, nowMs: number, keep: boolean = false): Promise<PreparedView> {
  const now = await addressesFor(owner);
  const old = await plannedLimits(now, 1, POLICY);
  const messages = buildSettingsChange({ found: onChain(now, old), wanted: { ...now, limits: keep ? old : [] }, lifetime });
  return {
    ...BESIDE,
    approval: approval('revoke_agent_key'),
    addresses: now,
    network: NETWORK,
    statement: statementOf(now, nowMs, { action: 'destroy-key', agent: now.agent }),
    messages: messages.map(({ bytes }) => base64(bytes)),
    policy: null,
    transaction: null,
  };
}

export function nonceOf(authority: Address, index: number): { address: Address; authority: Address; nonce: string } {
  return { address: NONCE_ACCOUNTS[index] ?? authority, authority, nonce: lifetime.blockhash };
}

/** Lockdowns over each of `parts`, or the hand-over to the recovery key. */
export async function preparedKits(
  kind: 'arm_lockdown' | 'make_recovery_kit',
  owner: Address,
  parts: readonly (readonly Address[])[] = [],
): Promise<PreparedView> {
  const now = await addressesFor(owner);
  const bytes =
    kind === 'arm_lockdown'
      ? parts.map((limits, index) => buildLockdown(now, nonceOf(owner, index), limits))
      : [buildHandOver(now, RECOVERY, nonceOf(owner, 0))];
  return {
    ...BESIDE,
    approval: approval(kind),
    addresses: now,
    recovery: RECOVERY,
    network: NETWORK,
    statement: null,
    messages: bytes.map(base64),
    policy: null,
    transaction: null,
  };
}

/** A delayed payment that the owner lets go early; `actual` is what the intent does, where it is something else than is said. */
export async function preparedDelayed(
  owner: Address,
  nowMs: number,
  actual: { readonly recipient?: Address; readonly amount?: bigint } = {},
): Promise<PreparedView> {
  const now = await addressesFor(owner);
  const payment = { asset: NATIVE_ASSET, amount: actual.amount ?? 2_000_000_000n, recipient: actual.recipient ?? RECIPIENT, memo: null };
  const { bytes } = await buildVaultMessage(now, payment, { asset: NATIVE_ASSET, decimals: 9 });
  const effects = (readIntent(bytes, now, [payment.recipient]) ?? []).filter(({ kind }) => kind === 'asset_outflow');
  const body = {
    action: 'approve-request',
    ...{
      request: TRANSACTION_ID as RequestId,
      policySha256: sha256Hex(POLICY),
      messageSha256: sha256Hex(bytes),
      effects: effects.map((effect) => statementLine(describeEffect(effect))),
    },
  } as const;
  return {
    ...BESIDE,
    approval: approval('approve_payment', { releasesAt: '2026-05-01T13:00:00.000Z' }),
    addresses: now,
    network: NETWORK,
    statement: statementOf(now, nowMs, body),
    messages: [],
    intent: base64(bytes),
    policy: null,
    inForce: { revision: 1, tightening: null, text: POLICY, policySha256: sha256Hex(POLICY) },
    transaction: transaction({ state: 'awaiting_delay', route: 'delayed' }),
  };
}
