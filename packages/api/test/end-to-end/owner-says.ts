import { randomBytes } from 'node:crypto';
import { encodeBase58, formatOwnerStatement, parseId } from '@countersign/core';
import type { Reject } from '@countersign/sdk';
import { need, type Stage, type Victim } from './thief-stage.ts';

/** The owner's statement that says no to a transaction, signed on a machine of their own. */
export async function vetoOf(stage: Stage, { owner, addresses }: Victim, transaction: string): Promise<Reject> {
  const statement = formatOwnerStatement({
    action: 'veto-request',
    network: need(await stage.chain.getNetwork()),
    wallet: addresses.multisig,
    request: need(parseId('request', transaction, 'transaction')),
    expiresAtMs: Math.ceil(Date.now() / 1000) * 1000 + 60_000,
    nonce: randomBytes(16).toString('hex'),
  });
  return { statement, signature: encodeBase58(owner.sign(new TextEncoder().encode(statement))) };
}
