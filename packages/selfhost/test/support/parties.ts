import type { Keypair } from '@solana/web3.js';
import type { SigningContext } from '../../src/signer/shapes/signing-context.ts';
import { addressOf, type Cast, castOf, key } from './message-builder.ts';
import { boundsFor } from './owner-side.ts';

export const OWNER: Keypair = key(3);

/** Fixed people for tests of single shapes: fee account 1, agent 2, owner 3, create key 4. */
export const CAST: Cast = castOf(key(1).publicKey, key(2).publicKey, OWNER.publicKey, key(4).publicKey);

export const CONTEXT: SigningContext = {
  multisig: addressOf(CAST.multisig),
  vault: addressOf(CAST.vault),
  owner: addressOf(CAST.owner),
  agent: addressOf(CAST.agent),
  feeAccount: addressOf(CAST.fee),
  bounds: boundsFor(CAST),
};
