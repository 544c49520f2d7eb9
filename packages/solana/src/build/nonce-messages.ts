import type { Address, BuiltMessage, NonceAccount } from '@countersign/core';
import { createAddressWithSeed, createNoopSigner, type Instruction } from '@solana/kit';
import {
  getAdvanceNonceAccountInstruction,
  getCreateAccountWithSeedInstruction,
  getInitializeNonceAccountInstruction,
} from '@solana-program/system';
import { compileMessage, type Lifetime } from './compile-message.ts';
import { coreAddress, kitAddress } from './kit-address.ts';
import { type Group, packMessages } from './pack-messages.ts';
import { SYSTEM_PROGRAM } from './programs.ts';

/** Version u32, state u32, authority 32, nonce 32, fee u64. */
const NONCE_BYTES = 80n;
/** Rent exemption of that many bytes, lamports. */
const NONCE_RENT_LAMPORTS = 1_447_680n;
/** As many as the signer takes at once (docs/spec/signer-protocol.md). */
const PAIRS_A_MESSAGE = 4;
const system = kitAddress(SYSTEM_PROGRAM);

/** Where the nonce account of a seed lies: sha256(fee account ‖ seed ‖ System program). */
export async function nonceAccountAddress(feeAccount: Address, seed: string): Promise<Address> {
  return coreAddress(await createAddressWithSeed({ baseAddress: kitAddress(feeAccount), seed, programAddress: system }));
}

/** The fee account makes nonce accounts out of itself and gives them to `authority`. */
export async function buildNonceAccounts(
  feeAccount: Address,
  authority: Address,
  seeds: readonly string[],
  lifetime: Lifetime,
): Promise<readonly BuiltMessage[]> {
  const payer = createNoopSigner(kitAddress(feeAccount));
  const pairs = await Promise.all(
    seeds.map(async (seed): Promise<Group> => {
      const account = kitAddress(await nonceAccountAddress(feeAccount, seed));
      const create = getCreateAccountWithSeedInstruction({
        ...{ payer, newAccount: account, base: kitAddress(feeAccount), seed, programAddress: system },
        ...{ amount: NONCE_RENT_LAMPORTS, space: NONCE_BYTES },
      });
      return [create, getInitializeNonceAccountInstruction({ nonceAccount: account, nonceAuthority: kitAddress(authority) })];
    }),
  );
  const messages = Array.from({ length: Math.ceil(pairs.length / PAIRS_A_MESSAGE) }, (_, index) =>
    pairs.slice(index * PAIRS_A_MESSAGE, (index + 1) * PAIRS_A_MESSAGE),
  );
  return messages.flatMap((some) => packMessages(feeAccount, some, lifetime));
}

/** A message over a durable nonce: it advances the nonce first, and the nonce stands in the blockhash's place. */
export function compileDurable(feePayer: Address, nonce: NonceAccount, instructions: readonly Instruction[]): BuiltMessage {
  const advance = getAdvanceNonceAccountInstruction({
    nonceAccount: kitAddress(nonce.address),
    nonceAuthority: createNoopSigner(kitAddress(nonce.authority)),
  });
  return compileMessage(feePayer, [advance, ...instructions], { blockhash: nonce.nonce, lastValidBlockHeight: 2n ** 64n - 1n });
}
