import type { Decision } from '../domain/decision.ts';
import { type DomainError, domainError } from '../domain/errors.ts';
import { makeId, type RequestId } from '../domain/ids.ts';
import { fail, ok, type Result } from '../domain/result.ts';
import type { IReader } from '../ports/database.ts';
import type { TransactionRequest } from '../ports/records.ts';
import { describeDecision } from './audit-details.ts';
import type { Dependencies } from './dependencies.ts';
import { carryOut, type FollowUp } from './follow-decision.ts';
import { describePlan } from './plan-action.ts';
import { planAndDecide } from './plan-and-decide.ts';
import type { ProposeTransactionInput } from './propose-transaction-input.ts';
import { recordProposal } from './record-proposal.ts';

export interface ProposedTransaction {
  readonly request: TransactionRequest;
  /** True when the key was used before for the same request: nothing was done now. */
  readonly replayed: boolean;
}

/**
 * An agent asks for something. Build → decode → simulate → decide and reserve under the wallet's lock → sign → persist → send.
 * INVARIANT I2: the attempt is committed before the signer is asked, the signed bytes before they are sent.
 */
export async function proposeTransaction(
  deps: Dependencies,
  input: ProposeTransactionInput,
): Promise<Result<ProposedTransaction, DomainError>> {
  const requestId = makeId('request', deps.clock.nowMs(), deps.random.bytes(10));
  const recorded = await planAndDecide<Recorded>(deps, input, {
    delay: 'none',
    known: (reader) => findReplay(reader, input),
    record: (tx, decided) => recordProposal(deps, tx, { requestId, input, decided }),
  });
  if (!recorded.ok) return recorded;
  const { replayOf, followUp } = recorded.value;
  if (followUp !== null) await carryOut(deps, followUp);
  return deps.database.read(async (reader) => {
    const id = replayOf ?? requestId;
    const request = await reader.requests.get(id);
    return request === null ? fail(domainError('not_found', { kind: 'transaction', id })) : ok({ request, replayed: replayOf !== null });
  });
}

/** A decision that was asked for without asking for the thing itself. */
export interface DryRun {
  readonly decision: Decision;
  /** What the request would do, one sentence an effect. */
  readonly effects: readonly string[];
}

/** The same decision by the same code. Nothing is reserved, signed or sent; only the audit log tells that it was asked (INVARIANT I10). */
export async function dryRunTransaction(
  deps: Dependencies,
  input: Omit<ProposeTransactionInput, 'idempotencyKey' | 'fingerprint'>,
): Promise<Result<DryRun, DomainError>> {
  return planAndDecide<DryRun>(deps, input, {
    delay: 'none',
    known: async () => ok(null),
    record: async (tx, { decision, plan }) => {
      const details = describeDecision(plan.action, decision, null, null);
      const event = { chain: input.walletId, action: 'request.dry_run', actor: input.credential.id, subject: input.walletId, details };
      await tx.audit.append([event], decision.decidedAtMs);
      return ok({ decision, effects: describePlan(deps, plan) });
    },
  });
}

interface Recorded {
  readonly replayOf: RequestId | null;
  readonly followUp: FollowUp | null;
}

async function findReplay(
  reader: IReader,
  { credential, idempotencyKey, fingerprint }: ProposeTransactionInput,
): Promise<Result<Recorded | null, DomainError>> {
  const claimed = await reader.idempotency.find(credential.id, idempotencyKey);
  if (claimed === null) return ok(null);
  if (claimed.fingerprint !== fingerprint) return fail(domainError('idempotency_key_reused', { key: idempotencyKey }));
  return ok({ replayOf: claimed.requestId, followUp: null });
}
