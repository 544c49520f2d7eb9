import { Refused } from '../refusal.ts';
import { matchFee } from '../shapes/match-fee.ts';
import { sessionOf } from '../signer-state.ts';
import { withCreateKey } from './create-key-address.ts';
import type { Operation } from './operations.ts';

const MAX_MESSAGE_BYTES = 1232;

/** Signs as fee payer, and with the wallet's create key where the message creates the wallet. Works while a wallet is suspended. */
export const signFee: Operation = async (state, fields) => {
  const walletId = fields.walletId('walletId');
  const message = fields.bytesUpTo('message', MAX_MESSAGE_BYTES);
  fields.end();
  const session = sessionOf(state, walletId);
  const { keystore, limits, feeRate, rentRate } = state;
  const { multisig, owner } = session.wallet;
  const { address: feeAccount } = keystore.feeKey;
  const { createKey, live } = session;
  const match = matchFee(message, { multisig, owner, agent: live?.key.address ?? null, feeAccount, createKey });
  const nowMs = state.clock.nowMs();
  if (feeRate.full(limits.feeSignaturesPerMinute, nowMs)) throw new Refused('rate_limited', 'the fee account signed too often this minute');
  if (match.rents > 0 && rentRate.lastMinute(nowMs) + match.rents > limits.rentMessagesPerMinute)
    throw new Refused('rate_limited', 'the fee account paid rent too often this minute');
  feeRate.add(nowMs);
  for (let count = 0; count < match.rents; count += 1) rentRate.add(nowMs);
  const signatures = [{ signer: feeAccount, signature: keystore.feeKey.sign(message) }];
  if (match.needsCreateKey)
    withCreateKey(keystore, walletId, (key) => signatures.push({ signer: key.address, signature: key.sign(message) }));
  return { signatures };
};
