import { type Address, type Result as CoreResult, type DomainError, isAddress, sha256Hex, type WalletAddresses } from '@countersign/core';
import type { PreparedView } from '@countersign/sdk';
import { checkHandOver, checkLockdown, decodeMessage, describeEffect, NO_FACTS, parseMessage } from '@countersign/solana/decode';
import { readBase64 } from './check-message.ts';
import type { Problems } from './collect-problems.ts';
import type { CheckedMessage, Findings } from './reviewed.ts';

/**
 * What the owner signs ahead of need. INVARIANT I7: each message is proven, from its bytes alone, to be able to do nothing but take the agent's
 * limits away (`arm_lockdown`), or hand the control of the wallet to the recovery key (`make_recovery_kit`).
 */
export function checkKits(
  prepared: PreparedView,
  addresses: WalletAddresses,
  inForce: readonly string[],
  problems: Problems,
): Findings | null {
  const { statement, messages, policy, transaction } = prepared;
  problems.expect(statement === null && policy === null && transaction === null, 'it comes with a statement, a policy or a payment');
  problems.expect(messages.length > 0, 'there is nothing to sign');
  return prepared.approval.kind === 'arm_lockdown'
    ? checkLockdowns(messages, addresses, inForce, problems)
    : checkRecovery(prepared, addresses, problems);
}

function checkLockdowns(messages: readonly string[], addresses: WalletAddresses, inForce: readonly string[], problems: Problems): Findings {
  const read = messages.map((base64, index) => readKit(base64, index, addresses, (bytes) => checkLockdown(bytes, addresses), problems));
  const kits = read.flatMap((each) => each ?? []);
  expectOwnNonces(
    kits.map(({ nonceAccount }) => nonceAccount),
    problems,
  );
  const covered = new Set<string>(kits.flatMap(({ limits }) => limits));
  return {
    messages: kits.map(({ message }) => message),
    summary: [
      'Signs ahead of need the end of the agent’s limits, for an emergency in which you are not there.',
      'These transactions do not expire. They can take spending limits away from the agent, and can do nothing else.',
      '',
      ...kits.flatMap(({ message, limits }, index) => [
        `${index + 1}. removes ${limits.length === 1 ? 'one spending limit' : `${limits.length} spending limits`}:`,
        ...message.effects.map((effect) => `   ${describeEffect(effect)}`),
      ]),
    ],
    notUnderstood: [],
    pinned: null,
    warnings: inForce.filter((limit) => !covered.has(limit)).map((limit) => `The spending limit ${limit} would stay in a lockdown.`),
    claims: [],
  };
}

function checkRecovery({ messages, recovery }: PreparedView, addresses: WalletAddresses, problems: Problems): Findings | null {
  if (recovery === null || !isAddress(recovery)) {
    problems.add('the wallet has no recovery key');
    return null;
  }
  problems.expect(messages.length === 1, `a recovery kit is one transaction, and ${messages.length} were prepared`);
  const roles = { ...addresses, feeAccount: recovery };
  const kit = readKit(messages[0] ?? '', 0, roles, (bytes) => checkHandOver(bytes, addresses, recovery), problems);
  if (kit === null) return null;
  return {
    messages: [kit.message],
    summary: [
      'Signs ahead of need the hand-over of the wallet’s control to your recovery key, for the day on which the owner key is lost.',
      `recovery key  ${recovery}`,
      'The transaction does not expire. It can be landed by the holder of the recovery key alone, and does nothing else.',
      '',
      ...kit.message.effects.map(describeEffect),
    ],
    notUnderstood: [],
    pinned: null,
    warnings: [`Whoever holds the recovery key ${recovery} and this kit can take the whole wallet: compare it with your own record.`],
    claims: [],
  };
}

interface ReadKit {
  readonly message: CheckedMessage;
  readonly nonceAccount: Address;
  readonly limits: readonly Address[];
}

function readKit(
  base64: string,
  index: number,
  addresses: WalletAddresses,
  check: (bytes: Uint8Array) => CoreResult<{ readonly nonceAccount: Address; readonly limits?: readonly Address[] }, DomainError>,
  problems: Problems,
): ReadKit | null {
  const where = `transaction ${index + 1}`;
  const bytes = readBase64(base64);
  if (bytes === null) {
    problems.add(`${where} is not base64`);
    return null;
  }
  const checked = check(bytes);
  const parsed = parseMessage(bytes);
  const decoded = decodeMessage(bytes, { addresses, candidateRecipients: [], assets: [] }, NO_FACTS);
  if (!checked.ok || !parsed.ok || !decoded.ok) {
    const { error } = checked.ok ? { error: { code: 'undecodable_message' } } : checked;
    problems.add(`${where} could do something else: ${'problem' in error ? String(error.problem) : error.code}`);
    return null;
  }
  const message = { bytes, sha256: sha256Hex(bytes), effects: decoded.value, signers: parsed.value.signers };
  return { message, nonceAccount: checked.value.nonceAccount, limits: checked.value.limits ?? [] };
}

/** Two over one nonce: the first that lands makes the other worthless. */
function expectOwnNonces(accounts: readonly Address[], problems: Problems): void {
  problems.expect(new Set(accounts).size === accounts.length, 'two of the transactions stand on one nonce account');
}
