import { type AssetId, type AssetInfo, domainError, mintOf, NATIVE_ASSET, NATIVE_DECIMALS } from '@countersign/core';
import { TOKEN_2022_PROGRAM, TOKEN_PROGRAM } from '../build/programs.ts';
import { NO_FACTS } from '../decode/index.ts';
import type { AccountState } from './accounts.ts';
import { ChainProblem } from './chain-problem.ts';
import { readFacts } from './read-facts.ts';
import type { RpcPool } from './rpc-pool.ts';

export type ReadAsset = (asset: AssetId) => Promise<AssetInfo>;

const MINT_BYTES = 82;
const DECIMALS_AT = 44;
const INITIALIZED_AT = 45;
const REMEMBERED = 1_024;
const ACCOUNT_BYTES = 165;
const MULTISIG_BYTES = 355;
/** The kind of an extended account of Token-2022, after the base layout. */
const EXTENDED_MINT = 1;
/** Extensions of mints (spl-token-2022 `ExtensionType`). */
const EXTENSIONS: ReadonlyMap<number, string> = new Map([
  [1, 'transfer fee'],
  [3, 'mint close authority'],
  [4, 'confidential transfer'],
  [6, 'default account state'],
  [9, 'non-transferable'],
  [10, 'interest bearing'],
  [12, 'permanent delegate'],
  [14, 'transfer hook'],
  [16, 'confidential transfer fee'],
  [18, 'metadata pointer'],
  [19, 'token metadata'],
  [20, 'group pointer'],
  [21, 'token group'],
  [22, 'group member pointer'],
  [23, 'token group member'],
  [24, 'confidential mint and burn'],
  [25, 'scaled amount'],
  [26, 'pausable'],
  [28, 'permissioned burn'],
]);

/**
 * Decimals of assets. A mint of the classic token program never changes them and cannot be closed, so they are remembered; nodes have to
 * agree on it. Throws `ChainProblem` `asset_not_supported` for anything but a mint of that program: Token-2022 mints can take fees, be
 * paused or be drained.
 */
export function createAssetReader(pool: RpcPool): ReadAsset {
  const known = new Map<AssetId, AssetInfo>([[NATIVE_ASSET, { asset: NATIVE_ASSET, decimals: NATIVE_DECIMALS }]]);
  return async (asset) => {
    const remembered = known.get(asset);
    if (remembered) return remembered;
    const mint = mintOf(asset);
    if (mint === null) throw notSupported(asset, 'is not a mint');
    const { accounts } = await readFacts(pool, () => [mint], NO_FACTS);
    const info = { asset, decimals: decimalsOf(asset, accounts.get(mint) ?? null) };
    if (known.size < REMEMBERED) known.set(asset, info);
    return info;
  };
}

function decimalsOf(asset: AssetId, account: AccountState | null): number {
  if (!account) throw notSupported(asset, 'no such mint is on the chain');
  const { owner, data } = account;
  if (owner === TOKEN_2022_PROGRAM) throw notSupported(asset, token2022(data));
  if (owner !== TOKEN_PROGRAM) throw notSupported(asset, `belongs to program ${owner}, not to the token program`);
  if (data.length === MULTISIG_BYTES) throw notSupported(asset, 'is a multisignature of the token program, not a mint');
  if (data.length === ACCOUNT_BYTES) throw notSupported(asset, 'is a token account, not a mint');
  if (data.length !== MINT_BYTES || data[INITIALIZED_AT] !== 1) throw notSupported(asset, 'is not a mint of the token program');
  return data[DECIMALS_AT] ?? 0;
}

/** Why a mint of Token-2022 is refused: the program, and the extensions that it has. */
function token2022(data: Uint8Array): string {
  const isMint = data.length === MINT_BYTES || (data.length > ACCOUNT_BYTES && data[ACCOUNT_BYTES] === EXTENDED_MINT);
  if (!isMint) return 'belongs to the Token-2022 program and is not a mint';
  const names = extensionsOf(data).map((type) => EXTENSIONS.get(type) ?? `extension ${type}`);
  const having = names.length === 0 ? '' : ` with ${names.join(', ')}`;
  return `is a mint of the Token-2022 program${having}; spending limits do not support that program`;
}

/** Types of the extensions after the base layout: u16 type, u16 length, value. */
function extensionsOf(data: Uint8Array): readonly number[] {
  const view = new DataView(data.buffer, data.byteOffset, data.byteLength);
  const types: number[] = [];
  for (let at = ACCOUNT_BYTES + 1; at + 4 <= data.length; at += 4 + view.getUint16(at + 2, true)) {
    const type = view.getUint16(at, true);
    if (type === 0) break;
    types.push(type);
  }
  return types;
}

function notSupported(asset: AssetId, problem: string): ChainProblem {
  return new ChainProblem(domainError('asset_not_supported', { asset, problem }));
}
