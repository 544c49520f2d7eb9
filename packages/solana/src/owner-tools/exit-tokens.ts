import { type Address, type AssetId, mintOf, type VaultOnChain } from '@countersign/core';
import { TOKEN_2022_PROGRAM, TOKEN_PROGRAM } from '../build/programs.ts';
import { type AccountState, fetchAccounts } from '../chain/accounts.ts';
import type { RpcPool } from '../chain/rpc-pool.ts';
import { readTokenAccount } from '../chain/token-account.ts';

/** Tokens of the vault that one transfer moves. */
export interface MovableToken {
  readonly account: Address;
  readonly asset: AssetId;
  readonly mint: Address;
  readonly program: Address;
  readonly amount: bigint;
  readonly decimals: number;
}
/** Money that stays in the vault, and why, in words. */
export interface LeftBehind {
  /** The vault itself for SOL. */
  readonly account: Address;
  readonly asset: AssetId;
  readonly amount: bigint;
  readonly reason: string;
}

const DECIMALS_AT = 44;
const MINT_BYTES = 82;
const BASE_BYTES = 165;
const EXTENDED_MINT = 1;
/** Extensions of Token-2022 mints whose tokens a plain transfer cannot move. */
const UNMOVABLE: ReadonlyMap<number, string> = new Map([
  [6, 'new accounts of this token begin frozen'],
  [9, 'this token cannot be transferred'],
  [14, 'transfers of this token call a program of its issuer'],
]);

/** Splits the vault's tokens into what can be moved and what cannot. `leave`: accounts that the owner wants left alone. */
export async function sortTokens(
  pool: RpcPool,
  tokens: VaultOnChain['tokens'],
  leave: readonly Address[],
): Promise<{ readonly movable: readonly MovableToken[]; readonly left: readonly LeftBehind[] }> {
  const held = tokens.flatMap((token) => {
    const mint = mintOf(token.asset);
    return mint === null || token.amount === 0n ? [] : [{ ...token, mint }];
  });
  const addresses = held.flatMap(({ account, mint }) => [account, mint]);
  const { accounts } = await pool.read((call) => fetchAccounts(call, addresses, 'finalized'));
  const movable: MovableToken[] = [];
  const left: LeftBehind[] = [];
  for (const [index, { account, asset, mint, amount }] of held.entries()) {
    const [holding = null, issue = null] = accounts.slice(2 * index, 2 * index + 2);
    const reason = leave.includes(account) ? 'it was asked to be left' : obstacleTo(holding, issue);
    if (reason !== null || issue === null) left.push({ account, asset, amount, reason: reason ?? 'its mint is not there' });
    else movable.push({ account, asset, mint, program: issue.owner, amount, decimals: issue.data[DECIMALS_AT] ?? 0 });
  }
  // The classic program first: nothing of an issuer's runs in its transfers.
  const isClassic = ({ program }: MovableToken): number => (program === TOKEN_PROGRAM ? 0 : 1);
  return { movable: movable.toSorted((one, other) => isClassic(one) - isClassic(other)), left };
}

function obstacleTo(holding: AccountState | null, mint: AccountState | null): string | null {
  if (mint === null) return 'its mint is not there';
  if (readTokenAccount(holding)?.frozen !== false) return 'the account is frozen';
  if (mint.owner === TOKEN_PROGRAM && mint.data.length === MINT_BYTES) return null;
  if (mint.owner !== TOKEN_2022_PROGRAM) return `its mint is of program ${mint.owner}`;
  if (mint.data.length === MINT_BYTES) return null;
  if (mint.data.length <= BASE_BYTES || mint.data[BASE_BYTES] !== EXTENDED_MINT) return 'its mint cannot be read';
  const data = Buffer.from(mint.data);
  for (let at = BASE_BYTES + 1; at + 4 <= data.length; at += 4 + data.readUInt16LE(at + 2)) {
    const type = data.readUInt16LE(at);
    if (type === 0) break;
    const words = UNMOVABLE.get(type);
    if (words !== undefined) return words;
  }
  return null;
}
