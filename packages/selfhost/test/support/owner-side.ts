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

export function installOrder(
  owner: Keypair,
  cast: Cast,
  bounds: Bounds,
  expiresAtMs = 1_900_000_000_000,
): Order & { readonly bounds: Uint8Array } {
  const bytes = encodeBounds(bounds);
  const statement: OwnerStatement = {
    action: 'install-policy',
    network: NETWORK,
    wallet: addressOf(cast.multisig),
    expiresAtMs,
    nonce: nextNonce(),
    revision: bounds.revision,
    policySha256: 'a'.repeat(64),
    boundsSha256: sha256Hex(bytes),
  };
  return { ...order(owner, statement), bounds: bytes };
}

export function simpleOrder(
  owner: Keypair,
  cast: Cast,
  action: 'unfreeze' | 'resume-signer' | 'destroy-key',
  expiresAtMs: number = action === 'destroy-key' ? 1_900_000_000_000 : resumeExpiryMs(Date.now()),
): Order {
  return order(owner, { action, network: NETWORK, wallet: addressOf(cast.multisig), expiresAtMs, nonce: nextNonce() });
}
