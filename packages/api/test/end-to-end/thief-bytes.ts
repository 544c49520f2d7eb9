import { type Address, address, decodeBase58 } from '@countersign/core';
import { type ParsedMessage, parseMessage } from '@countersign/solana/decode';

export interface Account {
  readonly address: Address | null;
  readonly signer: boolean;
  readonly writable: boolean;
}
/** One instruction, of the thief's own or out of a message that was taken apart. */
export interface Step {
  readonly program: Address;
  readonly accounts: readonly Account[];
  readonly data: Uint8Array;
}

const SYSTEM: Address = address('11111111111111111111111111111111');
const COMPUTE_BUDGET: Address = address('ComputeBudget111111111111111111111111111111');
const RECENT_BLOCKHASHES: Address = address('SysvarRecentB1ockHashes11111111111111111111');

const bytesOf = (text: string): Uint8Array => decodeBase58(text) ?? new Uint8Array();
const length = (count: number): Uint8Array => (count < 0x80 ? Uint8Array.of(count) : Uint8Array.of((count & 0x7f) | 0x80, count >> 7));

/** A version 0 message made from nothing but instructions: the thief's own compiler. */
export function compile(payer: Address, instructions: readonly Step[], blockhash: string): Uint8Array {
  const flags = new Map<Address, { signer: boolean; writable: boolean }>([[payer, { signer: true, writable: true }]]);
  for (const { program, accounts } of instructions)
    for (const account of [...accounts, { address: program, signer: false, writable: false }]) {
      if (account.address === null) continue;
      const known = flags.get(account.address) ?? { signer: false, writable: false };
      flags.set(account.address, { signer: known.signer || account.signer, writable: known.writable || account.writable });
    }
  const group = (signer: boolean, writable: boolean): Address[] =>
    [...flags].filter(([, each]) => each.signer === signer && each.writable === writable).map(([key]) => key);
  const [paying, reading, written, read] = [group(true, true), group(true, false), group(false, true), group(false, false)];
  const keys = [...paying, ...reading, ...written, ...read];
  return Uint8Array.from(
    Buffer.concat([
      Uint8Array.of(0x80, paying.length + reading.length, reading.length, read.length),
      length(keys.length),
      ...keys.map(bytesOf),
      bytesOf(blockhash),
      length(instructions.length),
      ...instructions.flatMap(({ program, accounts, data }) => [
        Uint8Array.of(keys.indexOf(program)),
        length(accounts.length),
        Uint8Array.from(accounts, (account) => keys.indexOf(account.address ?? payer)),
        length(data.length),
        data,
      ]),
      length(0),
    ]),
  );
}

/** Takes a message apart, lets the thief change it, and puts it together again. */
export function edit(
  message: Uint8Array,
  change: (parsed: ParsedMessage) => { readonly payer?: Address; readonly instructions?: readonly Step[] },
): Uint8Array {
  const parsed = parseMessage(message);
  if (!parsed.ok) throw new Error(JSON.stringify(parsed.error));
  const { payer = parsed.value.signers[0], instructions = parsed.value.instructions } = change(parsed.value);
  if (payer === undefined) throw new Error('a message has a fee payer');
  return compile(payer, instructions, parsed.value.blockhash);
}

export function u64(value: bigint): Uint8Array {
  const bytes = Buffer.alloc(8);
  bytes.writeBigUInt64LE(value);
  return bytes;
}

/** System `Transfer` (2). */
export function systemTransfer(from: Address, to: Address, lamports: bigint): Step {
  return {
    program: SYSTEM,
    accounts: [
      { address: from, signer: true, writable: true },
      { address: to, signer: false, writable: true },
    ],
    data: Uint8Array.from([2, 0, 0, 0, ...u64(lamports)]),
  };
}

/** System `AdvanceNonceAccount` (4): with it a signature lives for ever. */
export function advanceNonce(nonce: Address, authority: Address): Step {
  return {
    program: SYSTEM,
    accounts: [
      { address: nonce, signer: false, writable: true },
      { address: RECENT_BLOCKHASHES, signer: false, writable: false },
      { address: authority, signer: true, writable: false },
    ],
    data: Uint8Array.of(4, 0, 0, 0),
  };
}

/** ComputeBudget `SetComputeUnitPrice` (3), in micro-lamports a unit. */
export function unitPrice(microLamports: bigint): Step {
  return { program: COMPUTE_BUDGET, accounts: [], data: Uint8Array.from([3, ...u64(microLamports)]) };
}
