import { createHash } from 'node:crypto';
import { type Address, address, decodeBase58 } from '@countersign/core';
import { CHAMELEON } from '@countersign/testkit/programs';
import { type Account, type Step, u64 } from './thief-bytes.ts';

export const SYSTEM: Address = address('11111111111111111111111111111111');
export const TOKEN: Address = address('TokenkegQfeZyiNwAJbNbGKPFXCWuBvf9Ss623VQ5DA');
export const WRAPPED: Address = address('So11111111111111111111111111111111111111112');
export const LOOKUP_TABLES: Address = address('AddressLookupTab1e1111111111111111111111111');
export const LOADER: Address = address('BPFLoader2111111111111111111111111111111111');
const MEMO: Address = address('MemoSq4gqABAXKb96qnH8TysNcWxMyWCqXgDLGmfcHr');
const SQUADS: Address = address('SQDS4ep65T869zMMBKyuUq6aD6EgTu8psMjkvj52pCf');
const ED25519: Address = address('Ed25519SigVerify111111111111111111111111111');
const COMPUTE_BUDGET: Address = address('ComputeBudget111111111111111111111111111111');

const bytesOf = (text: string): Uint8Array => decodeBase58(text) ?? new Uint8Array();
const joined = (...parts: readonly Uint8Array[]): Uint8Array => Uint8Array.from(Buffer.concat(parts));

/** `'-'`: read. `'w'`: written. `'s'`: signs. `'ws'`: both. */
export function step(program: Address, accounts: readonly (readonly [Address, '-' | 'w' | 's' | 'ws'])[], data: Uint8Array): Step {
  return {
    program,
    data,
    accounts: accounts.map(([key, flags]): Account => ({ address: key, signer: flags.includes('s'), writable: flags.includes('w') })),
  };
}

export const memo = (text: string): Step => step(MEMO, [], Buffer.from(text));
export const unitLimit = (units: number): Step => step(COMPUTE_BUDGET, [], Uint8Array.from([2, ...u64(BigInt(units)).subarray(0, 4)]));
/** An Ed25519 check of one signature somewhere in another instruction. */
export const checkSignature = (): Step => step(ED25519, [], Uint8Array.from([1, 0, ...new Uint8Array(14).fill(1)]));

/** System instructions by their number: 1 Assign, 8 Allocate, 0 CreateAccount. */
export const assign = (account: Address, to: Address): Step =>
  step(SYSTEM, [[account, 'ws']], joined(Uint8Array.of(1, 0, 0, 0), bytesOf(to)));
export const allocate = (account: Address): Step => step(SYSTEM, [[account, 'ws']], joined(Uint8Array.of(8, 0, 0, 0), u64(10n)));

/** SPL Token. */
export const tokens = {
  transfer: (from: Address, to: Address, owner: Address, amount: bigint): Step =>
    step(
      TOKEN,
      [
        [from, 'w'],
        [to, 'w'],
        [owner, 's'],
      ],
      joined(Uint8Array.of(3), u64(amount)),
    ),
  transferChecked: (from: Address, mint: Address, to: Address, owner: Address, amount: bigint, decimals: number): Step =>
    step(
      TOKEN,
      [
        [from, 'w'],
        [mint, '-'],
        [to, 'w'],
        [owner, 's'],
      ],
      joined(Uint8Array.of(12), u64(amount), Uint8Array.of(decimals)),
    ),
  approve: (account: Address, delegate: Address, owner: Address, amount: bigint): Step =>
    step(
      TOKEN,
      [
        [account, 'w'],
        [delegate, '-'],
        [owner, 's'],
      ],
      joined(Uint8Array.of(4), u64(amount)),
    ),
  /** 2: the owner of an account, 3: who may close it. */
  setAuthority: (account: Address, owner: Address, kind: 2 | 3, to: Address): Step =>
    step(
      TOKEN,
      [
        [account, 'w'],
        [owner, 's'],
      ],
      joined(Uint8Array.of(6, kind, 1), bytesOf(to)),
    ),
  burn: (account: Address, mint: Address, owner: Address, amount: bigint): Step =>
    step(
      TOKEN,
      [
        [account, 'w'],
        [mint, 'w'],
        [owner, 's'],
      ],
      joined(Uint8Array.of(8), u64(amount)),
    ),
  close: (account: Address, to: Address, owner: Address): Step =>
    step(
      TOKEN,
      [
        [account, 'w'],
        [to, 'w'],
        [owner, 's'],
      ],
      Uint8Array.of(9),
    ),
  sync: (account: Address): Step => step(TOKEN, [[account, 'w']], Uint8Array.of(17)),
  /** p-token `UnwrapLamports`; without an amount: all. */
  unwrap: (account: Address, to: Address, owner: Address, amount: bigint | null): Step =>
    step(
      TOKEN,
      [
        [account, 'w'],
        [to, 'w'],
        [owner, 's'],
      ],
      amount === null ? Uint8Array.of(45, 0) : joined(Uint8Array.of(45, 1), u64(amount)),
    ),
  /** p-token `Batch`. */
  batch: (steps: readonly Step[]): Step => ({
    program: TOKEN,
    accounts: steps.flatMap(({ accounts }) => accounts),
    data: joined(Uint8Array.of(255), ...steps.flatMap(({ accounts, data }) => [Uint8Array.of(accounts.length, data.length), data])),
  }),
};

/** A Squads instruction by its name, without a check that it makes sense. */
export function squads(name: string, accounts: Parameters<typeof step>[1], data: Uint8Array = new Uint8Array()): Step {
  const discriminator = createHash('sha256').update(`global:${name}`).digest().subarray(0, 8);
  return step(SQUADS, accounts, joined(discriminator, data));
}

/** The program of packages/testkit/src/programs: it calls `called` with the rights that it has itself. */
export function chameleon(
  program: Address,
  does: keyof typeof CHAMELEON,
  called: Step | null,
  more: { readonly argument?: bigint; readonly accounts?: readonly (readonly [Address, '-' | 'w'])[] } = {},
): Step {
  const { argument, accounts = [] } = more;
  const own = step(program, [[called?.program ?? SYSTEM, '-']], new Uint8Array());
  return {
    program,
    accounts: [...own.accounts, ...(called?.accounts ?? []), ...step(program, accounts, new Uint8Array()).accounts],
    data: joined(
      Uint8Array.of(CHAMELEON[does]),
      argument === undefined ? new Uint8Array() : u64(argument),
      called?.data ?? new Uint8Array(),
    ),
  };
}

/** An account of the lookup table program: active, and last extended long ago unless said otherwise. */
export function tableData(
  addresses: readonly Address[],
  change: { readonly deactivated?: boolean; readonly lastExtendedSlot?: bigint } = {},
): Uint8Array {
  const { deactivated = false, lastExtendedSlot = 0n } = change;
  const head = Buffer.alloc(56);
  head.writeUInt32LE(1, 0);
  head.writeBigUInt64LE(deactivated ? 1n : 2n ** 64n - 1n, 4);
  head.writeBigUInt64LE(lastExtendedSlot, 12);
  head.writeUInt8(0, 20);
  return joined(head, ...addresses.map(bytesOf));
}

/** An account of SPL Token; of wrapped SOL the amount is lamports too. */
export function tokenAccountData(mint: Address, owner: Address, amount: bigint): Uint8Array {
  const native = mint === WRAPPED ? joined(Uint8Array.of(1, 0, 0, 0), u64(2_039_280n)) : new Uint8Array(12);
  return joined(bytesOf(mint), bytesOf(owner), u64(amount), new Uint8Array(36), Uint8Array.of(1), native, new Uint8Array(8 + 36));
}
