import type { DecisionView, TransactionView } from '@countersign/sdk';
import { budgetAmount } from './budget-amount.ts';
import { duration } from './duration.ts';
import { facts, table } from './table.ts';
import { uiAmount } from './ui-amount-text.ts';

export function transactionRows(transactions: readonly TransactionView[]): readonly string[] {
  return table(
    ['transaction', 'state', 'route', 'asset', 'amount', 'recipient', 'goes', 'created'],
    transactions.map((view) => [
      view.id,
      view.state,
      view.route ?? '-',
      view.asset ?? 'a message',
      amountOf(view) ?? '-',
      view.recipient ?? '-',
      view.releasesAt ?? '-',
      view.createdAt,
    ]),
  );
}

/** Everything about one transaction but its decision. */
export function transactionLines(view: TransactionView): readonly string[] {
  const { id, state, route, asset, recipient, memo, message, signature, policyRevision, approval, releasesAt, problem } = view;
  const amount = amountOf(view);
  return [
    ...facts([
      ['transaction', id],
      ['state', state],
      ['problem', problem],
      ['amount', amount === null ? null : `${amount} ${asset}`],
      ['recipient', recipient],
      ['memo', memo],
      ['message', message === null ? null : `of the agent's own, ${Buffer.from(message, 'base64').length} bytes`],
      ['route', route],
      ['goes by itself', releasesAt],
      ['approval', approval],
      ['to veto', approval === null || releasesAt === null ? null : `countersign reject ${approval}`],
      ['signature', signature],
      ['policy revision', policyRevision === null ? null : String(policyRevision)],
      ['wallet', view.wallet],
      ['created', view.createdAt],
      ['updated', view.updatedAt],
    ]),
    ...effectLines(view.effects),
  ];
}

/** What the service says that it does; only "countersign approve" reads bytes. */
export function effectLines(effects: readonly string[]): readonly string[] {
  return effects.length === 0 ? [] : ['', 'What it does, as the service decoded it:', ...effects.map((effect) => `  ${effect}`)];
}

/** What is to be said about a decision beside its verdict: how long it waits, every rule that objected, and what is left. */
export function decisionLines(
  decision: Pick<DecisionView, 'violations' | 'budgets'> & { readonly delaySeconds?: number | null },
): readonly string[] {
  const { violations, budgets, delaySeconds } = decision;
  const objections = violations.map(({ rule, outcome, message }) => `${outcome === 'denied' ? '✗' : '!'} ${rule}: ${message}`);
  const delay = delaySeconds == null ? [] : [`! delay: ${duration(delaySeconds)}, in which it can be vetoed`];
  const said = [...delay, ...objections];
  if (budgets.length === 0) return said;
  return [
    ...said,
    ...(said.length > 0 ? [''] : []),
    ...table(
      ['budget', 'who', 'limit', 'used', 'remaining', 'asked', 'enough again'],
      budgets.map(({ of, scope, windowSeconds, limitKind, limit, used, remaining, asked, comesBackAt }) => [
        `${of}, ${duration(windowSeconds)}${scope === 'owner' ? ', all wallets of the owner' : ''}`,
        limitKind === 'autonomous' ? 'agent alone' : 'everything',
        ...[limit, used, remaining, asked].map((amount) => budgetAmount(of, amount)),
        comesBackAt ?? '-',
      ]),
    ),
  ];
}

function amountOf({ asset, amount }: TransactionView): string | null {
  return asset === null || amount === null ? null : uiAmount(amount, asset);
}
