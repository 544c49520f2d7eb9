import { type Address, isAddress, sha256Hex, type WalletAddresses } from '@countersign/core';
import type { PreparedView } from '@countersign/sdk';
import { EXIT_CODES, type Failure, failed } from '../outcome.ts';
import { good, type Result } from '../result.ts';
import { readAsked } from './asked-transaction.ts';
import { checkCall } from './check-call.ts';
import { checkPayment } from './check-payment.ts';
import { checkPolicy } from './check-policy.ts';
import { checkStatement } from './check-statement.ts';
import { collectProblems, type Problems } from './collect-problems.ts';
import { readAddresses } from './read-addresses.ts';
import type { Checked, CheckedMessage, Findings } from './reviewed.ts';

/** What is known apart from what the service prepared. */
export interface Reader {
  /** The owner whose key would sign. */
  readonly owner: Address;
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
  problems.expect(prepared.approval.id === reader.approval, `the service prepared ${prepared.approval.id}, asked was ${reader.approval}`);
  problems.expect(isAddress(prepared.network), `the network "${prepared.network}" is not a genesis hash`);
  const addresses = readAddresses(prepared, reader.owner, problems);
  const findings = addresses === null ? null : checkKind(prepared, addresses, reader, problems);
  if (addresses === null || findings === null || problems.list.length > 0) return refusal(problems);
  const { approval, statement } = prepared;
  const content = [
    approval.id,
    approval.kind,
    prepared.network,
    addresses,
    prepared.policy,
    findings.messages.map(meant),
    findings.pinned,
    findings.warnings,
  ];
  const meaning = JSON.stringify(content, (_name, value: unknown) => (typeof value === 'bigint' ? value.toString() : value));
  const summary = [...findings.summary, '', `network  ${prepared.network}`];
  const { messages, notUnderstood, warnings, claims } = findings;
  return good({
    ...{ messages, notUnderstood, warnings, claims },
    summary,
    approval: approval.id,
    kind: approval.kind,
    owner: addresses.owner,
    statement,
    meaning: sha256Hex(meaning),
  });
}

/** Effects without what another preparation of the same may have otherwise: the fee, which the service pays, the number of the proposal, positions. */
function meant({ effects }: CheckedMessage): readonly object[] {
  return effects.filter(({ kind }) => kind !== 'fee').map((effect) => ({ ...effect, index: null, instruction: null }));
}

function checkKind(prepared: PreparedView, addresses: WalletAddresses, reader: Reader, problems: Problems): Findings | null {
  switch (prepared.approval.kind) {
    case 'approve_payment': {
      const asked = readAsked(prepared, problems);
      if (asked === null) return null;
      return asked.transaction.message === null ? checkPayment(asked, addresses, problems) : checkCall(asked, addresses, problems);
    }
    case 'create_wallet':
    case 'install_policy':
      return checkPolicy(prepared, addresses, reader, problems);
    case 'unfreeze': {
      const { network } = prepared;
      problems.expect(prepared.messages.length === 0, 'unfreezing needs no transaction, and one was prepared');
      problems.expect(prepared.policy === null && prepared.transaction === null, 'unfreezing comes with a policy or a payment');
      const statement = checkStatement(
        prepared.statement,
        { action: 'unfreeze', network, wallet: addresses.multisig },
        reader.nowMs,
        problems,
      );
      const until = statement === null ? '' : new Date(statement.expiresAtMs).toISOString();
      return {
        messages: [],
        summary: [
          `Lets the agent of wallet ${addresses.multisig} pay again, under the policy that is in force`,
          `statement good until ${until}`,
        ],
        notUnderstood: [],
        pinned: null,
        warnings: [],
        claims: [],
      };
    }
  }
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
