import { parseId } from '@countersign/core';
import type { ApprovalView, CountersignClient } from '@countersign/sdk';
import { answered } from '../connection/answered.ts';
import { connect } from '../connection/connect.ts';
import { flag, type Handler, type Invocation, text } from '../invocation.ts';
import { answer, misuse, type Outcome } from '../outcome.ts';
import { approvalLines } from '../output/approval-lines.ts';
import { chooseApproval } from '../support/choose-approval.ts';
import { readSignedStatement, signStatement } from '../support/signed-statement.ts';
import { findStatementPlace } from '../support/statement-place.ts';
import { vetoRequest } from '../support/veto-request.ts';

const LIFETIME_MS = 600_000;

/** `reject`: by an operator's credential; with `--as-owner` by the owner's signature; with `--statement` by one that was made elsewhere. */
const reject: Handler = async (invocation) => {
  const file = text(invocation, 'statement');
  const asOwner = flag(invocation, 'asOwner');
  const client = connect(invocation, asOwner || file !== undefined ? 'owner' : 'operator');
  if (!client.ok) return client;
  if (file !== undefined) return handIn(client.value, invocation, file);
  const approval = await chooseApproval(client.value, invocation, invocation.args[0]);
  if (!approval.ok) return approval;
  if (asOwner) return vetoAsOwner(client.value, invocation, approval.value);
  const reason = text(invocation, 'reason');
  const rejected = await answered(client.value.reject(approval.value.id, reason === undefined ? {} : { reason }));
  return rejected.ok ? answer(rejected.value, ['✓ rejected', '', ...approvalLines(rejected.value)]) : rejected;
};
export default reject;

async function handIn(client: CountersignClient, { world }: Invocation, file: string): Promise<Outcome> {
  const read = await readSignedStatement(world, file);
  if (!read.ok) return read;
  const { parsed, ...signed } = read.value;
  if (parsed.action !== 'veto-request') return misuse(`the statement is about ${parsed.action}, not a veto`, 'hand it in where it belongs');
  return vetoRequest(client, parsed.request, signed);
}

async function vetoAsOwner(client: CountersignClient, invocation: Invocation, approval: ApprovalView): Promise<Outcome> {
  const request = parseId('request', approval.transaction, 'transaction');
  if (!request.ok)
    return misuse(
      `${approval.id} is about no transaction, and the owner vetoes those alone`,
      'an operator rejects it; unsigned it expires by itself',
    );
  const place = await findStatementPlace({ ...invocation, options: { ...invocation.options, wallet: approval.wallet } }, true);
  if (!place.ok) return place;
  const signed = await signStatement(invocation, place.value, { action: 'veto-request', request: request.value }, LIFETIME_MS);
  return signed.ok ? vetoRequest(client, request.value, signed.value) : signed;
}
