import type { KeyNotice, WalletKey } from '@countersign/core';
import type { KeyView } from '@countersign/sdk';
import { momentOf, momentOrNull } from './moment.ts';

export function keyView({ key, notice }: { readonly key: WalletKey; readonly notice: KeyNotice }): KeyView {
  const { id, walletId, role, address, state, rotationReason } = key;
  return {
    id,
    wallet: walletId,
    role,
    address,
    state,
    notice,
    reason: rotationReason,
    createdAt: momentOf(key.createdAtMs),
    activatedAt: momentOrNull(key.activatedAtMs),
    dueAt: momentOrNull(key.dueAtMs),
    endedAt: momentOrNull(key.endedAtMs),
  };
}
