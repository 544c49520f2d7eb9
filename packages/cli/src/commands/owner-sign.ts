import { flag, type Handler, text } from '../invocation.ts';
import { answer, type Outcome } from '../outcome.ts';
import { checkedJson } from '../output/checked-lines.ts';
import { showChecked } from '../output/show-checked.ts';
import { locateOwnerKey } from '../owner-key/locate.ts';
import { openKey, readOwner } from '../owner-key/open-key.ts';
import { signChecked } from '../owner-key/sign-checked.ts';
import { askConsent } from '../support/ask-consent.ts';
import { readToSign, writeSignatures } from '../support/exchange-file.ts';
import { checkPrepared } from '../verify/check-prepared.ts';

/** `owner sign`: reads a prepared file offline, shows what it does, asks, and writes the signatures to a file. */
const ownerSign: Handler = async (invocation): Promise<Outcome> => {
  const { world, args } = invocation;
  const file = readToSign(world.cwd, args[0] ?? '');
  if (!file.ok) return file;
  const place = locateOwnerKey(invocation);
  if (!place.ok) return place;
  const owner = await readOwner(place.value.path);
  if (!owner.ok) return owner;
  const { prepared, inForce } = file.value;
  const checked = checkPrepared(prepared, { owner: owner.value, approval: prepared.approval.id, nowMs: world.nowMs(), inForce });
  if (!checked.ok) return checked;
  showChecked(invocation, checked.value);
  const consent = await askConsent(world.terminal, flag(invocation, 'yes'), checked.value.notUnderstood);
  if (!consent.ok) return consent;
  const key = await openKey(place.value, world.terminal);
  if (!key.ok) return key;
  try {
    const signed = signChecked(key.value, checked.value);
    if (!signed.ok) return signed;
    const out = writeSignatures(world.cwd, text(invocation, 'out') ?? 'signatures.json', {
      approval: prepared.approval.id,
      ...signed.value,
    });
    if (!out.ok) return out;
    return answer({ file: out.value, signed: checkedJson(checked.value), ...signed.value }, [
      `✓ written to ${out.value}. Where the service is: countersign approve --signatures signatures.json`,
    ]);
  } finally {
    key.value.close();
  }
};
export default ownerSign;
