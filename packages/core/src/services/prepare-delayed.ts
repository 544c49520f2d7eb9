import { type DomainError, domainError } from '../domain/errors.ts';
import { sha256Hex } from '../domain/hash.ts';
import type { OwnerStatement, StatementHead } from '../domain/owner-statement.ts';
import { fail, ok, type Result } from '../domain/result.ts';
import { askedBy } from './decide-again.ts';
import type { Dependencies } from './dependencies.ts';
import { describeIntent } from './describe-intent.ts';
import { type Decided, planAndDecide } from './plan-and-decide.ts';
import { sha256Of } from './policy-in-force.ts';
import type { ApprovalInContext } from './read-approval.ts';
import { refusedRelease } from './record-release.ts';

/** What the owner of a delayed payment consents to when it shall go at once. */
export interface DelayedConsent {
  /** What the vault shall do, as bytes; the statement names their hash. */
  readonly intent: Uint8Array;
  /** The statement but for its head and tail. */
  readonly body: Omit<Extract<OwnerStatement, { readonly action: 'approve-request' }>, keyof StatementHead>;
}

/**
 * Makes what the owner signs to let a delayed payment go before its moment. It is judged as it will be when it goes, so that the owner is not
 * asked to sign what would be refused. Writes nothing.
 */
export async function prepareDelayed(
  deps: Dependencies,
  { approval, request }: ApprovalInContext,
): Promise<Result<DelayedConsent, DomainError>> {
  if (request === null) throw new Error(`approval ${approval.id} is about no payment`);
  if (request.state !== 'awaiting_delay')
    return fail(domainError('state_conflict', { kind: 'transaction', id: request.id, expected: 'awaiting_delay', actual: request.state }));
  const judged = await planAndDecide<Decided>(deps, askedBy(request), {
    delay: 'waived',
    known: async () => ok(null),
    record: async (_tx, decided) => {
      const refused = refusedRelease(approval.id, decided);
      return refused === null ? ok(decided) : fail(refused);
    },
  });
  if (!judged.ok) return judged;
  const { wallet, policy } = judged.value;
  if (policy === null) throw new Error('nothing is allowed without a policy');
  const intent = await deps.chain.buildIntent({ addresses: wallet, action: request.action });
  if (!intent.ok) return intent;
  const effects = await describeIntent(deps, wallet, policy, { action: request.action, intent: intent.value });
  if (!effects.ok) return effects;
  return ok({
    intent: intent.value,
    body: {
      action: 'approve-request',
      request: request.id,
      policySha256: sha256Of(policy),
      messageSha256: sha256Hex(intent.value),
      effects: effects.value,
    },
  });
}
