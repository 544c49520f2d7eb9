import type { Wallet } from '../domain/wallet.ts';
import type { PlannedLimit, WalletOnChain } from '../ports/blockchain-adapter.ts';

/** Initiate 1, vote 2, execute 4: what both members have. */
export const ALL_PERMISSIONS = 7;

/** INVARIANT I11: every way in which the chain differs from what was asked, in words; none when it matches exactly. */
export function differencesOnChain(wallet: Wallet, limits: readonly PlannedLimit[], found: WalletOnChain): readonly string[] {
  const differences: string[] = [];
  const expect = (what: string, expected: unknown, actual: unknown): void => {
    if (expected !== actual) differences.push(`${what} is ${String(actual)}, expected ${String(expected)}`);
  };
  expect('config authority', wallet.owner, found.configAuthority);
  expect('threshold', 2, found.threshold);
  expect('time lock', wallet.timeLockSeconds, found.timeLockSeconds);
  expect('rent collector', wallet.feeAccount, found.rentCollector);
  const members = (list: readonly { readonly key: string; readonly permissions: number }[]): string =>
    list
      .map(({ key, permissions }) => `${key}:${permissions}`)
      .sort()
      .join(' ');
  expect(
    'member list',
    members([wallet.owner, wallet.agent].map((key) => ({ key, permissions: ALL_PERMISSIONS }))),
    members(found.members),
  );
  for (const limit of limits) {
    const there = found.limits.find(({ spendingLimit }) => spendingLimit === limit.spendingLimit);
    if (!there) {
      differences.push(`spending limit ${limit.spendingLimit} is missing`);
      continue;
    }
    expect(`asset of limit ${limit.spendingLimit}`, limit.asset, there.asset);
    expect(`amount of limit ${limit.spendingLimit}`, limit.amount, there.amount);
    expect(`period of limit ${limit.spendingLimit}`, limit.periodSeconds, there.periodSeconds);
    expect(`vault of limit ${limit.spendingLimit}`, 0, there.vaultIndex);
    expect(`members of limit ${limit.spendingLimit}`, wallet.agent, there.members.join(' '));
    expect(
      `destinations of limit ${limit.spendingLimit}`,
      [...limit.destinations].sort().join(' '),
      [...there.destinations].sort().join(' '),
    );
  }
  for (const { spendingLimit } of found.limits)
    if (!limits.some((limit) => limit.spendingLimit === spendingLimit))
      differences.push(`spending limit ${spendingLimit} should not be there`);
  return differences;
}

/**
 * INVARIANT I11: every proposal that can still have an effect. What the service proposes is approved, executed and closed in the transaction that
 * makes it, so that none of them is ours, and one that the agent key made was made outside its signer.
 */
export function strangeProposals({ proposals }: WalletOnChain): readonly string[] {
  return proposals.map(({ index, status }) => `proposal ${index} is ${status} and none of ours`);
}
