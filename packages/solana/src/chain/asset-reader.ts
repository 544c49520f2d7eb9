import { type AssetId, type AssetInfo, domainError, mintOf, NATIVE_ASSET, NATIVE_DECIMALS } from '@countersign/core';
import { TOKEN_2022_PROGRAM, TOKEN_PROGRAM } from '../build/programs.ts';
import { type AccountState, fetchAccount } from './accounts.ts';
import { ChainProblem } from './chain-problem.ts';
import type { RpcPool } from './rpc-pool.ts';

export type ReadAsset = (asset: AssetId) => Promise<AssetInfo>;

const MINT_BYTES = 82;
const DECIMALS_AT = 44;
const INITIALIZED_AT = 45;
const REMEMBERED = 1_024;

/**
 * Decimals of assets. A mint of the classic token program never changes them and cannot be closed, so they are remembered. Throws
 * `ChainProblem` `asset_not_supported` for anything but a mint of that program: Token-2022 mints can take fees, be paused or be drained.
 */
export function createAssetReader(pool: RpcPool): ReadAsset {
  const known = new Map<AssetId, AssetInfo>([[NATIVE_ASSET, { asset: NATIVE_ASSET, decimals: NATIVE_DECIMALS }]]);
  return async (asset) => {
    const remembered = known.get(asset);
    if (remembered) return remembered;
    const mint = mintOf(asset);
    if (mint === null) throw notSupported(asset, 'is not a mint');
    const { account } = await pool.read((call) => fetchAccount(call, mint, 'confirmed'));
    const info = { asset, decimals: decimalsOf(asset, account) };
    if (known.size < REMEMBERED) known.set(asset, info);
    return info;
  };
}

function decimalsOf(asset: AssetId, account: AccountState | null): number {
  if (!account) throw notSupported(asset, 'no such mint is on the chain');
  if (account.owner === TOKEN_2022_PROGRAM)
    throw notSupported(asset, 'is a mint of the Token-2022 program, which spending limits do not support');
  if (account.owner !== TOKEN_PROGRAM || account.data.length !== MINT_BYTES || account.data[INITIALIZED_AT] !== 1)
    throw notSupported(asset, 'is not a mint of the token program');
  return account.data[DECIMALS_AT] ?? 0;
}

function notSupported(asset: AssetId, problem: string): ChainProblem {
  return new ChainProblem(domainError('asset_not_supported', { asset, problem }));
}
