import {
  asPaymentDenied,
  type ClientProblem,
  type CountersignClient,
  type CreatePayment,
  type CreateTransaction,
  type TransactionView,
  type WalletView,
} from '@countersign/sdk';
import { answered } from '../connection/answered.ts';
import { connect } from '../connection/connect.ts';
import { failureOf } from '../connection/failure-of.ts';
import { findOwnWalletId } from '../connection/find-wallet.ts';
import { flag, type Handler, type Invocation, text } from '../invocation.ts';
import { answer, EXIT_CODES, type Failure, failed, misuse, type Outcome } from '../outcome.ts';
import { duration } from '../output/duration.ts';
import { decisionLines, effectLines, transactionLines } from '../output/transaction-lines.ts';
import { good, type Result } from '../result.ts';
import { readMessage } from '../support/read-message.ts';
import { parseBaseUnits, parseUiAmount } from '../support/ui-amount.ts';
import { exitCodeOf, type WaitState, watchTransaction } from '../support/watch-transaction.ts';
import { wholeNumber } from '../support/whole-number.ts';

const NATIVE_DECIMALS = 9;

/** `pay`: asks for a payment, or for a message to be executed, as the agent does. */
const pay: Handler = async (invocation) => {
  const client = connect(invocation, 'agent');
  if (!client.ok) return client;
  const wallet = await findOwnWalletId(client.value, invocation);
  if (!wallet.ok) return wallet;
  const asked = await readAsked(client.value, invocation, wallet.value);
  if (!asked.ok) return asked;
  return flag(invocation, 'dryRun')
    ? dryRun(client.value, wallet.value, asked.value)
    : payNow(client.value, invocation, wallet.value, asked.value);
};
export default pay;

/** A payment by `--to` and `--amount`, or a message by `--message`. */
async function readAsked(client: CountersignClient, invocation: Invocation, walletId: string): Promise<Result<CreateTransaction, Failure>> {
  const file = text(invocation, 'message');
  const to = text(invocation, 'to');
  const amount = text(invocation, 'amount');
  if (file === undefined) {
    if (to === undefined || amount === undefined)
      return misuse('it is not said what is to be paid', 'give --to and --amount, or --message with a file');
    return readPayment(client, invocation, walletId, { to, amount });
  }
  const besides = ['to', 'amount', 'asset', 'memo'].filter((name) => text(invocation, name) !== undefined);
  if (besides.length > 0 || flag(invocation, 'baseUnits'))
    return misuse(
      `--message says all that is done, and --${besides[0] ?? 'base-units'} cannot stand beside it`,
      'give either --message, or --to and --amount',
    );
  return readMessage(invocation.world, file);
}

async function readPayment(
  client: CountersignClient,
  invocation: Invocation,
  walletId: string,
  { to, amount: given }: { readonly to: string; readonly amount: string },
): Promise<Result<CreatePayment, Failure>> {
  const asset = text(invocation, 'asset') ?? 'SOL';
  const decimals = flag(invocation, 'baseUnits') ? null : await decimalsOf(client, walletId, asset);
  if (decimals !== null && !decimals.ok) return decimals;
  const amount = decimals === null ? parseBaseUnits(given) : parseUiAmount(given, decimals.value);
  if (!amount.ok) return amount;
  const memo = text(invocation, 'memo');
  return good({ asset, amount: amount.value.toString(), recipient: to, ...(memo === undefined ? {} : { memo }) });
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

async function dryRun(client: CountersignClient, wallet: string, asked: CreateTransaction): Promise<Outcome> {
  const decision = await answered(client.dryRun(wallet, asked));
  if (!decision.ok) return decision;
  const { verdict, route, delaySeconds, effects } = decision.value;
  const words = {
    allowed: `✓ allowed, ${route ?? ''}`,
    needs_delay: `! would go after ${duration(delaySeconds ?? 0)}, unless somebody vetoes it`,
    needs_owner: '! would wait for the owner',
    denied: '✗ denied',
  }[verdict];
  return answer(
    decision.value,
    [`${words} (dry run: nothing was done)`, ...decisionLines(decision.value), ...effectLines(effects)],
    verdict === 'denied' ? EXIT_CODES.denied : EXIT_CODES.ok,
  );
}

async function payNow(client: CountersignClient, invocation: Invocation, wallet: string, asked: CreateTransaction): Promise<Outcome> {
  const { world } = invocation;
  const timeout = wholeNumber(invocation, 'timeout', { least: 1, most: 3_600, otherwise: 90 });
  if (!timeout.ok) return timeout;
  const key = text(invocation, 'idempotencyKey') ?? `cli-${Buffer.from(world.randomBytes(16)).toString('hex')}`;
  world.terminal.note(`Idempotency-Key: ${key}`);
  const paid = await client.pay(wallet, asked, key);
  if (!paid.ok) return failed(refused(paid.error, key));
  const { transaction, replayed } = paid.value;
  const goal = text(invocation, 'wait') as WaitState | undefined;
  const note = replayed ? ['! this key was used before: this is the answer of that time, nothing new was paid'] : [];
  if (goal === undefined)
    return answer(
      transaction,
      [
        ...note,
        ...transactionLines(transaction),
        '',
        ...decisionLines({ ...transaction.decision, budgets: [] }),
        ...howItGoesOn(transaction),
      ],
      transaction.state === 'denied' ? EXIT_CODES.denied : EXIT_CODES.ok,
    );
  const watched = await watchTransaction(world, client, { wallet, id: transaction.id, goal, timeoutMs: timeout.value * 1_000 });
  if (!watched.ok) return watched;
  const { seen, done } = watched.value;
  return answer(seen, [...note, ...transactionLines(seen)], exitCodeOf(seen.state, done));
}

function howItGoesOn({ id, state, approval, releasesAt }: TransactionView): readonly string[] {
  const named = approval ?? '';
  if (state === 'awaiting_owner') return [`the owner lets it through with: countersign approve ${named}`];
  if (state === 'awaiting_delay')
    return [`it goes by itself ${releasesAt ?? 'later'}; until then it is vetoed with: countersign reject ${named}`];
  return [`countersign tx watch ${id} follows it`];
}

/** A denial with every rule and what is left; after silence, how to find out whether it was paid. */
function refused(problem: ClientProblem, key: string): Failure {
  const failure = failureOf(problem);
  if (failure.code === 'transport_failed')
    return {
      ...failure,
      message: `${failure.message}; it is not known whether the request was taken`,
      remedy: `run the same command with --idempotency-key ${key}: it pays once`,
      problem: { ...failure.problem, idempotencyKey: key },
    };
  const denied = asPaymentDenied(problem);
  if (denied === null) return failure;
  const rules = denied.violations.map(({ rule }) => rule).join(', ');
  return {
    ...failure,
    message: `it was denied (${rules}), and is recorded as ${denied.id}`,
    remedy: 'each rule stands above; "countersign policy show" shows what is allowed',
    details: [...decisionLines(denied), ...effectLines(denied.effects)],
  };
}
