import { type Address, address } from '../address.ts';
import type { AgentPolicy, AssetRule } from '../agent-policy.ts';
import { type AssetId, NATIVE_ASSET, tokenAsset, WRAPPED_NATIVE_ASSET } from '../asset.ts';
import { encodeBase58 } from '../base58.ts';
import { decide } from '../decide.ts';
import type { Decision, Objection } from '../decision.ts';
import type { AssetOutflow, Effect, ProgramCall } from '../effect.ts';
import type { DecisionFacts, SimulationReport } from '../facts.ts';
import type { MeterUsage } from '../meter.ts';
import { meterWindows } from '../rolling-windows.ts';
import type { WalletAddresses } from '../wallet.ts';

/** An address made from a name, the same each time. */
export function named(name: string): Address {
  return address(encodeBase58(new Uint8Array(32).map((_, index) => (name.charCodeAt(index % name.length) * 7 + index * 3) & 0xff)));
}

export const ADDRESSES: WalletAddresses = {
  multisig: named('multisig'),
  vault: named('vault'),
  owner: named('owner'),
  agent: named('agent'),
  createKey: named('create'),
  feeAccount: named('fee'),
};
export const MERCHANT: Address = named('merchant');
export const SHOP: Address = named('shop');
export const STRANGER: Address = named('stranger');
export const PROGRAM: Address = named('program');
export const SPENDING_LIMIT: Address = named('limit');
export const USDC: AssetId = tokenAsset(named('usdc'));
export const EURC: AssetId = tokenAsset(named('eurc'));
export const OWN_TOKEN_ACCOUNT: Address = named('own usdc');
export const NOW_MS: number = Date.parse('2026-03-04T12:00:00Z');

export function assetRule(asset: AssetId, patch: Partial<AssetRule> = {}): AssetRule {
  return {
    asset,
    perTransaction: { autonomous: 100n, ceiling: 1_000n, delayed: null },
    windows: [{ seconds: 86_400, autonomous: 500n, ceiling: 5_000n }],
    ...patch,
  };
}

/** SOL to the merchant: 100 alone, 1,000 with the owner; 500 and 5,000 in a day. */
export function aPolicy(patch: Partial<AgentPolicy> = {}): AgentPolicy {
  return {
    version: 1,
    expiresAtMs: null,
    assets: [assetRule(NATIVE_ASSET)],
    groups: [],
    transactions: [],
    recipients: [{ address: MERCHANT, label: 'Merchant', windows: [] }],
    otherRecipients: 'denied',
    firstPayment: 'as_any',
    programs: [],
    schedule: null,
    cooldownSeconds: null,
    nearLimit: null,
    failures: null,
    denials: null,
    fees: { perTransactionLamports: 10_000n, rentPerTransactionLamports: 2_039_280n, windows: [] },
    signaturesPerMinute: 60,
    ...patch,
  };
}

export function outflow(amount: bigint, patch: Partial<AssetOutflow> = {}): AssetOutflow {
  return {
    kind: 'asset_outflow',
    instruction: 0,
    asset: NATIVE_ASSET,
    amount,
    decimals: 9,
    source: ADDRESSES.vault,
    sourceAccount: ADDRESSES.vault,
    destination: MERCHANT,
    destinationAccount: MERCHANT,
    spendingLimit: SPENDING_LIMIT,
    hazards: [],
    ...patch,
  };
}
export function fee(amountLamports = 10_000n, payer: Address = ADDRESSES.feeAccount): Effect {
  return { kind: 'fee', instruction: null, payer, amountLamports };
}
export function call(patch: Partial<ProgramCall> = {}): ProgramCall {
  return {
    kind: 'program_call',
    instruction: 0,
    program: PROGRAM,
    data: 'aabbccdd0102',
    accounts: [
      { address: ADDRESSES.vault, writable: true, signer: true, role: 'vault' },
      { address: OWN_TOKEN_ACCOUNT, writable: true, signer: false, role: 'own_token_account' },
    ],
    ...patch,
  };
}

export function simulation(patch: Partial<SimulationReport> = {}): SimulationReport {
  return {
    succeeded: true,
    problem: null,
    unitsConsumed: 1n,
    slot: 9n,
    vaultOutflows: [],
    vaultInflows: [],
    leavesTooLittle: false,
    feeAccountOutflowLamports: 0n,
    authorityChanges: [],
    programs: [],
    innerEffects: [],
    ...patch,
  };
}

/** Facts in which nothing was spent yet; the usage of every window that the policy asks for is there. */
export function facts(effects: readonly Effect[], policy: AgentPolicy = aPolicy(), patch: Partial<DecisionFacts> = {}): DecisionFacts {
  return {
    policy: { revision: 3, rules: policy },
    walletState: 'active',
    addresses: ADDRESSES,
    effects,
    usage: usage(effects, policy),
    history: { lastAloneAtMs: null, paidBefore: [], denials: 0, failuresInARow: 0 },
    spendable: [NATIVE_ASSET, WRAPPED_NATIVE_ASSET, USDC, EURC].map((asset) => ({ asset, amount: 2n ** 70n })),
    simulation: null,
    ownerConsents: false,
    delayServed: false,
    nowMs: NOW_MS,
    chainTimeMs: NOW_MS,
    ...patch,
  };
}

/** The same use in every window that the policy asks for. */
export function usage(effects: readonly Effect[], policy: AgentPolicy, alone = 0n, total: bigint = alone): readonly MeterUsage[] {
  return meterWindows(policy, ADDRESSES, effects).map((window) => ({ ...window, alone, total }));
}

/** What one rule objects to. */
export function objectionsOf(rule: string, given: DecisionFacts): readonly Objection[] {
  return decide(given).objections.filter((each) => each.rule === rule);
}
/** The outcomes of one rule's objections, `[]` when it does not mind. */
export function outcomes(rule: string, given: DecisionFacts): readonly Objection['outcome'][] {
  return objectionsOf(rule, given).map(({ outcome }) => outcome);
}
export function verdict(given: DecisionFacts): Decision['verdict'] {
  return decide(given).verdict;
}
