import type { AssetInfo, Effect, Governance, WalletAddresses } from '@countersign/core';
import { describeEffect } from '@countersign/solana/decode';
import type { DerivedLimit } from './check-bounds.ts';
import type { Problems } from './collect-problems.ts';

type Of<Action extends Governance['action']> = Extract<Governance, { readonly action: Action }>;
const ALL_PERMISSIONS = 7;

export interface Setup {
  readonly addresses: WalletAddresses;
  readonly limits: readonly DerivedLimit[];
  readonly creates: boolean;
  /** Spending limits that the service says are in force now; those that stay add up with the new ones. */
  readonly inForce: readonly string[];
  readonly assets: readonly AssetInfo[];
}

/**
 * What the transactions of a wallet's creation or of a policy do together: they create this wallet as agreed, add exactly the derived
 * spending limits, remove old ones, and change nothing else of the wallet. Gives warnings: what the bytes leave open and is not wrong in itself.
 */
export function checkSetup(effects: readonly Effect[], setup: Setup, problems: Problems): readonly string[] {
  const { addresses, limits, creates, inForce } = setup;
  const warnings: string[] = [];
  const created: Of<'create_wallet'>[] = [];
  const added: Of<'add_limit'>[] = [];
  const removed: string[] = [];
  for (const effect of effects) {
    if (effect.kind !== 'governance') continue;
    problems.expect(effect.wallet === addresses.multisig, `this is about another wallet: ${describeEffect(effect)}`);
    if (effect.action === 'create_wallet') created.push(effect);
    else if (effect.action === 'add_limit') added.push(effect);
    else if (effect.action === 'remove_limit') removed.push(effect.spendingLimit);
    else problems.add(`this does not belong here: ${describeEffect(effect)}`);
  }
  checkCreation(created, addresses, creates, problems);
  if (creates && created.length === 0)
    warnings.push('These transactions do not create the wallet: it must be there from an earlier signature of yours.');
  for (const each of added) checkLimit(each, limits, addresses, problems);
  problems.expect(new Set(added.map(({ spendingLimit }) => spendingLimit)).size === added.length, 'a spending limit is added twice');
  for (const limit of limits) {
    problems.expect(
      !removed.includes(limit.spendingLimit),
      `the spending limit ${limit.spendingLimit}, which the policy needs, is removed`,
    );
    if (added.some(({ spendingLimit }) => spendingLimit === limit.spendingLimit)) continue;
    if (created.length > 0)
      problems.add(`the spending limit ${limit.spendingLimit} for ${limit.asset}, which the policy needs, is not added`);
    else
      warnings.push(
        `The spending limit ${limit.spendingLimit} for ${limit.asset} is not added: it must be there from an earlier signature of yours.`,
      );
  }
  for (const old of inForce)
    if (!removed.includes(old) && !limits.some(({ spendingLimit }) => spendingLimit === old))
      warnings.push(`The old spending limit ${old} is not removed. If it is still on chain, it adds up with the new ones.`);
  return warnings;
}

function checkCreation(created: readonly Of<'create_wallet'>[], addresses: WalletAddresses, creates: boolean, problems: Problems): void {
  const { owner, agent, feeAccount } = addresses;
  problems.expect(created.length <= 1, 'the wallet is created twice');
  for (const wallet of created) {
    problems.expect(creates, 'a policy cannot create a wallet');
    problems.expect(wallet.owner === owner, `the new wallet is controlled by ${wallet.owner}, not by you`);
    problems.expect(wallet.threshold === 2, `the new wallet needs ${wallet.threshold} signatures, not 2`);
    problems.expect(
      wallet.timeLockSeconds === 0,
      `the new wallet has a time lock of ${wallet.timeLockSeconds} seconds, and wallets of this version have none`,
    );
    problems.expect(wallet.rentCollector === feeAccount, `rent of the new wallet goes to ${wallet.rentCollector}, not to the fee account`);
    const members = wallet.members.map(({ key, permissions }) => `${key} ${permissions}`).sort();
    const expected = [owner, agent].map((key) => `${key} ${ALL_PERMISSIONS}`).sort();
    problems.expect(
      members.join() === expected.join(),
      `the members of the new wallet are not exactly you and the agent: ${members.join(', ')}`,
    );
  }
}

function checkLimit(added: Of<'add_limit'>, limits: readonly DerivedLimit[], { agent }: WalletAddresses, problems: Problems): void {
  const limit = limits.find(({ spendingLimit }) => spendingLimit === added.spendingLimit);
  if (!limit) {
    problems.add(`a spending limit is added that the policy does not give: ${describeEffect(added)}`);
    return;
  }
  const sorted = (list: readonly string[]): string => [...list].sort().join();
  const same =
    added.asset === limit.asset &&
    added.amount === limit.amount &&
    added.periodSeconds === limit.periodSeconds &&
    sorted(added.members) === agent &&
    added.destinations.length > 0 &&
    sorted(added.destinations) === sorted(limit.destinations);
  problems.expect(
    same,
    `the spending limit for ${limit.asset} is not the one of the policy (${limit.amount} base units every ${limit.periodSeconds} seconds): ${describeEffect(added)}`,
  );
}
