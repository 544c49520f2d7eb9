import { flag, type Invocation, text } from '../invocation.ts';
import { answer, type Failure, type Outcome } from '../outcome.ts';
import { checkedJson } from '../output/checked-lines.ts';
import { showChecked } from '../output/show-checked.ts';
import { showParts } from '../output/show-parts.ts';
import { findSigners } from '../owner-key/find-signers.ts';
import { ownersOf, type Signers, withAllOpen } from '../owner-key/found-key.ts';
import { digestOf, signChecked } from '../owner-key/sign-checked.ts';
import { good, type Result } from '../result.ts';
import { askConsent } from '../support/ask-consent.ts';
import { formatSignatures, readToSign, type SignedPart, type ToSign } from '../support/exchange-file.ts';
import { checkForAll, type Fetched } from '../support/fetch-and-check.ts';
import type { Signed } from '../support/sign-here.ts';
import { writeNewFile } from '../support/write-new-file.ts';

const DEFAULT_FILE = 'signatures.json';

/** `owner approve FILE`: reads what was prepared elsewhere, shows what it does, asks, and writes or shows the signatures. Needs no network. */
export async function approveOffline(invocation: Invocation, file: string): Promise<Outcome> {
  const { world } = invocation;
  const toSign = await readToSign(world, file);
  if (!toSign.ok) return toSign;
  const keys = await findSigners(invocation);
  if (!keys.ok) return keys;
  const checked = checkForAll(toSign.value, toSign.value.prepared.approval.id, world.nowMs(), ownersOf(keys.value));
  if (!checked.ok) return checked;
  const fetched: Fetched = { ...toSign.value, checked: checked.value, atMs: world.nowMs() };
  const keeper = await keeperFor(invocation, toSign.value);
  if (!keeper.ok) return keeper;
  showChecked(invocation, checked.value[0]);
  const consent = await askConsent(world.terminal, flag(invocation, 'yes'), checked.value[0].notUnderstood);
  if (!consent.ok) return consent;
  const parts = await signAll(keys.value, fetched);
  if (!parts.ok) return parts;
  const kept = keeper.value?.keep({ fetched, parts: parts.value }) ?? good(undefined);
  if (!kept.ok) return kept;
  return tell(invocation, fetched, parts.value, keeper.value?.path ?? null);
}

interface Keeper {
  readonly path: string;
  readonly keep: (signed: Signed) => Result<void, Failure>;
}

/** The kit that is signed here is kept here: it never lies with the service. */
async function keeperFor(invocation: Invocation, { prepared }: ToSign): Promise<Result<Keeper | null, Failure>> {
  if (prepared.approval.kind !== 'make_recovery_kit') return good(null);
  const { chooseKitPlace, createKitKeeper } = await import('../support/recovery-kit-file.ts');
  const path = chooseKitPlace(invocation, 'kit');
  return path.ok ? good({ path: path.value, keep: createKitKeeper(path.value).keep }) : path;
}

function signAll(keys: Signers, { checked }: Fetched): Promise<Result<readonly SignedPart[], Failure>> {
  return withAllOpen(keys, async (opened) => {
    const parts: SignedPart[] = [];
    for (const [index, key] of opened.entries()) {
      const own = checked[index];
      if (own === undefined) throw new Error('a key signs what was not read for it');
      const signed = await signChecked(key, own);
      if (!signed.ok) return signed;
      parts.push(signed.value);
    }
    return good(parts);
  });
}

/** To a file unless only codes were asked for. */
function tell(invocation: Invocation, { checked: [first] }: Fetched, parts: readonly SignedPart[], kit: string | null): Outcome {
  const signatures = { approval: first.approval, signed: digestOf(first), parts };
  const content = formatSignatures(signatures);
  const named = text(invocation, 'out');
  const qr = flag(invocation, 'qr');
  const out = named ?? (qr ? null : DEFAULT_FILE);
  const file = out === null ? null : writeNewFile(invocation.world.cwd, out, content);
  if (file !== null && !file.ok) return file;
  const codes = qr ? showParts(invocation, content) : null;
  return answer(
    {
      ...(file === null ? {} : { file: file.value }),
      ...(codes === null ? {} : { codes }),
      ...(kit === null ? {} : { kit }),
      signed: checkedJson(first),
      signatures,
    },
    [
      '',
      ...(kit === null ? [] : [`✓ the recovery kit is in ${kit}: keep it apart from the recovery key, and a copy of it`]),
      ...(file === null ? [] : [`✓ written to ${file.value}. Where the service is: countersign approve --signatures ${out}`]),
      ...(codes === null ? [] : [`${codes.length} to scan. Where the service is: countersign approve --signatures -`]),
    ],
  );
}
