import type { Effect, WalletAddresses } from '@countersign/core';
import type { PreparedView } from '@countersign/sdk';
import { describeEffect } from '@countersign/solana/decode';
import { checkMessage } from './check-message.ts';
import { SETTING_EFFECTS } from './check-settings.ts';
import { checkStatement } from './check-statement.ts';
import type { Problems } from './collect-problems.ts';
import type { Findings } from './reviewed.ts';

/** Steps by which an agent only loses rights. */
const TAKES_AWAY: ReadonlySet<string> = new Set(['remove_limit', 'cancel']);

/** The agent's limits leave the chain and its key is destroyed: nothing else, and nothing that gives anybody a right (INVARIANT I7). */
export function checkRevocation(
  prepared: PreparedView,
  addresses: WalletAddresses,
  { nowMs, inForce }: { readonly nowMs: number; readonly inForce: readonly string[] },
  problems: Problems,
): Findings {
  problems.expect(prepared.policy === null && prepared.transaction === null, 'a revocation comes with a policy or a payment');
  const expected = { addresses, otherSigners: [addresses.agent], candidateRecipients: [], assets: [], kinds: SETTING_EFFECTS };
  const messages = prepared.messages.flatMap((base64, position) => checkMessage(base64, position, expected, problems) ?? []);
  const effects: readonly Effect[] = messages.flatMap((message) => message.effects).filter(({ kind }) => kind !== 'fee');
  for (const effect of effects) {
    const belongs = effect.kind === 'governance' && effect.wallet === addresses.multisig && TAKES_AWAY.has(effect.action);
    problems.expect(belongs, `this does not belong here: ${describeEffect(effect)}`);
  }
  const removed = effects.flatMap((effect) =>
    effect.kind === 'governance' && effect.action === 'remove_limit' ? [effect.spendingLimit as string] : [],
  );
  const head = { network: prepared.network, wallet: addresses.multisig };
  const statement = checkStatement(prepared.statement, { action: 'destroy-key', agent: addresses.agent, ...head }, nowMs, problems);
  return {
    messages,
    summary: [
      `Takes every right to pay alone from the agent key ${addresses.agent}, and destroys the key`,
      'The wallet stays frozen. A rotation gives it another agent key.',
      '',
      ...effects.map(describeEffect),
      '',
      `statement good until ${statement === null ? 'never' : new Date(statement.expiresAtMs).toISOString()}`,
    ],
    notUnderstood: [],
    pinned: null,
    warnings: inForce
      .filter((limit) => !removed.includes(limit))
      .map((limit) => `The spending limit ${limit} is not removed: if it is still on chain, whoever has the old key can go on using it.`),
    claims: [],
  };
}
