import type { Address } from '../domain/address.ts';
import { budgetAsset, NATIVE_ASSET } from '../domain/asset.ts';
import type { VaultOnChain } from '../ports/blockchain-adapter.ts';
import type { WatchedState } from '../ports/records.ts';
import type { Dependencies } from './dependencies.ts';
import { behind, missed, type Seen } from './watch-round.ts';
import type { WatchedWallet } from './watched-wallet.ts';

/** Accounts of one vault whose transactions are followed, beside the vault itself. */
const MOST_ACCOUNTS = 16;

/**
 * INVARIANT I11: who has a say over the vault's token accounts. Nobody but the vault can name a delegate or give an account away, so both are
 * drift whenever they are seen. A close authority can come with an account that a stranger gave to the vault, so it is drift only on an account
 * that was there without it: nobody can freeze a wallet by sending it junk.
 */
export async function watchVault(deps: Pick<Dependencies, 'chain'>, { wallet, assets, mark }: WatchedWallet): Promise<Seen<VaultOnChain>> {
  const vault = await deps.chain.readVault(wallet.vault, assets);
  if (!vault.ok) return missed(vault.error);
  const late = behind(vault.value.slot, mark);
  if (late) return late;
  const known = new Map(mark?.seen.balances.map((each) => [each.account, each.closeAuthority]));
  const differences: string[] = [];
  for (const { account, owner, delegate, closeAuthority } of vault.value.tokens) {
    if (owner !== wallet.vault) differences.push(`token account ${account} is owned by ${owner}, expected ${wallet.vault}`);
    if (delegate !== null) differences.push(`token account ${account} has the delegate ${delegate}, expected none`);
    const before = known.get(account);
    if (closeAuthority !== null && closeAuthority !== wallet.vault && before !== undefined && before !== closeAuthority)
      differences.push(`token account ${account} can be closed by ${closeAuthority}, expected ${before ?? 'its owner alone'}`);
  }
  return { kind: 'seen', slot: vault.value.slot, differences, state: vault.value };
}

type Token = VaultOnChain['tokens'][number];

/** The vault's accounts of the policy's assets; of many, those that are known and those that hold most, so that gifts crowd nothing out. */
function followedTokens({ wallet, assets, mark }: WatchedWallet, { tokens }: VaultOnChain): readonly Token[] {
  const known = new Set(mark?.newest.map(({ account }) => account));
  const wanted = new Set(assets.map(budgetAsset));
  return tokens
    .filter(({ asset, owner }) => wanted.has(budgetAsset(asset)) && owner === wallet.vault)
    .toSorted((one, other) => Number(known.has(other.account)) - Number(known.has(one.account)) || (one.amount < other.amount ? 1 : -1))
    .slice(0, MOST_ACCOUNTS);
}

/** The accounts whose transactions are followed. */
export function followedAccounts(watched: WatchedWallet, vault: VaultOnChain): readonly Address[] {
  return [watched.wallet.vault, ...followedTokens(watched, vault).map(({ account }) => account)];
}

/** What the vault holds of the policy's assets, for comparing the next time. */
export function balancesOf(watched: WatchedWallet, vault: VaultOnChain): WatchedState['balances'] {
  const native = { account: watched.wallet.vault, asset: NATIVE_ASSET, amount: vault.lamports.toString(), closeAuthority: null };
  const held = followedTokens(watched, vault).map(({ account, asset, amount, closeAuthority }) => ({
    account,
    asset,
    amount: amount.toString(),
    closeAuthority,
  }));
  return [native, ...held];
}
