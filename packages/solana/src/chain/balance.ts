import { type Address, type AssetId, domainError, mintOf } from '@countersign/core';
import { tokenAccountAddress } from '../build/pda.ts';
import { type AccountState, fetchAccount } from './accounts.ts';
import { ChainProblem } from './chain-problem.ts';
import type { Call, RpcPool } from './rpc-pool.ts';
import { readTokenAccount } from './token-account.ts';

/** Rent exemption of an account without data: what a vault must keep, in lamports. */
export const VAULT_RESERVE_LAMPORTS: bigint = 890_880n;

/**
 * What the vault can spend, confirmed: of the native asset what is above rent exemption, of a token what lies in its associated account
 * and is not frozen. With several nodes configured the least that any of those tells that answer.
 */
export async function readBalance(pool: RpcPool, vault: Address, asset: AssetId): Promise<bigint> {
  const mint = mintOf(asset);
  const holder = mint === null ? vault : await tokenAccountAddress(vault, mint);
  const fetch = async (call: Call): Promise<bigint> => spendable((await fetchAccount(call, holder, 'confirmed')).account, vault, mint);
  if (pool.size === 1) return pool.read(fetch);
  const answers = await pool.ask(fetch);
  const told = answers.flatMap((answer) => (answer.ok ? [answer.value] : []));
  const [first, ...others] = told;
  if (first !== undefined) return others.reduce((least, each) => (each < least ? each : least), first);
  const problem = answers.flatMap((answer) => (answer.ok ? [] : [`node ${answer.node}: ${answer.problem}`])).join('; ');
  throw new ChainProblem(domainError('chain_unavailable', { problem }));
}

function spendable(account: AccountState | null, vault: Address, mint: Address | null): bigint {
  if (mint !== null) {
    const tokens = readTokenAccount(account);
    return tokens?.owner === vault && tokens.mint === mint && !tokens.frozen ? tokens.amount : 0n;
  }
  const lamports = (account?.lamports ?? 0n) - VAULT_RESERVE_LAMPORTS;
  return lamports > 0n ? lamports : 0n;
}
