import type { Address, IOwnerKeys } from '@countersign/core';
import type { ApprovalView, Approve, CountersignClient } from '@countersign/sdk';
import { answered } from '../connection/answered.ts';
import { connect } from '../connection/connect.ts';
import { flag, type Handler, type Invocation, text } from '../invocation.ts';
import type { Failure, Outcome } from '../outcome.ts';
import { checkedJson } from '../output/checked-lines.ts';
import { showChecked } from '../output/show-checked.ts';
import { locateOwnerKey } from '../owner-key/locate.ts';
import { openKey, readOwner } from '../owner-key/open-key.ts';
import { signChecked } from '../owner-key/sign-checked.ts';
import { good, type Result } from '../result.ts';
import { afterApproval } from '../support/after-approval.ts';
import { askConsent } from '../support/ask-consent.ts';
import { chooseApproval } from '../support/choose-approval.ts';
import { type Fetched, fetchAndCheck } from '../support/fetch-and-check.ts';
import type { Checked } from '../verify/reviewed.ts';
import { carryOut, handIn } from './approve-elsewhere.ts';

/** Bytes older than this are fetched anew before they are signed: a blockhash is good for about a minute. */
const FRESH_MS = 20_000;

/** `approve`: reads the exact bytes, shows what they do, asks, signs, sends. */
const approve: Handler = async (invocation) => {
  const client = connect(invocation, 'operator');
  if (!client.ok) return client;
  const signatures = text(invocation, 'signatures');
  if (signatures !== undefined) return handIn(client.value, invocation, signatures);
  const approval = await chooseApproval(client.value, invocation, invocation.args[0]);
  if (!approval.ok) return approval;
  const out = text(invocation, 'out');
  if (out !== undefined) return carryOut(client.value, invocation, approval.value, out);
  return signHere(client.value, invocation, approval.value);
};
export default approve;

async function signHere(client: CountersignClient, invocation: Invocation, approval: ApprovalView): Promise<Outcome> {
  const { terminal } = invocation.world;
  const place = locateOwnerKey(invocation);
  if (!place.ok) return place;
  const owner = await readOwner(place.value.path);
  if (!owner.ok) return owner;
  const first = await fetchAndCheck(client, invocation.world, approval, owner.value);
  if (!first.ok) return first;
  showChecked(invocation, first.value.checked);
  const consent = await askConsent(terminal, flag(invocation, 'yes'), first.value.checked.notUnderstood);
  if (!consent.ok) return consent;
  const key = await openKey(place.value, terminal);
  if (!key.ok) return key;
  try {
    const sent = await signAndSend(client, invocation, { approval, owner: owner.value, key: key.value, first: first.value });
    if (!sent.ok) return sent;
    return afterApproval(client, invocation, sent.value.approval, { signed: checkedJson(sent.value.checked) });
  } finally {
    key.value.close();
  }
}

interface Signing {
  readonly approval: ApprovalView;
  readonly owner: Address;
  readonly key: IOwnerKeys;
  readonly first: Fetched;
}

/** Signs and sends; prepares anew once when the bytes are old or no longer current, and asks again where they do something else. */
async function signAndSend(
  client: CountersignClient,
  invocation: Invocation,
  signing: Signing,
): Promise<Result<{ readonly approval: ApprovalView; readonly checked: Checked }, Failure>> {
  const { world } = invocation;
  const old = world.nowMs() - signing.first.atMs > FRESH_MS;
  const current = old ? await renew(client, invocation, signing) : good(signing.first.checked);
  if (!current.ok) return current;
  const sent = await send(client, signing.key, current.value);
  if (sent.ok || sent.error.code !== 'approval_not_prepared') return sent;
  const again = await renew(client, invocation, signing);
  return again.ok ? send(client, signing.key, again.value) : again;
}

async function renew(
  client: CountersignClient,
  invocation: Invocation,
  { approval, owner, first }: Signing,
): Promise<Result<Checked, Failure>> {
  const fresh = await fetchAndCheck(client, invocation.world, approval, owner);
  if (!fresh.ok) return fresh;
  const { checked } = fresh.value;
  if (checked.meaning === first.checked.meaning) return good(checked);
  invocation.world.terminal.note('What is to be signed has changed since you read it:');
  showChecked(invocation, checked);
  const consent = await askConsent(invocation.world.terminal, false, checked.notUnderstood);
  return consent.ok ? good(checked) : consent;
}

async function send(
  client: CountersignClient,
  key: IOwnerKeys,
  checked: Checked,
): Promise<Result<{ readonly approval: ApprovalView; readonly checked: Checked }, Failure>> {
  const signed: Result<Approve, Failure> = signChecked(key, checked);
  if (!signed.ok) return signed;
  const approval = await answered(client.approve(checked.approval, signed.value));
  return approval.ok ? good({ approval: approval.value, checked }) : approval;
}
