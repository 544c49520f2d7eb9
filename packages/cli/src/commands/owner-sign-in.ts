import { encodeBase58 } from '@countersign/core';
import { answered } from '../connection/answered.ts';
import { connectWithout } from '../connection/connect.ts';
import { writeSession } from '../connection/session-file.ts';
import { readUrl } from '../connection/settings.ts';
import { flag, type Handler } from '../invocation.ts';
import { answer, failed } from '../outcome.ts';
import { withAllOpen } from '../owner-key/found-key.ts';
import { findKey } from '../owner-key/open-key.ts';
import { ownerKeyFailure } from '../owner-key/owner-key-failure.ts';
import { good } from '../result.ts';
import { askToGoOn } from '../support/ask-consent.ts';
import { checkSignIn } from '../support/check-sign-in.ts';

/** `owner sign-in`: proves with the owner key who one is, for an hour of reading. The text is checked here before it is signed. */
const ownerSignIn: Handler = async (invocation) => {
  const { world } = invocation;
  const url = readUrl(invocation);
  if (!url.ok) return url;
  const client = connectWithout(invocation);
  if (!client.ok) return client;
  const found = await findKey(invocation);
  if (!found.ok) return found;
  const { owner } = found.value;
  const signed = await withAllOpen([found.value], async ([key]) => {
    if (key === undefined) throw new Error('no key was opened');
    const challenge = await answered(client.value.askSignIn({ owner }));
    if (!challenge.ok) return challenge;
    const { text } = challenge.value;
    const checked = checkSignIn(text, { url: url.value, owner, nowMs: world.nowMs() });
    if (!checked.ok) return checked;
    for (const line of ['', ...text.split('\n'), '']) world.terminal.note(line);
    const consent = await askToGoOn(world.terminal, flag(invocation, 'yes'), 'Type yes to sign in: ');
    if (!consent.ok) return consent;
    const signature = await key.signWithOwnerKey({ kind: 'sign_in', text });
    return signature.ok ? good({ text, signature: encodeBase58(signature.value) }) : failed(ownerKeyFailure(signature.error));
  });
  if (!signed.ok) return signed;
  const session = await answered(client.value.signIn(signed.value));
  if (!session.ok) return session;
  const { secret, credential, expiresAt } = session.value;
  const file = writeSession(world.env, { url: url.value, secret, owner, expiresAt });
  if (!file.ok) return file;
  return answer({ owner, credential, expiresAt, file: file.value }, [
    `✓ signed in as ${owner} until ${expiresAt}`,
    'The session reads, and hands in what you signed: approvals, approve, wallet show, keys, kits.',
    'End it with: countersign owner sign-out',
  ]);
};
export default ownerSignIn;
