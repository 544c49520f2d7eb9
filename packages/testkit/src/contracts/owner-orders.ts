import { randomBytes } from 'node:crypto';
import {
  type Address,
  type Bounds,
  encodeBounds,
  formatOwnerStatement,
  NATIVE_ASSET,
  type OwnerStatement,
  resumeExpiryMs,
  sha256Hex,
} from '@countersign/core';
import type { TestKey } from '../test-key.ts';
import type { ContractWallet } from './key-world.ts';

export interface Order {
  readonly statement: string;
  readonly ownerSignature: Uint8Array;
}

/** Bounds that let the agent pay 1 SOL at a time to one recipient out of one spending limit. */
export function boundsOf(wallet: ContractWallet, terms: BoundsTerms, change: Partial<Bounds> = {}): Bounds {
  return {
    version: 1,
    ...{ network: terms.network, wallet: wallet.multisig, agent: wallet.agent },
    ...{ revision: 1, recovery: null },
    feeCapLamports: 100_000n,
    rentCapLamports: 3_000_000n,
    signaturesPerMinute: 6_000,
    assets: [
      {
        ...{ asset: NATIVE_ASSET, decimals: 9, perTransaction: 1_000_000_000n },
        windows: [{ seconds: 86_400, amount: 100_000_000_000n }],
        ...{ limits: [terms.spendingLimit], recipients: [terms.recipient] },
      },
    ],
    ...change,
  };
}
export interface BoundsTerms {
  readonly network: string;
  readonly spendingLimit: Address;
  readonly recipient: Address;
}

const HOUR_MS = 3_600_000;
const expiry = (lifetimeMs: number): number => Math.floor((Date.now() + lifetimeMs) / 1_000) * 1_000;
const signed = (owner: TestKey, statement: string): Order => ({ statement, ownerSignature: owner.sign(Buffer.from(statement)) });
const head = (bounds: Pick<Bounds, 'network' | 'wallet'>, lifetimeMs: number) =>
  ({ network: bounds.network, wallet: bounds.wallet, expiresAtMs: expiry(lifetimeMs), nonce: randomBytes(16).toString('hex') }) as const;

/** The order to install `bounds`; `change` makes its statement say something else than the bounds do. */
export function installOrder(
  owner: TestKey,
  bounds: Bounds,
  change: { readonly revision?: number; readonly boundsSha256?: string; readonly lifetimeMs?: number } = {},
): Order & { readonly bounds: Uint8Array } {
  const bytes = encodeBounds(bounds);
  const { revision = bounds.revision, boundsSha256 = sha256Hex(bytes), lifetimeMs = HOUR_MS } = change;
  const rest = { revision, policySha256: 'a'.repeat(64), boundsSha256 };
  return { ...signed(owner, formatOwnerStatement({ action: 'install-policy', ...head(bounds, lifetimeMs), ...rest })), bounds: bytes };
}

/** An order to resume that was made `ageMs` ago. */
export function unfreezeOrder(owner: TestKey, of: Pick<Bounds, 'network' | 'wallet'>, ageMs = 0): Order {
  return signed(owner, formatOwnerStatement({ action: 'unfreeze', ...head(of, 0), expiresAtMs: resumeExpiryMs(Date.now() - ageMs) }));
}

export type BoundsOrder = Order & { readonly bounds: Uint8Array };
/** Another word for what a test wants a statement to say than what would be right. */
type Change = { readonly [field: string]: unknown };

/** The order that gives the key of `bounds` the place of `oldAgent`. */
export function rotateOrder(owner: TestKey, oldAgent: Address, bounds: Bounds, change: Change = {}): BoundsOrder {
  const keys = { oldAgent, newAgent: bounds.agent };
  return over(owner, bounds, { action: 'rotate-agent-key', ...keys, ...change });
}

/** The order by which `by` (owner or recovery key) hands the wallet to `next`. */
export function replaceOrder(
  by: TestKey,
  next: TestKey,
  oldOwner: Address,
  bounds: Bounds,
  change: Change = {},
): BoundsOrder & { readonly newOwnerSignature: Uint8Array } {
  const order = over(by, bounds, { action: 'replace-owner-key', oldOwner, newOwner: next.address, ...change });
  return { ...order, newOwnerSignature: next.sign(Buffer.from(order.statement)) };
}

export function destroyOrder(owner: TestKey, of: Pick<Bounds, 'network' | 'wallet' | 'agent'>): Order {
  return signed(owner, formatOwnerStatement({ action: 'destroy-key', agent: of.agent, ...head(of, HOUR_MS) }));
}

function over(owner: TestKey, bounds: Bounds, rest: Change): BoundsOrder {
  const bytes = encodeBounds(bounds);
  const revision = { revision: bounds.revision, policySha256: 'a'.repeat(64), boundsSha256: sha256Hex(bytes) };
  const statement = { ...head(bounds, HOUR_MS), ...revision, ...rest } as unknown as OwnerStatement;
  return { ...signed(owner, formatOwnerStatement(statement)), bounds: bytes };
}
