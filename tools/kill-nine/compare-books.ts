import type { TransactionView } from '@countersign/sdk';
import pg from 'pg';
import { type Landed, paymentsOnChain } from '../harness/ledger.ts';
import type { RunningService } from '../harness/running-service.ts';
import { DEMO_MERCHANT } from '../start/demo/demo-policy.ts';
import { type Answer, amountOf } from './pay-until-answered.ts';

export interface Books {
  readonly rows: readonly (readonly string[])[];
  /** What does not add up, one line each. */
  readonly problems: readonly string[];
}

const sum = (amounts: readonly bigint[]): bigint => amounts.reduce((total, amount) => total + amount, 0n);

/** Compares what clients were answered, what the service recorded, what its budget settled and what the chain has. INVARIANT I2, I3, I4, I10. */
export async function compareBooks(service: RunningService, seed: number, answers: ReadonlyMap<number, Answer>): Promise<Books> {
  const recorded = await allTransactions(service);
  const wallet = await service.operator.getWallet(service.wallet);
  if (!wallet.ok || wallet.value.vault === null) throw new Error('the wallet cannot be read');
  const chain = await paymentsOnChain(service.rpcUrl, wallet.value.vault, DEMO_MERCHANT.address);
  const budget = await settledInBudget(service);
  const finalized = recorded.filter(({ state }) => state === 'finalized');
  const taken = [...answers].flatMap(([index, answer]) => (answer.kind === 'taken' ? [{ index, ...answer }] : []));
  const problems = [
    ...answerProblems(answers, recorded),
    ...pairProblems(finalized, chain),
    ...(sum(budget) === sum(chain.map(({ lamports }) => lamports)) && budget.length === chain.length
      ? []
      : ['the settled budget is not what landed on chain']),
    ...taken.flatMap(({ index, id }) => {
      const found = recorded.find((each) => each.id === id);
      return found?.state === 'finalized'
        ? []
        : [`payment ${index} (kill-${seed}-${index}) was taken and is ${found?.state ?? 'lost'}: ${found?.problem ?? ''}`];
    }),
    ...(await auditProblems(service)),
  ];
  const row = (name: string, amounts: readonly bigint[]): readonly string[] => [name, String(amounts.length), String(sum(amounts))];
  return {
    rows: [
      row(
        'answered: taken',
        taken.map(({ index }) => amountOf(index)),
      ),
      row(
        'recorded: finalized',
        finalized.map(({ amount }) => BigInt(amount ?? 0)),
      ),
      row('budget: settled', budget),
      row(
        'chain: landed',
        chain.map(({ lamports }) => lamports),
      ),
      row(
        'answered: denied',
        [...answers].flatMap(([index, { kind }]) => (kind === 'denied' ? [amountOf(index)] : [])),
      ),
    ],
    problems,
  };
}

/** One answer for each payment, with an id of its own; nothing recorded that nobody asked for. */
function answerProblems(answers: ReadonlyMap<number, Answer>, recorded: readonly TransactionView[]): readonly string[] {
  const ids = new Set<string>();
  const problems: string[] = [];
  for (const [index, answer] of answers) {
    if (answer.kind === 'given up') problems.push(`payment ${index} was never answered: ${answer.why}`);
    else if (ids.has(answer.id)) problems.push(`payment ${index} was answered with the transaction of another`);
    else ids.add(answer.id);
  }
  for (const { id, amount } of recorded)
    if (!ids.has(id)) problems.push(`${id} over ${amount} lamports is recorded and was answered to nobody`);
  return problems;
}

/** Each finalized request has exactly one landed transaction of its amount, and the other way round. */
function pairProblems(finalized: readonly TransactionView[], chain: readonly Landed[]): readonly string[] {
  const requests = finalized.map(({ signature, amount }) => `${signature} ${amount}`);
  const landed = chain.map(({ signature, lamports }) => `${signature} ${lamports}`);
  const amounts = chain.map(({ lamports }) => String(lamports));
  return [
    ...requests.filter((each) => !landed.includes(each)).map((each) => `recorded as finalized and not on chain: ${each}`),
    ...landed.filter((each) => !requests.includes(each)).map((each) => `on chain and not recorded as finalized: ${each}`),
    ...amounts.filter((amount, at) => amounts.indexOf(amount) !== at).map((amount) => `landed twice: ${amount} lamports`),
  ];
}

async function allTransactions({ operator, wallet }: RunningService): Promise<readonly TransactionView[]> {
  const all: TransactionView[] = [];
  for await (const each of operator.eachTransaction(wallet)) {
    if (!each.ok) throw new Error(each.error.detail);
    all.push(each.value);
  }
  return all;
}

async function settledInBudget({ databaseUrl, wallet }: RunningService): Promise<readonly bigint[]> {
  const database = new pg.Client({ connectionString: databaseUrl });
  await database.connect();
  try {
    const { rows } = await database.query<{ readonly amount: string }>(
      "SELECT amount::text AS amount FROM budget_settlements WHERE wallet_id = $1 AND meter = 'asset/SOL'",
      [wallet],
    );
    return rows.map(({ amount }) => BigInt(amount));
  } finally {
    await database.end();
  }
}

async function auditProblems({ operator }: RunningService): Promise<readonly string[]> {
  const verified = await operator.verifyAudit();
  if (!verified.ok) return [`the audit log cannot be verified: ${verified.error.detail}`];
  return verified.value.chains.filter(({ ok }) => !ok).map(({ chain, problem }) => `audit chain ${chain}: ${problem ?? 'does not verify'}`);
}
