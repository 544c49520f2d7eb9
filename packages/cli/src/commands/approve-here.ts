import type { ApprovalView, CountersignClient } from '@countersign/sdk';
import type { Invocation } from '../invocation.ts';
import type { Outcome } from '../outcome.ts';
import { checkedJson } from '../output/checked-lines.ts';
import { findSigners } from '../owner-key/find-signers.ts';
import { good } from '../result.ts';
import { afterApproval } from '../support/after-approval.ts';
import { showChangesSinceFreeze } from '../support/show-changes-since-freeze.ts';
import { signHere } from '../support/sign-here.ts';

/** Signs an approval with the keys that the command line names, and tells what became of it. */
export async function approveHere(client: CountersignClient, invocation: Invocation, approval: ApprovalView): Promise<Outcome> {
  if (approval.kind === 'make_recovery_kit') {
    const { makeKitHere } = await import('./make-kit-here.ts');
    return makeKitHere(client, invocation, approval, 'kit');
  }
  const keys = await findSigners(invocation);
  if (!keys.ok) return keys;
  if (approval.kind === 'unfreeze') await showChangesSinceFreeze(client, invocation, approval.wallet);
  const sent = await signHere(client, invocation, { approval, keys: keys.value, keep: () => good(undefined) });
  return sent.ok ? afterApproval(client, invocation, sent.value.approval, { signed: checkedJson(sent.value.checked) }) : sent;
}
