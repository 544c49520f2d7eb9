import { encodeBase58, type IOwnerKeys, reviewed } from '@countersign/core';
import type { Approve } from '@countersign/sdk';
import { aborted, type Failure } from '../outcome.ts';
import { good, type Result } from '../result.ts';
import type { Checked } from '../verify/reviewed.ts';

/** Signs exactly what was checked and shown: the statement, if there is one, and every message. */
export function signChecked(key: IOwnerKeys, checked: Checked): Result<Approve, Failure> {
  if (key.getOwnerPublicKey() !== checked.owner)
    return aborted(
      `the key file holds ${key.getOwnerPublicKey()}, and what was checked is for ${checked.owner}`,
      'name the right file with --owner-key',
    );
  const messageSignatures: string[] = [];
  for (const { bytes } of checked.messages) {
    const signature = key.signWithOwnerKey({ kind: 'transaction', message: reviewed(bytes, '@countersign/solana/decode') });
    if (!signature.ok) return aborted('the owner key would not sign the transaction', 'ask the operator what was prepared');
    messageSignatures.push(encodeBase58(signature.value));
  }
  if (checked.statement === null) return good({ statementSignature: null, messageSignatures });
  const signature = key.signWithOwnerKey({ kind: 'statement', text: checked.statement });
  if (!signature.ok) return aborted('the owner key would not sign the statement', 'ask the operator what was prepared');
  return good({ statementSignature: encodeBase58(signature.value), messageSignatures });
}
