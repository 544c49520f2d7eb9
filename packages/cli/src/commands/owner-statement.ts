import { parseId } from '@countersign/core';
import { answered } from '../connection/answered.ts';
import { connect, connectWithout } from '../connection/connect.ts';
import { flag, type Handler, type Invocation, required, text } from '../invocation.ts';
import { answer, type Failure, misuse, type Outcome } from '../outcome.ts';
import { frozenLines } from '../output/frozen-lines.ts';
import { showParts } from '../output/show-parts.ts';
import { good, type Result } from '../result.ts';
import { formatSignedStatement, type SignedStatement, type Stopping, signStatement } from '../support/signed-statement.ts';
import { findStatementPlace, type StatementPlace } from '../support/statement-place.ts';
import { wholeNumber } from '../support/whole-number.ts';
import { writeNewFile } from '../support/write-new-file.ts';

const MINUTE_MS = 60_000;
const MINUTES = { least: 1, most: 525_600, otherwise: 60 };

/** `owner statement freeze`: offline but with `--send`, which needs no credential. */
export const ownerStatementFreeze: Handler = (invocation) => makeStatement(invocation, good({ action: 'freeze' }));

/** `owner statement veto`: the same for one transaction; handing it in needs a credential. */
export const ownerStatementVeto: Handler = (invocation) => {
  const request = parseId('request', required(invocation, 'transaction'), '--transaction');
  return makeStatement(
    invocation,
    request.ok
      ? good({ action: 'veto-request', request: request.value })
      : misuse(`--transaction "${required(invocation, 'transaction')}" is not the id of a transaction`, 'give one such as tx_01KAQ5…'),
  );
};

async function makeStatement(invocation: Invocation, what: Result<Stopping, Failure>): Promise<Outcome> {
  if (!what.ok) return what;
  const minutes = wholeNumber(invocation, 'minutes', MINUTES);
  if (!minutes.ok) return minutes;
  const place = await findStatementPlace(invocation, flag(invocation, 'send'));
  if (!place.ok) return place;
  const signed = await signStatement(invocation, place.value, what.value, minutes.value * MINUTE_MS);
  if (!signed.ok) return signed;
  const kept = keep(invocation, signed.value);
  if (!kept.ok) return kept;
  if (!flag(invocation, 'send')) return answer(signed.value, [...kept.value, ...handInHint(invocation, what.value)]);
  return what.value.action === 'freeze'
    ? sendFreeze(invocation, place.value, signed.value)
    : sendVeto(invocation, what.value.request, signed.value);
}

/** Where the signed statement goes: to a file, as codes, or else as text. */
function keep(invocation: Invocation, signed: SignedStatement): Result<readonly string[], Failure> {
  const content = formatSignedStatement(signed);
  const out = text(invocation, 'out');
  const file = out === undefined ? null : writeNewFile(invocation.world.cwd, out, content);
  if (file !== null && !file.ok) return file;
  if (flag(invocation, 'qr')) showParts(invocation, content);
  if (file !== null) return good([`✓ written to ${file.value}`]);
  return good(flag(invocation, 'qr') ? [] : content.trimEnd().split('\n'));
}

function handInHint(invocation: Invocation, { action }: Stopping): readonly string[] {
  const file = text(invocation, 'out') ?? '-';
  const command = action === 'freeze' ? `countersign freeze --statement ${file}` : `countersign reject --statement ${file}`;
  return ['', `Whoever hands it in makes it count, once, until it ends: ${command}`];
}

async function sendFreeze(invocation: Invocation, { wallet }: StatementPlace, signed: SignedStatement): Promise<Outcome> {
  const client = connectWithout(invocation);
  if (!client.ok) return client;
  if (wallet === null) return misuse('the service’s id of the wallet is not known', 'give --wallet wal_…');
  const { statement, signature } = signed;
  const frozen = await answered(client.value.freeze(wallet, { statement, signature }));
  return frozen.ok ? answer({ ...frozen.value, statement: signed }, frozenLines(frozen.value)) : frozen;
}

async function sendVeto(invocation: Invocation, request: string, signed: SignedStatement): Promise<Outcome> {
  const { vetoRequest } = await import('../support/veto-request.ts');
  const client = connect(invocation, 'owner');
  return client.ok ? vetoRequest(client.value, request, signed) : client;
}
