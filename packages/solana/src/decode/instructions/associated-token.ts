import { SYSTEM, TOKEN } from '../addresses/programs.ts';
import { tokenAccountOf } from '../addresses/squads-addresses.ts';
import { Malformed } from '../bytes/malformed.ts';
import type { ParsedInstruction } from '../parse-message.ts';
import type { InstructionDecoder } from '../scope.ts';
import { expectAddress, readAccounts } from './read-accounts.ts';
import { TOKEN_ACCOUNT_RENT_LAMPORTS } from './rent.ts';

/**
 * Associated token program: `Create` (no data, or u8 0) and `CreateIdempotent` (u8 1) for the classic token program.
 * Accounts: payer (signs), token account, owner, mint, system program, token program.
 */
export const decodeAssociatedToken: InstructionDecoder<ParsedInstruction> = (instruction, position, scope) => {
  const [payer, account, owner, mint, system, token] = readAccounts(instruction, ['ws', 'w', '-', '-', '-', '-']);
  const [tag] = instruction.data;
  if (instruction.data.length > 1 || (tag !== undefined && tag > 1)) throw new Malformed('is no creation of a token account');
  expectAddress(system, SYSTEM, 'system program');
  expectAddress(token, TOKEN, 'token program');
  expectAddress(account, tokenAccountOf(owner, mint), `token account of ${owner} for mint ${mint}`);
  scope.tokenOwners.set(account, owner);
  return [
    {
      kind: 'account_creation',
      instruction: position,
      account,
      payer,
      what: `token account of ${owner} for mint ${mint}`,
      maximumRentLamports: TOKEN_ACCOUNT_RENT_LAMPORTS,
    },
  ];
};
