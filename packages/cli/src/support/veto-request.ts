import type { CountersignClient } from '@countersign/sdk';
import { answered, collect } from '../connection/answered.ts';
import { answer, EXIT_CODES, failed, type Outcome } from '../outcome.ts';
import { approvalLines } from '../output/approval-lines.ts';
import type { SignedStatement } from './signed-statement.ts';

/** Hands a veto in, under the approval that waits for this transaction. */
export async function vetoRequest(client: CountersignClient, request: string, signed: SignedStatement): Promise<Outcome> {
  const waiting = await collect(client.eachApproval({ state: 'waiting' }));
  if (!waiting.ok) return waiting;
  const approval = waiting.value.find(({ transaction }) => transaction === request);
  if (approval === undefined)
    return failed({
      exitCode: EXIT_CODES.notFound,
      code: 'not_found',
      message: `no approval waits for ${request}: it was decided already, or it is of another owner`,
      remedy: `see what became of it: countersign tx show ${request}`,
    });
  const { statement, signature } = signed;
  const rejected = await answered(client.reject(approval.id, { statement, signature }));
  return rejected.ok
    ? answer({ ...rejected.value, statement: signed }, ['✓ vetoed: it will never happen', '', ...approvalLines(rejected.value)])
    : rejected;
}
