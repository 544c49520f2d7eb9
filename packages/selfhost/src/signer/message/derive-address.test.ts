import { getAddressDecoder, getProgramDerivedAddress, isOffCurveAddress, address as kit } from '@solana/kit';
import { getAssociatedTokenAddressSync } from '@solana/spl-token';
import { Keypair, PublicKey } from '@solana/web3.js';
import * as squads from '@sqds/multisig';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { addressOf } from '../../../test/support/message-builder.ts';
import { deriveMultisig, deriveProgramAddress, deriveProposal, deriveTokenAccount, deriveVault } from './derive-address.ts';
import { isOnCurve } from './on-curve.ts';
import { SQUADS_PROGRAM } from './programs.ts';

const bytes32 = fc.uint8Array({ minLength: 32, maxLength: 32 });

describe('isOnCurve', () => {
  test('agrees with Kit on random bytes', () => {
    const agrees = fc.property(bytes32, (bytes) => {
      expect(isOnCurve(bytes)).toBe(!isOffCurveAddress(getAddressDecoder().decode(bytes)));
    });
    fc.assert(agrees, { numRuns: 300 });
  });
  test('public keys are on it, program addresses are not', () => {
    for (let count = 0; count < 20; count += 1) expect(isOnCurve(Keypair.generate().publicKey.toBytes())).toBe(true);
  });
  test('points of small order are on it, unlike in the check of libsodium', () => {
    expect(isOnCurve(new Uint8Array(32))).toBe(true);
    expect(isOnCurve(Uint8Array.of(1, ...new Uint8Array(31)))).toBe(true);
  });
});

describe('derived addresses', () => {
  test('any seeds: the same as Kit', async () => {
    const seeds = fc.array(fc.uint8Array({ maxLength: 32 }), { maxLength: 5 });
    const same = fc.asyncProperty(seeds, async (list) => {
      const [expected] = await getProgramDerivedAddress({ programAddress: kit(SQUADS_PROGRAM), seeds: list });
      expect(deriveProgramAddress(SQUADS_PROGRAM, list)).toBe(expected);
    });
    await fc.assert(same, { numRuns: 60 });
  });
  test('the accounts of Squads and token accounts: the same as the SDKs', () => {
    fc.assert(
      fc.property(bytes32, fc.bigInt(0n, 2n ** 64n - 1n), (raw, index) => {
        const multisigPda = new PublicKey(raw);
        const multisig = addressOf(multisigPda);
        expect(deriveVault(multisig)).toBe(squads.getVaultPda({ multisigPda, index: 0 })[0].toBase58());
        expect(deriveMultisig(multisig)).toBe(squads.getMultisigPda({ createKey: multisigPda })[0].toBase58());
        const { transaction, proposal } = deriveProposal(multisig, index);
        expect(transaction).toBe(squads.getTransactionPda({ multisigPda, index })[0].toBase58());
        expect(proposal).toBe(squads.getProposalPda({ multisigPda, transactionIndex: index })[0].toBase58());
        const mint = Keypair.generate().publicKey;
        const token = getAssociatedTokenAddressSync(mint, multisigPda, true).toBase58();
        expect(deriveTokenAccount(multisig, addressOf(mint))).toBe(token);
      }),
      { numRuns: 20 },
    );
  });
});
