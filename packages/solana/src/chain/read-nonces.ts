import { type Address, address, encodeBase58, type NonceAccount } from '@countersign/core';
import { SYSTEM_PROGRAM } from '../build/programs.ts';
import { type AccountState, fetchAccounts } from './accounts.ts';
import { readAgreed } from './agree.ts';
import type { RpcPool } from './rpc-pool.ts';

/** Version u32 (1), state u32 (1: initialised), authority 32, nonce 32, fee u64. */
const BYTES = 80;

/** Durable nonce accounts at finalized, the same on every node that answers (`readAgreed`); `null` where none is initialised. */
export async function readNonceAccounts(
  pool: RpcPool,
  addresses: readonly Address[],
  notBefore = 0n,
): Promise<readonly (NonceAccount | null)[]> {
  if (addresses.length === 0) return [];
  const { nonces } = await readAgreed(
    pool,
    'nonce accounts',
    async (call, minContextSlot) => {
      const least = minContextSlot === null || minContextSlot < notBefore ? notBefore : minContextSlot;
      const { slot, accounts } = await fetchAccounts(call, addresses, 'finalized', least === 0n ? null : least);
      return { slot, nonces: addresses.map((each, index) => readNonce(each, accounts[index] ?? null)) };
    },
    (one, other) => JSON.stringify(one.nonces) === JSON.stringify(other.nonces),
  );
  return nonces;
}

function readNonce(at: Address, account: AccountState | null): NonceAccount | null {
  if (account?.owner !== SYSTEM_PROGRAM || account.data.length !== BYTES) return null;
  const data = Buffer.from(account.data.buffer, account.data.byteOffset, account.data.byteLength);
  if (data.readUInt32LE(0) !== 1 || data.readUInt32LE(4) !== 1) return null;
  return { address: at, authority: address(encodeBase58(data.subarray(8, 40))), nonce: encodeBase58(data.subarray(40, 72)) };
}
