import { uiAmount } from './ui-amount-text.ts';

/** An amount of a budget line: SOL with its lamports, network fees too; counts and the units of a group as they are; tokens in base units. */
export function budgetAmount(of: string, amount: string): string {
  if (of === 'SOL' || of.startsWith('SOL to ') || of === 'fees') return uiAmount(amount, 'SOL');
  if (of === 'transactions' || of.startsWith('group ') || of.endsWith(' near the limit')) return amount;
  return uiAmount(amount, of);
}
