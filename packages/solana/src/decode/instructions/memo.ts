import { Malformed } from '../bytes/malformed.ts';
import type { ParsedInstruction } from '../parse-message.ts';
import type { InstructionDecoder } from '../scope.ts';
import { readAccounts } from './read-accounts.ts';

const MAX_MEMO_BYTES = 256;

/** spl-memo: the data is the text. Only without signers and up to 256 bytes of UTF-8. */
export const decodeMemo: InstructionDecoder<ParsedInstruction> = (instruction, position) => {
  readAccounts(instruction, []);
  if (instruction.data.length > MAX_MEMO_BYTES) throw new Malformed(`is a memo of more than ${MAX_MEMO_BYTES} bytes`);
  return [{ kind: 'memo', instruction: position, text: utf8(instruction.data) }];
};

function utf8(bytes: Uint8Array): string {
  try {
    return new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes);
  } catch {
    throw new Malformed('is a memo that is not UTF-8');
  }
}
