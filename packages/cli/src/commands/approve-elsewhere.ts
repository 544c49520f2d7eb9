import type { ApprovalView, CountersignClient } from '@countersign/sdk';
import { answered } from '../connection/answered.ts';
import { flag, type Invocation, text } from '../invocation.ts';
import { answer, misuse, type Outcome } from '../outcome.ts';
import { checkedJson } from '../output/checked-lines.ts';
import { showChecked } from '../output/show-checked.ts';
import { showParts } from '../output/show-parts.ts';
import { afterApproval } from '../support/after-approval.ts';
import { formatToSign, joinParts, readSignatures, type Signatures } from '../support/exchange-file.ts';
import { fetchAndCheck } from '../support/fetch-and-check.ts';
import { writeNewFile } from '../support/write-new-file.ts';

/** Step one of signing on another machine: the prepared bytes as a file or QR codes. They are read here too, so that nothing broken travels. */
export async function carryOut(client: CountersignClient, invocation: Invocation, approval: ApprovalView): Promise<Outcome> {
  const { world } = invocation;
  const fetched = await fetchAndCheck(client, world, approval, null);
  if (!fetched.ok) return fetched;
  const { prepared, inForce, checked } = fetched.value;
  const content = formatToSign({ prepared, inForce });
  const out = text(invocation, 'out');
  const file = out === undefined ? null : writeNewFile(world.cwd, out, content);
  if (file !== null && !file.ok) return file;
  showChecked(invocation, checked[0]);
  const parts = flag(invocation, 'qr') ? showParts(invocation, content) : null;
  const carried = { ...(file === null ? {} : { file: file.value }), ...(parts === null ? {} : { parts }) };
  return answer({ approval, ...carried, toSign: checkedJson(checked[0]) }, [
    '',
    ...(file === null ? [] : [`✓ written to ${file.value}. On the owner's machine: countersign owner approve ${out}`]),
    ...(parts === null
      ? []
      : [`${parts.length === 1 ? 'One code' : `${parts.length} codes`} to scan. On the owner's machine: countersign owner approve -`]),
    ...(approval.change?.owner == null ? [] : ['Two keys sign it, each on its machine: hand both files in, with --signatures for each.']),
    ...(checked[0].messages.length > 0 && prepared.kits.length === 0
      ? ['Transactions can land for about a minute from now: come back in time, or write the file again.']
      : []),
  ]);
}

/** Step three: hands in the signatures that were made elsewhere; those of the old and the new owner may come in two files. */
export async function handIn(client: CountersignClient, invocation: Invocation, files: readonly string[]): Promise<Outcome> {
  const all: Signatures[] = [];
  for (const file of files) {
    const read = await readSignatures(invocation.world, file);
    if (!read.ok) return read;
    all.push(read.value);
  }
  const [named] = invocation.args;
  const id = all[0]?.approval ?? '';
  if (named !== undefined && named !== id) return misuse(`the signatures are for ${id}, not for ${named}`, 'leave the id away');
  const approval = await answered(client.getApproval(id));
  if (!approval.ok) return approval;
  const body = joinParts(all, approval.value.change?.owner != null);
  if (!body.ok) return body;
  const approved = await answered(client.approve(id, body.value));
  return approved.ok ? afterApproval(client, invocation, approved.value, {}) : approved;
}
