import { createPrivateKey, sign } from 'node:crypto';
import {
  type Address,
  type AssetId,
  type Bounds,
  encodeBounds,
  formatOwnerStatement,
  NATIVE_ASSET,
  type OwnerStatement,
  resumeExpiryMs,
  sha256Hex,
  tokenAsset,
} from '@countersign/core';
import type { Keypair } from '@solana/web3.js';
import { addressOf, type Cast, USDC } from './message-builder.ts';

export const NETWORK = 'EtWTRABZaYq6iMfeYKouRu166VU2xqa1wcaWoxPkrZBG';
const PKCS8 = Buffer.from('302e020100300506032b657004220420', 'hex');

/** Ed25519 by node:crypto, so that the tests do not sign with the library under test. */
export function signAs(keypair: Keypair, bytes: Uint8Array): Uint8Array {
  const der = Buffer.concat([PKCS8, keypair.secretKey.subarray(0, 32)]);
  return Uint8Array.from(sign(null, bytes, createPrivateKey({ key: der, format: 'der', type: 'pkcs8' })));
}

export function boundsFor(cast: Cast, change: Partial<Bounds> = {}): Bounds {
  const asset = (id: AssetId, decimals: number, limit: Address): Bounds['assets'][number] => ({
    ...{ asset: id, decimals, perTransaction: 1_000_000n, limits: [limit], recipients: [addressOf(cast.recipient)] },
    windows: [
      { seconds: 60, amount: 2_000_000n },
      { seconds: 86_400, amount: 5_000_000n },
    ],
  });
  return {
    version: 1,
    network: NETWORK,
    wallet: addressOf(cast.multisig),
    revision: 1,
    agent: addressOf(cast.agent),
    recovery: null,
    feeCapLamports: 20_000n,
    rentCapLamports: 2_100_000n,
    signaturesPerMinute: 30,
    assets: [asset(NATIVE_ASSET, 9, addressOf(cast.nativeLimit)), asset(tokenAsset(addressOf(USDC)), 6, addressOf(cast.tokenLimit))],
    ...change,
  };
}

let nonces = 0;
export const nextNonce = (): string => (++nonces).toString(16).padStart(32, '0');

export interface Order {
  readonly statement: string;
  readonly ownerSignature: Uint8Array;
}

export function order(owner: Keypair, statement: OwnerStatement): Order {
  const text = formatOwnerStatement(statement);
  return { statement: text, ownerSignature: signAs(owner, Buffer.from(text)) };
}

export type BoundsOrder = Order & { readonly bounds: Uint8Array };
const LATER_MS = 1_900_000_000_000;

/** What every installing statement over these bounds says. */
function revisionOf(cast: Cast, bounds: Bounds, expiresAtMs: number) {
  return {
    ...{ network: NETWORK, wallet: addressOf(cast.multisig), expiresAtMs, nonce: nextNonce() },
    ...{ revision: bounds.revision, policySha256: 'a'.repeat(64), boundsSha256: sha256Hex(encodeBounds(bounds)) },
  };
}

export function installOrder(owner: Keypair, cast: Cast, bounds: Bounds, expiresAtMs: number = LATER_MS): BoundsOrder {
  return { ...order(owner, { action: 'install-policy', ...revisionOf(cast, bounds, expiresAtMs) }), bounds: encodeBounds(bounds) };
}

/** `cast.agent` gives way to the agent of the bounds. */
export function rotateOrder(owner: Keypair, cast: Cast, bounds: Bounds, change: Partial<OwnerStatement & object> = {}): BoundsOrder {
  const statement = {
    ...{ action: 'rotate-agent-key', oldAgent: addressOf(cast.agent), newAgent: bounds.agent },
    ...revisionOf(cast, bounds, LATER_MS),
    ...change,
  } as OwnerStatement;
  return { ...order(owner, statement), bounds: encodeBounds(bounds) };
}

/** `by` (the owner of the cast, or its recovery key) hands over to `next`. */
export function replaceOrder(
  by: Keypair,
  next: Keypair,
  cast: Cast,
  bounds: Bounds,
  change: Partial<OwnerStatement & object> = {},
): BoundsOrder & { readonly newOwnerSignature: Uint8Array } {
  const statement = {
    ...{ action: 'replace-owner-key', oldOwner: addressOf(cast.owner), newOwner: addressOf(next.publicKey) },
    ...revisionOf(cast, bounds, LATER_MS),
    ...change,
  } as OwnerStatement;
  const signed = order(by, statement);
  return { ...signed, newOwnerSignature: signAs(next, Buffer.from(signed.statement)), bounds: encodeBounds(bounds) };
}

export function simpleOrder(
  owner: Keypair,
  cast: Cast,
  action: 'unfreeze' | 'resume-signer',
  expiresAtMs: number = resumeExpiryMs(Date.now()),
): Order {
  return order(owner, { action, network: NETWORK, wallet: addressOf(cast.multisig), expiresAtMs, nonce: nextNonce() });
}

export function destroyOrder(owner: Keypair, cast: Cast, agent: Address = addressOf(cast.agent)): Order {
  const head = { network: NETWORK, wallet: addressOf(cast.multisig), expiresAtMs: LATER_MS, nonce: nextNonce() };
  return order(owner, { action: 'destroy-key', agent, ...head });
}
