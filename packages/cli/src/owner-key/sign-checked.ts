import { encodeBase58, type IOwnerKeys, reviewed, sha256Hex } from '@countersign/core';
import { aborted, type Failure, failed } from '../outcome.ts';
import { good, type Result } from '../result.ts';
import type { SignedPart } from '../support/exchange-file.ts';
import type { Checked } from '../verify/reviewed.ts';
import { ownerKeyFailure } from './owner-key-failure.ts';

/** Signs exactly what was checked and shown: the statement, if there is one, and every message. A new owner signs the statement alone. */
export async function signChecked(key: IOwnerKeys, checked: Checked): Promise<Result<SignedPart, Failure>> {
  if (key.getOwnerPublicKey() !== checked.key)
    return aborted(`the key is ${key.getOwnerPublicKey()}, and what was checked is for ${checked.key}`, 'name the right key');
  const { part, statement } = checked;
  const messageSignatures: string[] = [];
  for (const { bytes } of part === 'new_owner' ? [] : checked.messages) {
    const signature = await key.signWithOwnerKey({ kind: 'transaction', message: reviewed(bytes, '@countersign/solana/decode') });
    if (!signature.ok) return failed(ownerKeyFailure(signature.error));
    messageSignatures.push(encodeBase58(signature.value));
  }
  if (statement === null) return good({ part, key: checked.key, statementSignature: null, messageSignatures });
  const signature = await key.signWithOwnerKey({ kind: 'statement', text: statement });
  if (!signature.ok) return failed(ownerKeyFailure(signature.error));
  return good({ part, key: checked.key, statementSignature: encodeBase58(signature.value), messageSignatures });
}

/** SHA-256 over statement and messages: the same for all keys that sign one preparation. */
export function digestOf({ statement, messages }: Checked): string {
  return sha256Hex(JSON.stringify([statement, messages.map(({ sha256 }) => sha256)]));
}
