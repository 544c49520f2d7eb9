import { type DomainError, domainError } from '../domain/errors.ts';
import { holdingOf } from '../domain/holding.ts';
import type { ApprovalId } from '../domain/ids.ts';
import type { Kit } from '../domain/kit.ts';
import type { Holding } from '../domain/meter.ts';
import { fail, ok, type Result } from '../domain/result.ts';
import type { Wallet } from '../domain/wallet.ts';
import type { Approval, Attempt, PolicyRevision, TransactionRequest } from '../ports/records.ts';
import type { Actor, Dependencies } from './dependencies.ts';
import { voidApproval } from './end-approval.ts';
import { judgeCountersigned } from './judge-countersigned.ts';
import { prepareDelayed } from './prepare-delayed.ts';
import { prepareKits } from './prepare-kits.ts';
import { prepareSettings } from './prepare-settings.ts';
import { type ApprovalInContext, readApproval } from './read-approval.ts';
import { type Material, storePrepared } from './store-prepared.ts';

/** Everything that the owner needs to see, check and sign. The bytes are the truth; the rest is for finding one's way. */
export interface PreparedForOwner {
  readonly approval: Approval;
  readonly wallet: Wallet;
  readonly policy: PolicyRevision | null;
  readonly request: TransactionRequest | null;
  readonly statement: string | null;
  readonly attempts: readonly Attempt[];
  /** What is signed ahead of need, in order. */
  readonly kits: readonly Kit[];
  /** What the vault shall do by a delayed payment: the bytes whose hash the statement names. */
  readonly intent: Uint8Array | null;
}

/**
 * Makes the exact bytes for the owner to sign, with a fresh blockhash: what was prepared before is withdrawn. A payment is judged as it will
 * be at execution, so that the owner is not asked to sign what would be refused.
 */
export async function prepareApproval(
  deps: Dependencies,
  input: { readonly approvalId: ApprovalId; readonly actor: Actor },
): Promise<Result<PreparedForOwner, DomainError>> {
  const { approvalId, actor } = input;
  const read = await readApproval(deps, approvalId);
  if (!read.ok) return read;
  const { approval, wallet } = read.value;
  if (approval.state !== 'waiting') return fail(domainError('approval_not_waiting', { approval: approvalId, state: approval.state }));
  if (wallet.rekeyingBy !== null && wallet.rekeyingBy !== approvalId)
    return fail(domainError('rotation_under_way', { wallet: wallet.id, approval: wallet.rekeyingBy }));
  const material = await makeMaterial(deps, read.value);
  if (!material.ok) return refuse(deps, approvalId, material.error);
  return storePrepared(deps, read.value, material.value, actor);
}

/** INVARIANT I6: where the accounts that were decided on are no longer the ones that would be used, it has to be asked for anew. */
async function refuse(deps: Dependencies, approvalId: ApprovalId, error: DomainError): Promise<Result<never, DomainError>> {
  if (error.code === 'lookup_changed') await voidApproval(deps, approvalId, 'a lookup table changed since it was asked for');
  return fail(error);
}

async function makeMaterial(deps: Dependencies, context: ApprovalInContext): Promise<Result<Material, DomainError>> {
  const nothing: Material = { messages: [], kits: [], body: null, intent: null, holding: null };
  switch (context.approval.kind) {
    case 'approve_payment':
      return preparePayment(deps, context);
    case 'unfreeze':
      return ok({ ...nothing, body: { action: 'unfreeze' } });
    case 'arm_lockdown':
    case 'make_recovery_kit': {
      const kits = await prepareKits(deps, context);
      return kits.ok ? ok({ ...nothing, kits: kits.value }) : kits;
    }
    case 'create_wallet':
    case 'install_policy':
    case 'rotate_agent_key':
    case 'replace_owner_key':
    case 'revoke_agent_key': {
      const settings = await prepareSettings(deps, context);
      return settings.ok ? ok({ ...nothing, ...settings.value }) : settings;
    }
  }
}

/** A payment that waits out its delay is consented to by statement; every other by the transaction itself. */
async function preparePayment(deps: Dependencies, context: ApprovalInContext): Promise<Result<Material, DomainError>> {
  const { approval, wallet, request } = context;
  if (request === null) throw new Error(`approval ${approval.id} is about no payment`);
  if (request.state === 'awaiting_delay') {
    const delayed = await prepareDelayed(deps, context);
    return delayed.ok ? ok({ messages: [], kits: [], holding: null, ...delayed.value }) : delayed;
  }
  const { action } = request;
  // A payment that the agent could have made alone has no intent yet; the payment itself fixes it.
  const intent = request.intent === null ? await deps.chain.buildIntent({ addresses: wallet, action }) : ok(request.intent);
  if (!intent.ok) return intent;
  const built = await deps.chain.buildTransaction({ route: 'countersigned', addresses: wallet, action, intent: intent.value });
  if (!built.ok) return built;
  const holding = await judgeAndHold(deps, context, request, built.value.bytes);
  return holding.ok ? ok({ messages: [built.value], kits: [], body: null, intent: null, holding: holding.value }) : holding;
}

/** Judges the exact bytes as they will be judged at execution, and says what they will hold of the budgets. */
async function judgeAndHold(
  deps: Dependencies,
  { approval, wallet }: ApprovalInContext,
  request: TransactionRequest,
  message: Uint8Array,
): Promise<Result<Holding, DomainError>> {
  const judged = await judgeCountersigned(deps, approval, wallet, request, message);
  if (!judged.ok) return judged;
  const { effects, simulation, policyInForce } = judged.value;
  return ok(holdingOf({ effects, simulation, policy: policyInForce.rules, addresses: wallet, alone: false }));
}
