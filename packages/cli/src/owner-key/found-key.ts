import type { Address, IOwnerKeys } from '@countersign/core';
import type { Failure } from '../outcome.ts';
import { good, type Result } from '../result.ts';

/** An owner key whose public half is known, and that is not open yet. */
export interface FoundKey {
  readonly owner: Address;
  /** Opens it for one action, asking for what that takes. Whoever opens it closes it. */
  open(): Promise<Result<IOwnerKeys, Failure>>;
  /** Ends a session that finding it began, where it is not opened after all; idempotent. */
  close(): Promise<void>;
}

/** A key whose public half is known only once it is open. */
export function alreadyOpen(keys: IOwnerKeys): FoundKey {
  return { owner: keys.getOwnerPublicKey(), open: async () => good(keys), close: () => keys.close() };
}

/** The keys that sign: one, or where the owner changes the old and the new one. */
export type Signers = readonly [FoundKey, ...FoundKey[]];

export function ownersOf([first, ...others]: Signers): readonly [Address, ...Address[]] {
  return [first.owner, ...others.map(({ owner }) => owner)];
}

/** Opens each key, one after the other; closes all whatever comes of it. */
export async function withAllOpen<T>(
  keys: Signers,
  work: (opened: readonly IOwnerKeys[]) => Promise<Result<T, Failure>>,
): Promise<Result<T, Failure>> {
  const opened: IOwnerKeys[] = [];
  try {
    for (const found of keys) {
      const key = await found.open();
      if (!key.ok) return key;
      opened.push(key.value);
    }
    return await work(opened);
  } finally {
    for (const key of opened) await key.close();
    for (const found of keys) await found.close();
  }
}
