import { canLockMemory } from '../../memory/guarded-secret.ts';
import { coreDumpsOff } from '../process-hardening.ts';
import { liveSession } from '../signer-state.ts';
import { describeWallet } from './hello.ts';
import type { Operation } from './operations.ts';

/** The signer's health; with `walletId` also that wallet's identity and counters. */
export const status: Operation = async (state, fields) => {
  const walletId = fields.has('walletId') ? fields.walletId('walletId') : null;
  fields.end();
  const nowMs = state.clock.nowMs();
  const health = {
    memoryLocked: canLockMemory(),
    coreDumpsOff: coreDumpsOff(),
    at: nowMs,
    feeSignaturesLastMinute: state.feeRate.lastMinute(nowMs),
    wallets: state.sessions.size,
  };
  if (walletId === null) return health;
  const { session, live } = liveSession(state, walletId);
  const { owner, multisig, network } = session.wallet;
  const { seq, signaturesLastMinute, windows } = live.ledger.status(nowMs);
  return { ...health, wallet: { ...describeWallet(session), owner, multisig, network, seq, signaturesLastMinute, windows } };
};
