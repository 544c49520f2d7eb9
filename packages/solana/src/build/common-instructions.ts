import type { Address } from '@countersign/core';
import {
  createNoopSigner,
  getStructEncoder,
  getU8Encoder,
  getU32Encoder,
  getU64Encoder,
  getUtf8Encoder,
  type Instruction,
} from '@solana/kit';
import { getCreateAssociatedTokenIdempotentInstruction } from '@solana-program/token';
import { kitAddress } from './kit-address.ts';
import { tokenAccountAddress } from './pda.ts';
import { COMPUTE_BUDGET_PROGRAM, MEMO_PROGRAM } from './programs.ts';

/** ComputeBudget `SetComputeUnitLimit` (2) and, when a price is set, `SetComputeUnitPrice` (3) in micro-lamports a unit. */
export function computeBudget(unitLimit: number, priceMicroLamports: bigint): readonly Instruction[] {
  const u8 = getU8Encoder();
  const limit = getStructEncoder([
    ['tag', u8],
    ['units', getU32Encoder()],
  ]).encode({ tag: 2, units: unitLimit });
  const price = getStructEncoder([
    ['tag', u8],
    ['price', getU64Encoder()],
  ]).encode({ tag: 3, price: priceMicroLamports });
  const programAddress = kitAddress(COMPUTE_BUDGET_PROGRAM);
  return priceMicroLamports === 0n
    ? [{ programAddress, data: limit }]
    : [
        { programAddress, data: limit },
        { programAddress, data: price },
      ];
}

/** Memo of the spl-memo program with no signers; at most 256 bytes of UTF-8, which the caller has checked. */
export function memoInstructions(text: string | null): readonly Instruction[] {
  return text === null ? [] : [{ programAddress: kitAddress(MEMO_PROGRAM), data: getUtf8Encoder().encode(text) }];
}

/** CreateIdempotent of a wallet's associated token account, paid by `payer`. */
export async function createTokenAccount(payer: Address, owner: Address, mint: Address): Promise<Instruction> {
  return getCreateAssociatedTokenIdempotentInstruction({
    payer: createNoopSigner(kitAddress(payer)),
    ata: kitAddress(await tokenAccountAddress(owner, mint)),
    owner: kitAddress(owner),
    mint: kitAddress(mint),
  });
}
