import type { ApprovalView, CountersignClient, TransactionView, WalletView } from '@countersign/sdk';
import { answered } from '../connection/answered.ts';
import { flag, type Invocation } from '../invocation.ts';
import { answer, EXIT_CODES, type Failure, type Outcome } from '../outcome.ts';
import { approvalLines } from '../output/approval-lines.ts';
import { transactionLines } from '../output/transaction-lines.ts';
import { walletLines } from '../output/wallet-lines.ts';
import { good, type Result } from '../result.ts';
import { waitUntil } from './wait-until.ts';
import { exitCodeOf, watchTransaction } from './watch-transaction.ts';

const WATCH_MS = 120_000;

/** What became of an approval: at once, or with `--watch` when it is done and its transaction finalized. */
export async function afterApproval(
  client: CountersignClient,
  invocation: Invocation,
  approved: ApprovalView,
  more: { readonly [name: string]: unknown },
): Promise<Outcome> {
  const { transaction, wallet } = approved;
  if (!flag(invocation, 'watch')) {
    const hint = transaction === null ? `countersign approvals show ${approved.id}` : `countersign tx watch ${transaction}`;
    return answer({ approval: approved, ...more }, [
      '✓ signed and sent',
      '',
      ...approvalLines(approved),
      '',
      `${hint} shows how it goes on`,
    ]);
  }
  return transaction === null
    ? watchApproval(client, invocation, approved, more)
    : watchPayment(client, invocation, approved, { wallet, id: transaction }, more);
}

async function watchPayment(
  client: CountersignClient,
  { world }: Invocation,
  approved: ApprovalView,
  which: { readonly wallet: string; readonly id: string },
  more: object,
): Promise<Outcome> {
  const watched = await watchTransaction(world, client, { ...which, goal: 'finalized', timeoutMs: WATCH_MS });
  if (!watched.ok) return watched;
  const approval = await answered(client.getApproval(approved.id));
  if (!approval.ok) return approval;
  const { seen, done } = watched.value;
  return answer({ approval: approval.value, transaction: seen, ...more }, transactionLines(seen), exitCodeOf(seen.state, done));
}

async function watchApproval(client: CountersignClient, { world }: Invocation, approved: ApprovalView, more: object): Promise<Outcome> {
  const watched = await waitUntil(
    world,
    WATCH_MS,
    () => answered(client.getApproval(approved.id)),
    ({ state }) => state !== 'executing',
  );
  if (!watched.ok)
    return watched.error.code === 'not_found' && approved.kind === 'replace_owner_key' ? handedOver(approved, more) : watched;
  const { seen } = watched.value;
  const wallet: Result<WalletView, Failure> = await answered(client.getWallet(approved.wallet));
  if (!wallet.ok) return wallet;
  const exitCode = seen.state === 'done' ? EXIT_CODES.ok : seen.state === 'executing' ? EXIT_CODES.unavailable : EXIT_CODES.conflict;
  return answer({ approval: seen, wallet: wallet.value, ...more }, [...approvalLines(seen), '', ...walletLines(wallet.value)], exitCode);
}

/** The session of an owner sees the wallet until another owner is on record, which is after the chain was read back at finalized (INVARIANT I8). */
function handedOver(approved: ApprovalView, more: object): Outcome {
  const owner = approved.change?.owner ?? null;
  return answer({ approval: approved, handedOver: true, ...more }, [
    `✓ the wallet ${approved.wallet} is no longer this owner's: the service shows it to ${owner ?? 'the new owner'} alone`,
    'Sign in with the new owner key to see it, and sign ahead of need again: countersign owner sign-in; countersign kits arm',
  ]);
}

/** The payment that an approval is about. */
export async function transactionOf(client: CountersignClient, approval: ApprovalView): Promise<Result<TransactionView | null, Failure>> {
  return approval.transaction === null ? good(null) : answered(client.getTransaction(approval.wallet, approval.transaction));
}
