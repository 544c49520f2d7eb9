import { sha256 } from '@countersign/core';
import { Refused } from '../refusal.ts';
import { matchSpend, type Spend } from '../shapes/match-spend.ts';
import { matchStepBack } from '../shapes/match-step-back.ts';
import { matchWithOwner } from '../shapes/match-with-owner.ts';
import type { SigningContext } from '../shapes/signing-context.ts';
import { activeBounds, installedBounds, liveSession } from '../signer-state.ts';
import type { Fields } from '../wire/fields.ts';
import type { Operation } from './operations.ts';

const MAX_MESSAGE_BYTES = 1232;

/**
 * Decodes, checks, stores the receipt, signs. INVARIANT I1: the bytes that were matched are the bytes that are signed. INVARIANT I2: the
 * receipt is on disk before the key is used; the same bytes again give the same signature and receipt and are not counted again.
 */
export const sign: Operation = async (state, fields) => {
  const walletId = fields.walletId('walletId');
  const message = fields.bytesUpTo('message', MAX_MESSAGE_BYTES);
  const kind = fields.text('kind', 16);
  const match = matcherOf(kind, fields);
  fields.end();
  // INVARIANT I7: a suspended wallet signs nothing but its steps back, by which it only loses rights.
  const boundsOf = kind === 'step_back' ? installedBounds : activeBounds;
  const { session, live } = liveSession(state, walletId);
  const bounds = boundsOf(session);
  const { wallet, vault } = session;
  const spend = match(message, {
    multisig: wallet.multisig,
    owner: wallet.owner,
    agent: live.key.address,
    feeAccount: state.keystore.feeKey.address,
    vault,
    bounds,
  });
  const messageHash = sha256(message);
  const receipt = live.ledger.find(messageHash) ?? account();
  try {
    await live.log.flushed();
  } catch {
    throw new Refused('locked', 'the receipt could not be stored');
  }
  // Stopped, or another key, owner or bounds meanwhile: what was checked is not what holds now.
  if (boundsOf(session) !== bounds || session.live !== live || session.wallet !== wallet)
    throw new Refused('locked', 'the keys or bounds of this wallet were changed meanwhile');
  return { signature: live.key.sign(message), receipt };

  function account(): Uint8Array {
    const nowMs = state.clock.nowMs();
    live.ledger.assertRoom(spend, bounds, nowMs);
    const made = live.ledger.record(spend, messageHash, nowMs);
    live.log.append(made).catch(() => null);
    return made;
  }
};

type Match = (message: Uint8Array, context: SigningContext) => Spend | null;

function matcherOf(kind: string, fields: Fields): Match {
  if (kind === 'spend') return matchSpend;
  if (kind === 'with_owner') {
    const ownerSignature = fields.bytes('ownerSignature', 64);
    return (message, context) => {
      matchWithOwner(message, ownerSignature, context);
      return null;
    };
  }
  if (kind !== 'step_back') throw new Refused('malformed', 'kind is not spend, with_owner or step_back');
  return (message, context) => {
    matchStepBack(message, context);
    return null;
  };
}
