import { type Address, isAddress } from '@countersign/core';
import { getBase58Encoder } from '@solana/kit';
import { encodeParsed } from './parsed-instruction.ts';
import { listOf, objectOf, textOf } from './read-json.ts';
import { unreadable } from './rpc-pool.ts';

/** An instruction that a program called. `data` is `null` where the node told it in words that cannot be turned back into bytes. */
export interface InnerInstruction {
  /** Position of the top-level instruction under which it ran. */
  readonly instruction: number;
  readonly program: Address;
  readonly accounts: readonly Address[];
  readonly data: Uint8Array | null;
}

/** The runtime allows 10 KiB of data to an inner instruction. */
const MAX_DATA_CHARACTERS = 14_000;
const BASE58 = /^[1-9A-HJ-NP-Za-km-z]*$/;

/**
 * Inner instructions as nodes tell them: by index (`programIdIndex`), by address (`programId`, `accounts`, `data`), or, of programs that
 * the node knows, in words (`parsed`), which a node does whatever it is asked for. `keys` are the message's with those of its tables.
 */
export function readInnerInstructions(value: unknown, keys: readonly Address[], instructions: number): readonly InnerInstruction[] {
  const seen = new Set<number>();
  return listOf(value, 'inner instructions').flatMap((group) => {
    const { index, instructions: inner } = objectOf(group, 'inner instructions');
    if (typeof index !== 'number' || !Number.isInteger(index) || index < 0 || index >= instructions || seen.has(index))
      return unreadable('the position of inner instructions');
    seen.add(index);
    return listOf(inner, 'inner instructions').map((each) => readOne(objectOf(each, 'an inner instruction'), keys, index));
  });
}

function readOne(value: { readonly [name: string]: unknown }, keys: readonly Address[], instruction: number): InnerInstruction {
  const { programIdIndex, programId, accounts, data, parsed } = value;
  const program = typeof programIdIndex === 'number' ? keys[programIdIndex] : programId;
  if (typeof program !== 'string' || !isAddress(program)) return unreadable('the program of an inner instruction');
  if (parsed !== undefined) {
    const encoded = encodeParsed(program, parsed);
    return encoded === null ? { instruction, program, accounts: [], data: null } : { instruction, program, ...encoded };
  }
  const named = listOf(accounts, 'the accounts of an inner instruction').map((account) => {
    const key = typeof account === 'number' ? keys[account] : account;
    return typeof key === 'string' && isAddress(key) ? key : unreadable('an account of an inner instruction');
  });
  return { instruction, program, accounts: named, data: bytesOf(textOf(data, 'the data of an inner instruction')) };
}

function bytesOf(text: string): Uint8Array {
  if (text.length > MAX_DATA_CHARACTERS || !BASE58.test(text)) return unreadable('the data of an inner instruction');
  return Uint8Array.from(getBase58Encoder().encode(text));
}
