import { answered } from '../connection/answered.ts';
import { connectWithout } from '../connection/connect.ts';
import { flag, type Handler, type Invocation, text } from '../invocation.ts';
import { answer, type Failure, misuse } from '../outcome.ts';
import { frozenLines } from '../output/frozen-lines.ts';
import { good, type Result } from '../result.ts';
import { readSignedStatement, type SignedStatement, signStatement } from '../support/signed-statement.ts';
import { findStatementPlace } from '../support/statement-place.ts';

/** Long enough to be handed in, and too short to be kept for another day. */
const LIFETIME_MS = 600_000;

/** `freeze --as-owner`, `freeze --statement FILE`: the owner's signature is enough, and no credential is sent. */
const freezeByStatement: Handler = async (invocation) => {
  const signed = await takeStatement(invocation);
  if (!signed.ok) return signed;
  const { wallet, statement, signature } = signed.value;
  if (wallet === null) return misuse("the service's id of the wallet is not known", 'give --wallet wal_…');
  const client = connectWithout(invocation);
  if (!client.ok) return client;
  const reason = text(invocation, 'reason');
  const frozen = await answered(client.value.freeze(wallet, { statement, signature, ...(reason === undefined ? {} : { reason }) }));
  return frozen.ok ? answer(frozen.value, frozenLines(frozen.value)) : frozen;
};
export default freezeByStatement;

async function takeStatement(invocation: Invocation): Promise<Result<SignedStatement, Failure>> {
  const file = text(invocation, 'statement');
  if (file === undefined) {
    const place = await findStatementPlace(invocation, true);
    return place.ok ? signStatement(invocation, place.value, { action: 'freeze' }, LIFETIME_MS) : place;
  }
  if (flag(invocation, 'asOwner')) return misuse('a statement is given and asked for', 'give one of --statement and --as-owner');
  const read = await readSignedStatement(invocation.world, file);
  if (!read.ok) return read;
  const { parsed, wallet, ...signed } = read.value;
  if (parsed.action !== 'freeze') return misuse(`the statement is about ${parsed.action}, not freeze`, 'hand it in where it belongs');
  const named = text(invocation, 'wallet');
  return good({ ...signed, wallet: named?.startsWith('wal_') ? named : wallet });
}
