import { MEMO_V1 } from '../addresses/programs.ts';
import { Malformed } from '../bytes/malformed.ts';
import type { InstructionDecoder } from '../scope.ts';

const MAX_MEMO_BYTES = 256;
const UTF8 = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });

/**
 * spl-memo: the data is the text, at most 256 bytes of UTF-8. Accounts are those who sign it: none, or the vault in what the vault does.
 * Version 1 takes none.
 */
export const decodeMemo: InstructionDecoder = (instruction, position, scope) => {
  const { program, accounts, data } = instruction;
  const signers = scope.standing === 'vault' && program !== MEMO_V1 ? accounts.filter(({ address }) => address !== scope.vault) : accounts;
  if (scope.standing !== 'called' && (signers.length > 0 || accounts.length > 1)) throw new Malformed('is a memo with accounts');
  if (data.length > MAX_MEMO_BYTES) throw new Malformed(`is a memo of more than ${MAX_MEMO_BYTES} bytes`);
  return [{ kind: 'memo', instruction: position, text: utf8(data) }];
};

function utf8(bytes: Uint8Array): string {
  try {
    return UTF8.decode(bytes);
  } catch {
    throw new Malformed('is a memo that is not UTF-8');
  }
}
