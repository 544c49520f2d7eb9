import { parseOwnerStatement } from '@countersign/core';
import { wordsOf } from '../connection/failure-of.ts';
import type { Handler } from '../invocation.ts';
import { answer, misuse } from '../outcome.ts';
import { statementLines } from '../output/statement-lines.ts';
import { nameOf, readCarried } from '../support/read-carried.ts';
import { parseSignedStatement } from '../support/signed-statement.ts';

/** `owner statement show FILE`: what a statement does, signed or not, offline. */
const ownerStatementShow: Handler = async ({ world, args }) => {
  const [file = ''] = args;
  const carried = await readCarried(world, file);
  if (!carried.ok) return carried;
  const nowMs = world.nowMs();
  if (carried.value.trimStart().startsWith('{')) {
    const signed = parseSignedStatement(carried.value, file);
    if (!signed.ok) return signed;
    const { parsed, ...statement } = signed.value;
    return answer({ ...statement, action: parsed.action }, [
      ...statementLines(parsed, nowMs),
      `signed by ${statement.owner}, and the signature is good`,
    ]);
  }
  const parsed = parseOwnerStatement(carried.value);
  if (!parsed.ok) return misuse(`${nameOf(file)} is no owner statement: it ${wordsOf(parsed.error)}`, 'check what it is');
  return answer({ statement: carried.value, action: parsed.value.action, signature: null }, [
    ...statementLines(parsed.value, nowMs),
    'not signed',
  ]);
};
export default ownerStatementShow;
