import type { ApprovalView, CountersignClient } from '@countersign/sdk';
import { answered, collect } from '../connection/answered.ts';
import { findWalletId } from '../connection/find-wallet.ts';
import { type Invocation, text } from '../invocation.ts';
import { EXIT_CODES, type Failure, failed } from '../outcome.ts';
import { approvalRows } from '../output/approval-lines.ts';
import { good, type Result } from '../result.ts';

/** The approval that is named, else the only one that waits; several are listed. */
export async function chooseApproval(
  client: CountersignClient,
  invocation: Invocation,
  id: string | undefined,
): Promise<Result<ApprovalView, Failure>> {
  if (id !== undefined) return answered(client.getApproval(id));
  const wallet = text(invocation, 'wallet') === undefined ? good(undefined) : await findWalletId(client, invocation);
  if (!wallet.ok) return wallet;
  const waiting = await collect(client.eachApproval({ state: 'waiting', wallet: wallet.value }));
  if (!waiting.ok) return waiting;
  const [only] = waiting.value;
  if (only && waiting.value.length === 1) return good(only);
  if (!only)
    return failed({
      exitCode: EXIT_CODES.notFound,
      code: 'not_found',
      message: 'nothing waits for the owner',
      remedy: '"countersign approvals" shows what did',
    });
  return failed({
    exitCode: EXIT_CODES.usage,
    code: 'usage',
    message: `${waiting.value.length} approvals wait`,
    remedy: 'name one by its id',
    details: approvalRows(waiting.value),
    problem: { waiting: waiting.value },
  });
}
