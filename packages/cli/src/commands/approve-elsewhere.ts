import type { ApprovalView, CountersignClient } from '@countersign/sdk';
import { answered } from '../connection/answered.ts';
import type { Invocation } from '../invocation.ts';
import { answer, misuse, type Outcome } from '../outcome.ts';
import { checkedJson, checkedLines } from '../output/checked-lines.ts';
import { afterApproval } from '../support/after-approval.ts';
import { readSignatures, writeToSign } from '../support/exchange-file.ts';
import { fetchAndCheck } from '../support/fetch-and-check.ts';

/** Step one of signing on another machine: the prepared bytes as a file. They are read here too, so that nothing broken travels. */
export async function carryOut(client: CountersignClient, { world }: Invocation, approval: ApprovalView, out: string): Promise<Outcome> {
  const fetched = await fetchAndCheck(client, world, approval, null);
  if (!fetched.ok) return fetched;
  const { prepared, inForce, checked } = fetched.value;
  const file = writeToSign(world.cwd, out, { prepared, inForce });
  if (!file.ok) return file;
  return answer({ approval, file: file.value, toSign: checkedJson(checked) }, [
    ...checkedLines(checked),
    '',
    `✓ written to ${file.value}. On the owner's machine: countersign owner sign ${out} --out signatures.json`,
    ...(checked.messages.length > 0
      ? ['Transactions can land for about a minute from now: come back in time, or write the file again.']
      : []),
  ]);
}

/** Step three: hands in the signatures that were made elsewhere. */
export async function handIn(client: CountersignClient, invocation: Invocation, file: string): Promise<Outcome> {
  const signatures = readSignatures(invocation.world.cwd, file);
  if (!signatures.ok) return signatures;
  const { approval: id, statementSignature, messageSignatures } = signatures.value;
  const named = invocation.args[0];
  if (named !== undefined && named !== id) return misuse(`the signatures are for ${id}, not for ${named}`, 'leave the id away');
  const approval = await answered(client.approve(id, { statementSignature, messageSignatures }));
  return approval.ok ? afterApproval(client, invocation, approval.value, {}) : approval;
}
