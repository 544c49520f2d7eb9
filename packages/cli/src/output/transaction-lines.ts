import type { Budget, TransactionView, Violation } from '@countersign/sdk';
import { duration } from './duration.ts';
import { facts, table } from './table.ts';
import { uiAmount } from './ui-amount-text.ts';

export function transactionRows(transactions: readonly TransactionView[]): readonly string[] {
  return table(
    ['transaction', 'state', 'route', 'asset', 'amount', 'recipient', 'created'],
    transactions.map(({ id, state, route, asset, amount, recipient, createdAt }) => [
      id,
      state,
      route ?? '-',
      asset,
      uiAmount(amount, asset),
      recipient,
      createdAt,
    ]),
  );
}

export function transactionLines(view: TransactionView): readonly string[] {
  const { id, state, route, asset, amount, recipient, memo, signature, policyRevision, approval, problem, createdAt, updatedAt } = view;
  return facts([
    ['transaction', id],
    ['state', state],
    ['problem', problem],
    ['amount', `${uiAmount(amount, asset)} ${asset}`],
    ['recipient', recipient],
    ['memo', memo],
    ['route', route],
    ['approval', approval],
    ['signature', signature],
    ['policy revision', policyRevision === null ? null : String(policyRevision)],
    ['wallet', view.wallet],
    ['created', createdAt],
    ['updated', updatedAt],
  ]);
}

/** Every rule that objected, and what is left. */
export function decisionLines(decision: {
  readonly violations: readonly Violation[];
  readonly budgets: readonly Budget[];
}): readonly string[] {
  const { violations, budgets } = decision;
  const objections = violations.map(({ rule, outcome, message }) => `${outcome === 'denied' ? '✗' : '!'} ${rule}: ${message}`);
  if (budgets.length === 0) return objections;
  return [
    ...objections,
    ...(objections.length > 0 ? [''] : []),
    ...table(
      ['budget', 'who', 'limit', 'used', 'remaining', 'enough again'],
      budgets.map(({ asset, windowSeconds, route, limit, used, remaining, comesBackAt }) => [
        `${asset}, ${duration(windowSeconds)}`,
        route === 'autonomous' ? 'agent alone' : 'everything',
        uiAmount(limit, asset),
        uiAmount(used, asset),
        uiAmount(remaining, asset),
        comesBackAt ?? '-',
      ]),
    ),
  ];
}
