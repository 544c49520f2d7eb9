import { type Address, encodeBase58 } from '@countersign/core';
import {
  type AccountRole,
  decompileTransactionMessage,
  getCompiledTransactionMessageDecoder,
  type Instruction,
  isSignerRole,
  isWritableRole,
} from '@solana/kit';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { parseMessage } from '../decode/index.ts';
import { must } from '../test-support/must.ts';
import { compileMessage, fits } from './compile-message.ts';
import { kitAddress } from './kit-address.ts';

const keys = Array.from({ length: 12 }, (_, index) => encodeBase58(new Uint8Array(32).fill(index + 1)) as Address);
const key = fc.constantFrom(...keys).map(kitAddress);
const role = fc.integer({ min: 0, max: 3 }).map((value) => value as AccountRole);
const instruction: fc.Arbitrary<Instruction> = fc.record({
  programAddress: fc
    .constantFrom('11111111111111111111111111111111', 'MemoSq4gqABAXKb96qnH8TysNcWxMyWCqXgDLGmfcHr')
    .map((text) => kitAddress(text as Address)),
  accounts: fc.array(fc.record({ address: key, role }), { maxLength: 8 }),
  data: fc.uint8Array({ maxLength: 200 }),
});

test('what is compiled is what Kit and the strict parser read back', () => {
  fc.assert(
    fc.property(fc.array(instruction, { maxLength: 3 }), (instructions) => {
      const payer = keys[11] as Address;
      const lifetime = { blockhash: encodeBase58(new Uint8Array(32).fill(99)), lastValidBlockHeight: 7n };
      const compiled = compileMessage(payer, instructions, lifetime);
      const { bytes, signers } = compiled;
      const read = decompileTransactionMessage(getCompiledTransactionMessageDecoder().decode(bytes));
      expect(read.feePayer.address).toBe(payer);
      expect(read.lifetimeConstraint).toMatchObject({ blockhash: lifetime.blockhash });
      const roles = new Map<string, { signer: boolean; writable: boolean }>([[payer, { signer: true, writable: true }]]);
      for (const each of instructions)
        for (const account of each.accounts ?? []) {
          const before = roles.get(account.address);
          roles.set(account.address, {
            signer: isSignerRole(account.role) || before?.signer === true,
            writable: isWritableRole(account.role) || before?.writable === true,
          });
        }
      const expected = instructions.map((each) => ({
        program: each.programAddress,
        accounts: (each.accounts ?? []).map(({ address }) => ({ address, ...roles.get(address) })),
        data: [...(each.data ?? [])],
      }));
      const kits = (read.instructions as readonly Instruction[]).map((each) => ({
        program: each.programAddress,
        accounts: (each.accounts ?? []).map((account) => ({
          address: account.address,
          signer: isSignerRole(account.role),
          writable: isWritableRole(account.role),
        })),
        data: [...(each.data ?? [])],
      }));
      expect(kits).toEqual(expected);
      if (!fits(compiled)) {
        expect(parseMessage(bytes)).toMatchObject({ ok: false, error: { code: 'undecodable_message' } });
        return;
      }
      const own = must(parseMessage(bytes));
      expect(own.signers).toEqual(signers);
      expect(own.blockhash).toBe(lifetime.blockhash);
      const parsed = own.instructions.map(({ program, accounts, data }) => ({
        program,
        accounts: accounts.map(({ index: _, ...account }) => account),
        data: [...data],
      }));
      expect(parsed).toEqual(expected);
    }),
  );
});
