import { writeFileSync } from 'node:fs';
import { resolve } from 'node:path';
import type { CreateCredential, CreatedCredential } from '@countersign/sdk';
import { answered } from '../connection/answered.ts';
import { connect } from '../connection/connect.ts';
import { findWalletId } from '../connection/find-wallet.ts';
import { type Handler, type Invocation, text } from '../invocation.ts';
import { answer, misuse, type Outcome } from '../outcome.ts';
import { facts } from '../output/table.ts';
import { good } from '../result.ts';

/** Issues a credential of one role; its secret is in the answer and nowhere else. */
export function addCredential(role: CreateCredential['role']): Handler {
  return async (invocation) => {
    const client = connect(invocation, 'operator');
    if (!client.ok) return client;
    const wallet = role === 'operator' ? good(null) : await findWalletId(client.value, invocation);
    if (!wallet.ok) return wallet;
    const label = text(invocation, 'label') ?? role;
    const created = await answered(client.value.createCredential({ role, wallet: wallet.value, label }));
    return created.ok ? tell(invocation, created.value) : created;
  };
}

function tell(invocation: Invocation, created: CreatedCredential): Outcome {
  const { credential, secret } = created;
  const shown = facts([
    ['credential', credential.id],
    ['role', credential.role],
    ['wallet', credential.wallet],
    ['label', credential.label],
  ]);
  const out = text(invocation, 'out');
  if (out === undefined) return answer(created, [...shown, '', secret, '', 'This is the only time that it is shown.']);
  const path = resolve(invocation.world.cwd, out);
  try {
    writeFileSync(path, `${secret}\n`, { flag: 'wx', mode: 0o600 });
  } catch (error) {
    return misuse(
      `${path} cannot be written (${error instanceof Error ? error.message : 'unknown'}); the credential ${credential.id} exists and its secret is lost`,
      `revoke it with "countersign agent revoke ${credential.id}" and name a file that is not there yet`,
    );
  }
  return answer({ credential, file: path }, [...shown, '', `✓ secret written to ${path}`]);
}
