import { type Address, isAddress, sha256Hex, type WalletAddresses } from '@countersign/core';
import type { PreparedView } from '@countersign/sdk';
import { EXIT_CODES, type Failure, failed } from '../outcome.ts';
import { good, type Result } from '../result.ts';
import { readAsked } from './asked-transaction.ts';
import { checkCall } from './check-call.ts';
import { checkDelayed } from './check-delayed.ts';
import { checkKits } from './check-kits.ts';
import { checkPayment } from './check-payment.ts';
import { checkRevocation } from './check-revocation.ts';
import { checkSettings } from './check-settings.ts';
import { checkStatement } from './check-statement.ts';
import { collectProblems, type Problems } from './collect-problems.ts';
import { readAddresses } from './read-addresses.ts';
import type { Checked, CheckedMessage, Findings } from './reviewed.ts';
import { type Consent, readConsent } from './signing-part.ts';

/** What is known apart from what the service prepared. */
export interface Reader {
  /** The key that would sign. */
  readonly key: Address;
  readonly approval: string;
  readonly nowMs: number;
  /** Spending limits that the service lists as in force, to be reminded of those that stay. */
  readonly inForce: readonly string[];
}

/**
 * INVARIANT I6: reads what the service prepared and gives what signing will do, or refuses with every reason. The service may be
 * compromised: its words are compared with the bytes and believed nowhere.
 */
export function checkPrepared(prepared: PreparedView, reader: Reader): Result<Checked, Failure> {
  const problems = collectProblems();
  const { approval, network, statement } = prepared;
  problems.expect(approval.id === reader.approval, `the service prepared ${approval.id}, asked was ${reader.approval}`);
  problems.expect(isAddress(network), `the network "${network}" is not a genesis hash`);
  const addresses = readAddresses(prepared, problems);
  const consent = readConsent({ ...prepared, change: approval.change }, reader.key, problems);
  const findings = addresses === null || consent === null ? null : checkKind(prepared, addresses, { ...reader, ...consent }, problems);
  if (consent === null || findings === null || problems.list.length > 0) return refusal(problems);
  const { messages, notUnderstood, warnings, claims, pinned, summary } = findings;
  const content = [approval.id, approval.kind, network, addresses, approval.change, prepared.policy, messages.map(meant), pinned, warnings];
  const meaning = JSON.stringify(content, (_name, value: unknown) => (typeof value === 'bigint' ? value.toString() : value));
  return good({
    ...{ messages, notUnderstood, warnings, claims, statement },
    summary: [...summary, '', `network  ${network}`],
    approval: approval.id,
    kind: approval.kind,
    key: reader.key,
    part: consent.part,
    meaning: sha256Hex(meaning),
  });
}

/** Effects without what another preparation of the same may have otherwise: the fee, which the service pays, the number of the proposal, positions. */
function meant({ effects }: CheckedMessage): readonly object[] {
  return effects.filter(({ kind }) => kind !== 'fee').map((effect) => ({ ...effect, index: null, instruction: null }));
}

function checkKind(prepared: PreparedView, addresses: WalletAddresses, reader: Reader & Consent, problems: Problems): Findings | null {
  const { inForce, nowMs } = reader;
  switch (prepared.approval.kind) {
    case 'approve_payment': {
      if (prepared.intent !== null) return checkDelayed(prepared, addresses, nowMs, problems);
      const asked = readAsked(prepared, problems);
      if (asked === null) return null;
      return asked.transaction.message === null ? checkPayment(asked, addresses, problems) : checkCall(asked, addresses, problems);
    }
    case 'create_wallet':
    case 'install_policy':
    case 'rotate_agent_key':
    case 'replace_owner_key':
      return checkSettings(prepared, addresses, reader, problems);
    case 'revoke_agent_key':
      return checkRevocation(prepared, addresses, reader, problems);
    case 'arm_lockdown':
    case 'make_recovery_kit':
      return checkKits(prepared, addresses, inForce, problems);
    case 'unfreeze':
      return checkUnfreezing(prepared, addresses, nowMs, problems);
  }
}

function checkUnfreezing(prepared: PreparedView, { multisig }: WalletAddresses, nowMs: number, problems: Problems): Findings {
  const { network } = prepared;
  problems.expect(prepared.messages.length === 0, 'unfreezing needs no transaction, and one was prepared');
  problems.expect(prepared.policy === null && prepared.transaction === null, 'unfreezing comes with a policy or a payment');
  const statement = checkStatement(prepared.statement, { action: 'unfreeze', network, wallet: multisig }, nowMs, problems);
  return {
    messages: [],
    summary: [
      `Lets the agent of wallet ${multisig} pay again, under the policy that is in force`,
      `statement good until ${statement === null ? '' : new Date(statement.expiresAtMs).toISOString()}`,
    ],
    notUnderstood: [],
    pinned: null,
    warnings: [],
    claims: [],
  };
}

function refusal(problems: Problems): { readonly ok: false; readonly error: Failure } {
  const list = problems.list.length > 0 ? problems.list : ['it cannot be read'];
  return failed({
    exitCode: EXIT_CODES.aborted,
    code: 'refused_to_sign',
    message: `refused to sign: what the service prepared is not what it should be (${list.join('; ')})`,
    remedy: 'sign nothing, keep this message, and ask the operator; the service may be compromised',
    details: list.map((problem) => `✗ ${problem}`),
    problem: { problems: list },
  });
}
