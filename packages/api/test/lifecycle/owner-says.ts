import { randomBytes } from 'node:crypto';
import { formatOwnerStatement, type OwnerStatement, type RequestId, wrapOffChainMessage } from '@countersign/core';
import type { TestKey } from '@countersign/testkit';
import type { TestWallet, World } from './world.ts';

export interface Said {
  readonly statement: string;
  readonly signature: Uint8Array;
}

type Body = { readonly action: 'freeze' } | { readonly action: 'veto-request'; readonly request: RequestId };
/** What a statement may say otherwise than it should. */
export type Otherwise = Partial<Pick<OwnerStatement, 'network' | 'wallet' | 'expiresAtMs' | 'nonce'>>;

/** A statement that the owner makes on a machine of their own, with the signature over its bare text. */
export function ownerSays(
  { deps }: World,
  { wallet, owner }: TestWallet,
  body: Body,
  otherwise: Otherwise = {},
  signer: TestKey = owner,
): Said {
  const statement = formatOwnerStatement({
    ...body,
    network: deps.network,
    wallet: wallet.multisig,
    expiresAtMs: Math.ceil(Date.now() / 1000) * 1000 + 60_000,
    nonce: randomBytes(16).toString('hex'),
    ...otherwise,
  });
  return { statement, signature: signer.sign(new TextEncoder().encode(statement)) };
}

/** The same, signed as wallets do that wrap what they sign. */
export function wrapped({ statement }: Said, { owner }: TestWallet): Said {
  return { statement, signature: owner.sign(wrapOffChainMessage(statement)) };
}
