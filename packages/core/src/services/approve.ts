import type { DomainError } from '../domain/errors.ts';
import { ok, type Result } from '../domain/result.ts';
import type { Approval } from '../ports/records.ts';
import { approveDelayed } from './approve-delayed.ts';
import { approvePayment } from './approve-payment.ts';
import { armKits } from './arm-kits.ts';
import { carryOutSettings } from './carry-out-settings.ts';
import { checkConsent } from './check-consent.ts';
import type { Dependencies } from './dependencies.ts';
import type { OwnerConsent } from './owner-consent.ts';
import { type ApprovalInContext, readApproval } from './read-approval.ts';
import { unfreeze } from './unfreeze.ts';

/**
 * The owner consents. INVARIANT I6: the signatures are over exactly the bytes that were prepared last, under the policy that is still in force,
 * and are good once.
 */
export async function approve(deps: Dependencies, consent: OwnerConsent): Promise<Result<Approval, DomainError>> {
  const read = await readApproval(deps, consent.approvalId);
  if (!read.ok) return read;
  const checked = checkConsent(read.value, consent);
  if (!checked.ok) return checked;
  const done = await carryOut(deps, read.value, consent);
  if (!done.ok) return done;
  const after = await readApproval(deps, consent.approvalId);
  return after.ok ? ok(after.value.approval) : after;
}

async function carryOut(deps: Dependencies, context: ApprovalInContext, consent: OwnerConsent): Promise<Result<void, DomainError>> {
  switch (context.approval.kind) {
    case 'approve_payment':
      return isDelayed(context) ? approveDelayed(deps, context, consent) : approvePayment(deps, context, consent);
    case 'unfreeze':
      return unfreeze(deps, context, consent);
    case 'arm_lockdown':
    case 'make_recovery_kit':
      return armKits(deps, context, consent);
    case 'create_wallet':
    case 'install_policy':
    case 'rotate_agent_key':
    case 'replace_owner_key':
    case 'revoke_agent_key':
      return carryOutSettings(deps, context, consent);
  }
}

/** Consent to a payment that waits out its delay is a statement; to any other, the transaction itself. */
function isDelayed({ approval, attempts }: ApprovalInContext): boolean {
  return attempts.length === 0 && approval.prepared?.statement !== null;
}
