import { type Address, type AssetId, NATIVE_ASSET, tokenAsset } from '@countersign/core';
import { SYSTEM_PROGRAM, TOKEN_2022_PROGRAM, TOKEN_PROGRAM } from '../build/programs.ts';
import type { InnerInstruction } from './inner-instruction.ts';

/** System: CreateAccount (u32 0) and Transfer (u32 2), lamports u64 behind it, out of the first account. */
const SYSTEM_MOVES: ReadonlySet<number> = new Set([0, 2]);
/** Token programs: Transfer (u8 3) and TransferChecked (u8 12), amount u64 behind it, out of the first account. */
const TOKEN_MOVES: ReadonlySet<number> = new Set([3, 12]);

/**
 * INVARIANT I4: what inner instructions moved out of the vault and its token accounts, gross, so that what came back in the same transaction
 * restores no budget.
 */
export function grossOutflows(
  inner: readonly InnerInstruction[],
  vault: Address,
  mints: ReadonlyMap<Address, Address>,
): ReadonlyMap<AssetId, bigint> {
  const sums = new Map<AssetId, bigint>();
  const add = (asset: AssetId, amount: bigint): void => {
    sums.set(asset, (sums.get(asset) ?? 0n) + amount);
  };
  for (const { program, accounts, data } of inner) {
    const [from] = accounts;
    if (data === null || from === undefined) continue;
    const bytes = new DataView(data.buffer, data.byteOffset, data.byteLength);
    if (program === SYSTEM_PROGRAM && from === vault && data.length >= 12 && SYSTEM_MOVES.has(bytes.getUint32(0, true)))
      add(NATIVE_ASSET, bytes.getBigUint64(4, true));
    const mint = mints.get(from);
    const isToken = program === TOKEN_PROGRAM || program === TOKEN_2022_PROGRAM;
    if (isToken && mint !== undefined && data.length >= 9 && TOKEN_MOVES.has(bytes.getUint8(0)))
      add(tokenAsset(mint), bytes.getBigUint64(1, true));
  }
  return sums;
}
