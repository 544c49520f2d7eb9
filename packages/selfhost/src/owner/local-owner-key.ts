import { guardOwnerKey, type IOwnerKeys, type OwnerKeyHolder, ok } from '@countersign/core';
import type { SigningKey } from '../keystore/signing-key.ts';

/** An owner key whose seed lies in this process's guarded memory until it is closed. INVARIANT I9: it can sign and be wiped, nothing else. */
export function localOwnerKey(holder: OwnerKeyHolder, key: SigningKey): IOwnerKeys {
  return guardOwnerKey({
    ...{ holder, owner: key.address, limitBytes: null, mayWrapTexts: false },
    sign: async ({ bytes }) => ok(key.sign(bytes)),
    close: async () => key.wipe(),
  });
}
