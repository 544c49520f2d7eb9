import type { Address } from '@countersign/core';
import { createNoopSigner, type Instruction } from '@solana/kit';
import { getTransferSolInstruction } from '@solana-program/system';
import { compileMessage } from '../build/compile-message.ts';
import { kitAddress } from '../build/kit-address.ts';
import { SYSTEM_PROGRAM } from '../build/programs.ts';

/** A message as an agent makes it: the vault pays and signs. Without a blockhash it is all zero, which is the address of the System program. */
export function agentMessage(vault: Address, instructions: readonly Instruction[], blockhash: string = SYSTEM_PROGRAM): Uint8Array {
  return compileMessage(vault, instructions, { blockhash, lastValidBlockHeight: 0n }).bytes;
}

export function sol(from: Address, to: Address, lamports: bigint): Instruction {
  return getTransferSolInstruction({ source: createNoopSigner(kitAddress(from)), destination: kitAddress(to), amount: lamports });
}
