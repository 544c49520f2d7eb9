import { type Address, type AssetId, NATIVE_ASSET, tokenAsset, type WalletAddresses } from '@countersign/core';
import type { AccountState } from './accounts.ts';
import { VAULT_RESERVE_LAMPORTS } from './balance.ts';
import { readTokenAccount, type TokenAccount } from './token-account.ts';

export interface Amount {
  readonly asset: AssetId;
  readonly amount: bigint;
}
/** What a run did to a wallet's accounts. */
export interface BalanceChanges {
  readonly vaultOutflows: readonly Amount[];
  readonly vaultInflows: readonly Amount[];
  readonly leavesTooLittle: boolean;
  readonly feeAccountOutflowLamports: bigint;
  readonly authorityChanges: readonly Address[];
}
interface Look {
  readonly account: Address;
  readonly was: AccountState | null;
  readonly is: AccountState | null;
}

/**
 * Compares accounts before and after. Outflows and inflows are those of each account by itself: what one account of the vault loses is not
 * made good by what another gains. Lamports that leave a token account of the vault beside its tokens count as an outflow of the native
 * asset while the account stays open; one that is closed is among the authority changes.
 */
export function compareBalances(accounts: readonly Look[], addresses: WalletAddresses): BalanceChanges {
  const falls = new Map<AssetId, bigint>();
  const rises = new Map<AssetId, bigint>();
  const authorityChanges: Address[] = [];
  const moved = (asset: AssetId, was: bigint, is: bigint): void => {
    if (was === is) return;
    const [sums, amount] = was > is ? [falls, was - is] : [rises, is - was];
    sums.set(asset, (sums.get(asset) ?? 0n) + amount);
  };
  for (const { account, was, is } of accounts) {
    if (account === addresses.vault) {
      moved(NATIVE_ASSET, was?.lamports ?? 0n, is?.lamports ?? 0n);
      if (was && is && (was.owner !== is.owner || was.data.length !== is.data.length)) authorityChanges.push(account);
      continue;
    }
    const [had, has] = [ofVault(was, addresses.vault), ofVault(is, addresses.vault)];
    if (had && has && had.mint === has.mint) {
      moved(tokenAsset(had.mint), had.amount, has.amount);
      // Of a native account the tokens are lamports themselves.
      const asTokens = had.native && had.amount > has.amount ? had.amount - has.amount : 0n;
      const lamports = (was?.lamports ?? 0n) - (is?.lamports ?? 0n) - asTokens;
      if (lamports > 0n) moved(NATIVE_ASSET, lamports, 0n);
    } else {
      if (had) moved(tokenAsset(had.mint), had.amount, 0n);
      if (has) moved(tokenAsset(has.mint), 0n, has.amount);
    }
    if (had ? was?.owner !== is?.owner || authoritiesOf(had) !== authoritiesOf(has) : has?.delegate || has?.closeAuthority)
      authorityChanges.push(account);
  }
  const vault = accounts.find(({ account }) => account === addresses.vault);
  const [vaultHad, vaultHas] = [vault?.was?.lamports ?? 0n, vault?.is?.lamports ?? 0n];
  const fee = accounts.find(({ account }) => account === addresses.feeAccount);
  const feeFall = (fee?.was?.lamports ?? 0n) - (fee?.is?.lamports ?? 0n);
  return {
    vaultOutflows: [...falls].map(([asset, amount]) => ({ asset, amount })),
    vaultInflows: [...rises].map(([asset, amount]) => ({ asset, amount })),
    leavesTooLittle: vaultHas < vaultHad && vaultHas < VAULT_RESERVE_LAMPORTS,
    feeAccountOutflowLamports: feeFall > 0n ? feeFall : 0n,
    authorityChanges,
  };
}

function ofVault(account: AccountState | null, vault: Address): TokenAccount | null {
  const tokens = readTokenAccount(account);
  return tokens?.owner === vault ? tokens : null;
}

/** Whose a token account is, who may act on it and how far, as one comparable text. */
function authoritiesOf(account: TokenAccount | null): string {
  if (account === null) return 'none';
  const { mint, owner, delegate, closeAuthority, delegatedAmount, frozen } = account;
  return JSON.stringify([mint, owner, delegate, closeAuthority, delegatedAmount.toString(), frozen]);
}
