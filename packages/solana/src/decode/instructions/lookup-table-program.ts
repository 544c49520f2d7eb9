import { bytesOfAddress } from '../addresses/address-bytes.ts';
import { deriveAddress } from '../addresses/derive-address.ts';
import { LOOKUP_TABLE, SYSTEM } from '../addresses/programs.ts';
import { Malformed } from '../bytes/malformed.ts';
import type { InstructionDecoder } from '../scope.ts';
import { isOurs } from '../wallet-accounts.ts';
import { numbered } from './numbered.ts';
import { expectAddress } from './read-accounts.ts';
import { rentLamports } from './rent.ts';
import { authorityChange, foreign, nothing, refused, type Shape, shape } from './shape.ts';

const TABLE_BYTES = 56;

/** Address lookup table program (address-lookup-table-interface, bincode): u32 instruction number, then its arguments. */
const SHAPES: readonly Shape[] = [
  shape(
    'Lookup Table CreateLookupTable',
    ['w', '-', 'ws', '-'],
    (args) => ({ slot: args.bytes(8), bump: args.u8() }),
    (step) => {
      const [table, authority, payer, system] = step.accounts;
      expectAddress(system, SYSTEM, 'system program');
      expectAddress(table, deriveAddress(LOOKUP_TABLE, [bytesOfAddress(authority), step.args.slot]), 'the lookup table of its slot');
      if (step.scope.standing === 'called' && !isOurs(step.scope, payer)) return foreign(step, [payer, authority]);
      const what = `lookup table controlled by ${authority}`;
      return [
        {
          kind: 'account_creation',
          instruction: step.position,
          account: table,
          payer,
          owner: authority,
          what,
          maximumRentLamports: rentLamports(TABLE_BYTES),
        },
        { kind: 'authority_change', instruction: step.position, account: table, authority: 'lookup table authority', to: authority },
      ];
    },
  ),
  shape('Lookup Table FreezeLookupTable', ['w', 's'], nothing, (step) =>
    authorityChange(step, step.accounts[0], 'lookup table authority', null),
  ),
  shape(
    'Lookup Table ExtendLookupTable',
    ['w', 's'],
    (args) => {
      const count = args.u64();
      if (count * 32n !== BigInt(args.remaining)) throw new Malformed('has a list of addresses of another length');
      return args.list(Number(count), () => args.address());
    },
    (step) => refused(step, `puts ${step.args.length} addresses into lookup table ${step.accounts[0]}`),
    'more',
  ),
  shape('Lookup Table DeactivateLookupTable', ['w', 's'], nothing, (step) => refused(step, `ends lookup table ${step.accounts[0]}`)),
  shape('Lookup Table CloseLookupTable', ['w', 's', 'w'], nothing, (step) => {
    const [account, authority, destination] = step.accounts;
    if (step.scope.standing === 'called' && !isOurs(step.scope, authority)) return foreign(step, [authority]);
    const amountLamports = step.scope.facts.peek(account)?.lamports ?? null;
    return [{ kind: 'account_closing', instruction: step.position, account, destination, amountLamports }];
  }),
];

export const decodeLookupTableProgram: InstructionDecoder = numbered('Lookup Table', SHAPES);
