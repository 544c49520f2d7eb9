import { asPaymentDenied, type ClientProblem, type CountersignClient, type CreateTransaction, type WalletView } from '@countersign/sdk';
import { answered } from '../connection/answered.ts';
import { connect } from '../connection/connect.ts';
import { failureOf } from '../connection/failure-of.ts';
import { findOwnWalletId } from '../connection/find-wallet.ts';
import { flag, type Handler, type Invocation, required, text } from '../invocation.ts';
import { answer, EXIT_CODES, type Failure, failed, misuse, type Outcome } from '../outcome.ts';
import { decisionLines, transactionLines } from '../output/transaction-lines.ts';
import { good, type Result } from '../result.ts';
import { parseBaseUnits, parseUiAmount } from '../support/ui-amount.ts';
import { exitCodeOf, type WaitState, watchTransaction } from '../support/watch-transaction.ts';
import { wholeNumber } from '../support/whole-number.ts';

const NATIVE_DECIMALS = 9;

/** `pay`: asks for a payment as the agent does. */
const pay: Handler = async (invocation) => {
  const client = connect(invocation, 'agent');
  if (!client.ok) return client;
  const wallet = await findOwnWalletId(client.value, invocation);
  if (!wallet.ok) return wallet;
  const payment = await readPayment(client.value, invocation, wallet.value);
  if (!payment.ok) return payment;
  return flag(invocation, 'dryRun')
    ? dryRun(client.value, wallet.value, payment.value)
    : payNow(client.value, invocation, wallet.value, payment.value);
};
export default pay;

async function readPayment(
  client: CountersignClient,
  invocation: Invocation,
  walletId: string,
): Promise<Result<CreateTransaction, Failure>> {
  const asset = text(invocation, 'asset') ?? 'SOL';
  const given = required(invocation, 'amount');
  const decimals = flag(invocation, 'baseUnits') ? null : await decimalsOf(client, walletId, asset);
  if (decimals !== null && !decimals.ok) return decimals;
  const amount = decimals === null ? parseBaseUnits(given) : parseUiAmount(given, decimals.value);
  if (!amount.ok) return amount;
  const memo = text(invocation, 'memo');
  return good({ asset, amount: amount.value.toString(), recipient: required(invocation, 'to'), ...(memo === undefined ? {} : { memo }) });
}

async function decimalsOf(client: CountersignClient, walletId: string, asset: string): Promise<Result<number, Failure>> {
  if (asset === 'SOL') return good(NATIVE_DECIMALS);
  const wallet: Result<WalletView, Failure> = await answered(client.getWallet(walletId));
  if (!wallet.ok) return wallet;
  const known = wallet.value.balances?.find((balance) => balance.asset === asset);
  if (known) return good(known.decimals);
  if (wallet.value.balances === null)
    return failed({
      exitCode: EXIT_CODES.unavailable,
      code: 'decimals_unknown',
      message: `the chain could not be asked how many decimals ${asset} has`,
      remedy: 'try again, or give --base-units',
    });
  return misuse(
    `the policy of this wallet does not list ${asset}, so its decimals are not known`,
    'give the amount with --base-units, or another --asset',
  );
}

async function dryRun(client: CountersignClient, wallet: string, payment: CreateTransaction): Promise<Outcome> {
  const decision = await answered(client.dryRun(wallet, payment));
  if (!decision.ok) return decision;
  const { verdict, route } = decision.value;
  const words = { allowed: `✓ allowed, ${route ?? ''}`, needs_owner: '! would wait for the owner', denied: '✗ denied' }[verdict];
  return answer(
    decision.value,
    [`${words} (dry run: nothing was done)`, ...decisionLines(decision.value)],
    verdict === 'denied' ? EXIT_CODES.denied : EXIT_CODES.ok,
  );
}

async function payNow(client: CountersignClient, invocation: Invocation, wallet: string, payment: CreateTransaction): Promise<Outcome> {
  const { world } = invocation;
  const timeout = wholeNumber(invocation, 'timeout', { least: 1, most: 3_600, otherwise: 90 });
  if (!timeout.ok) return timeout;
  const key = text(invocation, 'idempotencyKey') ?? `cli-${Buffer.from(world.randomBytes(16)).toString('hex')}`;
  world.terminal.note(`Idempotency-Key: ${key}`);
  const paid = await client.pay(wallet, payment, key);
  if (!paid.ok) return failed(refused(paid.error, key));
  const { transaction, replayed } = paid.value;
  const goal = text(invocation, 'wait') as WaitState | undefined;
  const note = replayed ? ['! this key was used before: this is the transaction of that time, nothing new was paid'] : [];
  if (goal === undefined) {
    const next =
      transaction.state === 'awaiting_owner'
        ? [`the owner lets it through with: countersign approve ${transaction.approval ?? ''}`]
        : [`countersign tx watch ${transaction.id} follows it`];
    return answer(
      transaction,
      [
        ...note,
        ...transactionLines(transaction),
        ...decisionLines({ violations: transaction.decision.violations, budgets: [] }),
        '',
        ...next,
      ],
      transaction.state === 'denied' ? EXIT_CODES.denied : EXIT_CODES.ok,
    );
  }
  const watched = await watchTransaction(world, client, { wallet, id: transaction.id, goal, timeoutMs: timeout.value * 1_000 });
  if (!watched.ok) return watched;
  const { seen, done } = watched.value;
  return answer(seen, [...note, ...transactionLines(seen)], exitCodeOf(seen.state, done));
}

/** A denial with every rule and what is left; after silence, how to find out whether it was paid. */
function refused(problem: ClientProblem, key: string): Failure {
  const failure = failureOf(problem);
  if (failure.code === 'transport_failed')
    return {
      ...failure,
      message: `${failure.message}; it is not known whether the payment was taken`,
      remedy: `run the same command with --idempotency-key ${key}: it pays once`,
      problem: { ...failure.problem, idempotencyKey: key },
    };
  const denied = asPaymentDenied(problem);
  if (denied === null) return failure;
  const rules = denied.violations.map(({ rule }) => rule).join(', ');
  return {
    ...failure,
    message: `the payment was denied (${rules}); it is recorded as ${denied.id}`,
    remedy: 'each rule stands above; "countersign policy show" shows what is allowed',
    details: decisionLines(denied),
  };
}
