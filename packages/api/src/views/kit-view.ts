import type { Kit } from '@countersign/core';
import type { KitView, PreparedKitView } from '@countersign/sdk';
import { momentOf } from './moment.ts';

/** What is known of a kit: never what was signed. */
export function kitView(kit: Kit): KitView {
  const { id, walletId, approvalId, purpose, part, state, nonceAccount, limits, signature, problem, createdAtMs } = kit;
  return {
    id,
    wallet: walletId,
    approval: approvalId,
    purpose,
    part,
    state,
    nonceAccount,
    limits,
    signature,
    problem,
    createdAt: momentOf(createdAtMs),
  };
}

export function preparedKitView({ id, purpose, nonceAccount, nonce, limits }: Kit): PreparedKitView {
  return { id, purpose, durableNonce: { account: nonceAccount, value: nonce }, limits };
}
