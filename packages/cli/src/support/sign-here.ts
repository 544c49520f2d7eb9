import type { IOwnerKeys } from '@countersign/core';
import type { ApprovalView, CountersignClient } from '@countersign/sdk';
import { answered } from '../connection/answered.ts';
import { flag, type Invocation } from '../invocation.ts';
import { type Failure, misuse } from '../outcome.ts';
import { showChecked } from '../output/show-checked.ts';
import { ownersOf, type Signers, withAllOpen } from '../owner-key/found-key.ts';
import { digestOf, signChecked } from '../owner-key/sign-checked.ts';
import { good, type Result } from '../result.ts';
import type { Checked } from '../verify/reviewed.ts';
import { askConsent } from './ask-consent.ts';
import { joinParts, type SignedPart } from './exchange-file.ts';
import { type Fetched, fetchAndCheck } from './fetch-and-check.ts';

/** Bytes older than this are fetched anew before they are signed: a blockhash is good for about a minute. */
const FRESH_MS = 20_000;

export interface Signed {
  readonly fetched: Fetched;
  readonly parts: readonly SignedPart[];
}
export interface SigningHere {
  readonly approval: ApprovalView;
  readonly keys: Signers;
  /** What is done with signatures before they leave this machine, such as keeping a kit; it may be called twice. */
  readonly keep: (signed: Signed) => Result<void, Failure>;
}
export interface Sent {
  readonly approval: ApprovalView;
  readonly checked: Checked;
}

/** Reads the exact bytes, shows what they do, asks, signs and sends: all that an owner does with an approval at the machine of the key. */
export async function signHere(client: CountersignClient, invocation: Invocation, signing: SigningHere): Promise<Result<Sent, Failure>> {
  const { approval, keys } = signing;
  const complete = expectBoth(approval, keys);
  if (!complete.ok) return complete;
  const first = await fetchAndCheck(client, invocation.world, approval, ownersOf(keys));
  if (!first.ok) return first;
  const consent = await showAndAsk(invocation, first.value, flag(invocation, 'yes'));
  if (!consent.ok) return consent;
  return withAllOpen(keys, (opened) => signAndSend(client, invocation, signing, { first: first.value, opened }));
}

/** Where the owner changes two keys sign the same preparation, which the next preparation withdraws. */
function expectBoth({ id, change }: ApprovalView, keys: Signers): Result<void, Failure> {
  if (change?.owner == null || keys.length > 1) return good(undefined);
  return misuse(
    `${id} replaces the owner key, and two keys have to sign it`,
    `give the other one with --new-owner-key; or on two machines: countersign approve ${id} --out to-sign.json`,
  );
}

/** Shows what was read for the key that consents, and which other key signs with it. */
async function showAndAsk(invocation: Invocation, { checked }: Fetched, yes: boolean): Promise<Result<void, Failure>> {
  const [main, ...others] = [...checked].sort((one, other) => Number(one.part === 'new_owner') - Number(other.part === 'new_owner'));
  if (main === undefined) throw new Error('nothing was read');
  showChecked(invocation, main);
  for (const { key } of others) invocation.world.terminal.note(`signed by ${key} too, the new owner: the statement alone`);
  return askConsent(invocation.world.terminal, yes, main.notUnderstood);
}

interface Opened {
  readonly first: Fetched;
  readonly opened: readonly IOwnerKeys[];
}

/** Signs and sends; prepares anew once when the bytes are old or no longer current, and asks again where they do something else. */
async function signAndSend(
  client: CountersignClient,
  invocation: Invocation,
  signing: SigningHere,
  { first, opened }: Opened,
): Promise<Result<Sent, Failure>> {
  const { world } = invocation;
  const renewed = () => renew(client, invocation, signing, first);
  const current = world.nowMs() - first.atMs > FRESH_MS ? await renewed() : good(first);
  if (!current.ok) return current;
  const sent = await send(client, signing, current.value, opened);
  if (sent.ok || sent.error.code !== 'approval_not_prepared') return sent;
  const again = await renewed();
  return again.ok ? send(client, signing, again.value, opened) : again;
}

async function renew(
  client: CountersignClient,
  invocation: Invocation,
  { approval, keys }: SigningHere,
  first: Fetched,
): Promise<Result<Fetched, Failure>> {
  const fresh = await fetchAndCheck(client, invocation.world, approval, ownersOf(keys));
  if (!fresh.ok || fresh.value.checked[0].meaning === first.checked[0].meaning) return fresh;
  invocation.world.terminal.note('What is to be signed has changed since you read it:');
  const consent = await showAndAsk(invocation, fresh.value, false);
  return consent.ok ? fresh : consent;
}

async function send(
  client: CountersignClient,
  { approval, keep }: SigningHere,
  fetched: Fetched,
  opened: readonly IOwnerKeys[],
): Promise<Result<Sent, Failure>> {
  const parts: SignedPart[] = [];
  for (const [index, key] of opened.entries()) {
    const checked = fetched.checked[index];
    if (checked === undefined) throw new Error('a key signs what was not read for it');
    const signed = await signChecked(key, checked);
    if (!signed.ok) return signed;
    parts.push(signed.value);
  }
  const [checked] = fetched.checked;
  const body = joinParts([{ approval: approval.id, signed: digestOf(checked), parts }], approval.change?.owner != null);
  if (!body.ok) return body;
  const kept = keep({ fetched, parts });
  if (!kept.ok) return kept;
  const approved = await answered(client.approve(approval.id, body.value));
  return approved.ok ? good({ approval: approved.value, checked }) : approved;
}
