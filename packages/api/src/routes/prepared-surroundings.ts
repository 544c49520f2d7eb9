import {
  type Address,
  comparePolicies,
  type Dependencies,
  type DomainError,
  documentInForce,
  ok,
  outflows,
  type PolicyRevision,
  type PreparedForOwner,
  parsePolicy,
  type Result,
} from '@countersign/core';
import type { PreparedView } from '@countersign/sdk';
import type { PreparedSurroundings } from '../views/approval-view.ts';
import { policyChangeView } from '../views/policy-change-view.ts';
import { readBalances } from './balances.ts';

/** What the owner is shown beside the exact bytes: read when they are prepared, and believed by no tool that signs. */
export async function readSurroundings(deps: Dependencies, prepared: PreparedForOwner): Promise<Result<PreparedSurroundings, DomainError>> {
  const { wallet, policy } = prepared;
  const recipients = await recipientsOf(deps, prepared);
  const read = await deps.database.transact(
    async (tx) => {
      const [active, history] = await Promise.all([
        tx.policies.active(wallet.id),
        recipients.length === 0
          ? null
          : tx.requests.history(wallet.id, { recipients, denialsSinceMs: await tx.nowMs(), mostDenials: 0, mostFailures: 0 }),
      ]);
      return ok({ active, paidBefore: history?.paidBefore ?? [] });
    },
    { retry: 'nothing-leaves-the-process' },
  );
  if (!read.ok) return read;
  const { active, paidBefore } = read.value;
  const inForce = active && inForceView(active);
  return ok({
    inForce,
    changes: changesBetween(inForce?.text ?? null, policy?.text ?? null),
    firstTimeRecipients: recipients.filter((recipient) => !paidBefore.includes(recipient)),
    balances: await readBalances(deps.chain, wallet, inForce?.text ?? null),
  });
}

function inForceView(active: PolicyRevision): PreparedView['inForce'] {
  return { revision: active.revision, tightening: active.tightening?.number ?? null, ...documentInForce(active) };
}

/** Both documents are the service's own and parse; one that does not any more says nothing here, and allows nothing anywhere (INVARIANT I5). */
export function changesBetween(before: string | null, after: string | null): PreparedView['changes'] {
  const [old, next] = [before, after].map((text) => (text === null ? null : parsePolicy(text)));
  return old?.ok && next?.ok ? comparePolicies(old.value, next.value).map(policyChangeView) : [];
}

/** Whom the transaction pays, as far as the bytes say. */
async function recipientsOf({ chain }: Dependencies, { request, wallet, attempts }: PreparedForOwner): Promise<readonly Address[]> {
  if (request === null) return [];
  if (request.action.kind === 'payment') return [request.action.payment.recipient];
  const paid = new Set<Address>();
  for (const { message } of attempts) {
    const decoded = await chain.decodeTransaction(message, { addresses: wallet, candidateRecipients: [], assets: [] });
    if (!decoded.ok) continue;
    for (const { destination } of outflows(decoded.value.effects)) if (destination !== null) paid.add(destination);
  }
  return [...paid];
}
