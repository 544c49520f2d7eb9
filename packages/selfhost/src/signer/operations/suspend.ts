import { sessionOf, storeState } from '../signer-state.ts';
import type { Operation } from './operations.ts';

/**
 * INVARIANT I7: takes effect at once, also for signatures in flight, and voids every resuming statement made before; answered when
 * it is stored.
 */
export const suspend: Operation = async (state, fields) => {
  const walletId = fields.walletId('walletId');
  fields.end();
  const session = sessionOf(state, walletId);
  session.state = { ...session.state, suspendedAtMs: state.clock.wallMs() };
  session.suspensions += 1;
  await state.exclusively(walletId, () => storeState(state, session, session.state));
  return {};
};
