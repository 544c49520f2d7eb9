import type { WalletView } from '@countersign/sdk';
import { facts, table } from './table.ts';
import { uiAmount } from './ui-amount-text.ts';

export function walletRows(wallets: readonly WalletView[]): readonly string[] {
  return table(
    ['wallet', 'name', 'state', 'address to fund', 'policy'],
    wallets.map(({ id, name, state, vault, policyRevision }) => [
      id,
      name,
      state,
      vault ?? '-',
      policyRevision === null ? '-' : String(policyRevision),
    ]),
  );
}

export function walletLines(wallet: WalletView): readonly string[] {
  const { id, name, state, vault, owner, agent, recovery, rekeyingBy, policyRevision, frozenReason, balances, createdAt } = wallet;
  return [
    ...facts([
      ['wallet', id],
      ['name', name],
      ['state', state],
      ['frozen because', frozenReason],
      ['address to fund', vault ?? 'none until the wallet is active'],
      ['owner', owner],
      ['agent', agent],
      ['recovery key', recovery ?? 'none: a lost owner key would lose the wallet'],
      ['keys changing by', rekeyingBy],
      ['policy revision', policyRevision === null ? 'none' : String(policyRevision)],
      ['created', createdAt],
    ]),
    '',
    ...(balances === null
      ? ['The balances are not known: the chain could not be asked.']
      : table(
          ['asset', 'spendable'],
          balances.map(({ asset, amount, decimals }) => [asset, uiAmount(amount, asset, decimals)]),
        )),
  ];
}
