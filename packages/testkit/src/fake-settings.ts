import type { PlannedLimit, WalletOnChain, WantedSettings } from '@countersign/core';
import { type FakeLimit, type FakeStep, fakeLimit } from './fake-message.ts';

const ALL_PERMISSIONS = 7;
const THRESHOLD = 2;

/**
 * What brings the settings that were found to the wanted ones, in landing order. The steps of one group are never parted: with one key gone and
 * the other not yet there, or both there, nobody shall find the wallet.
 */
export function settingsGroups(found: WalletOnChain, wanted: WantedSettings): readonly (readonly FakeStep[])[] {
  const { owner, agent, feeAccount, limits } = wanted;
  const members = [owner, agent];
  const there = (limit: PlannedLimit): boolean => found.limits.some((each) => isLimit(each, limit, agent));
  const swap: FakeStep[] = [
    ...members.filter((key) => !found.members.some((each) => each.key === key)).map((member) => ({ step: 'add_member', member }) as const),
    ...(found.threshold === THRESHOLD ? [] : [{ step: 'set_threshold', threshold: THRESHOLD } as const]),
    ...found.members.filter(({ key }) => !members.includes(key)).map(({ key }) => ({ step: 'remove_member', member: key }) as const),
    ...(found.rentCollector === feeAccount ? [] : [{ step: 'set_rent_collector', rentCollector: feeAccount } as const]),
  ];
  const groups: (readonly FakeStep[])[] = [
    ...found.limits
      .filter((each) => !limits.some((limit) => isLimit(each, limit, agent)))
      .map(({ spendingLimit }) => [{ step: 'remove_limit', spendingLimit }] as const),
    swap,
    ...limits.filter((limit) => !there(limit)).map((limit) => [{ step: 'add_limit', limit: fakeLimit(limit), member: agent }] as const),
    found.configAuthority === owner ? [] : [{ step: 'set_config_authority', authority: owner }],
  ];
  return groups.filter((group) => group.length > 0);
}

function isLimit(found: WalletOnChain['limits'][number], wanted: PlannedLimit, agent: string): boolean {
  const sorted = (list: readonly string[]): string => [...list].sort().join();
  return (
    found.spendingLimit === wanted.spendingLimit &&
    found.asset === wanted.asset &&
    found.amount === wanted.amount &&
    found.periodSeconds === wanted.periodSeconds &&
    found.vaultIndex === 0 &&
    sorted(found.members) === agent &&
    sorted(found.destinations) === sorted(wanted.destinations)
  );
}

/** A wallet after a step, or why the step fails. */
export function applyStep(wallet: WalletOnChain, step: FakeStep): WalletOnChain | string {
  switch (step.step) {
    case 'remove_limit': {
      const limits = wallet.limits.filter(({ spendingLimit }) => spendingLimit !== step.spendingLimit);
      return limits.length === wallet.limits.length ? 'AccountNotInitialized' : { ...wallet, limits };
    }
    case 'add_limit': {
      if (wallet.limits.some(({ spendingLimit }) => spendingLimit === step.limit.spendingLimit)) return 'the account exists';
      const limits = [...wallet.limits, limitOnChain(step.limit, step.member)];
      return { ...wallet, limits: limits.toSorted((one, other) => (one.spendingLimit < other.spendingLimit ? -1 : 1)) };
    }
    case 'add_member':
      if (wallet.members.some(({ key }) => key === step.member)) return 'DuplicateMember';
      return stale({ ...wallet, members: [...wallet.members, { key: step.member, permissions: ALL_PERMISSIONS }] });
    case 'remove_member': {
      const members = wallet.members.filter(({ key }) => key !== step.member);
      if (members.length === wallet.members.length) return 'NotAMember';
      return members.length < wallet.threshold ? 'InvalidThreshold' : stale({ ...wallet, members });
    }
    case 'set_threshold':
      if (step.threshold < 1 || step.threshold > wallet.members.length) return 'InvalidThreshold';
      return stale({ ...wallet, threshold: step.threshold });
    case 'set_rent_collector':
      return { ...wallet, rentCollector: step.rentCollector };
    case 'set_config_authority':
      return stale({ ...wallet, configAuthority: step.authority });
    case 'cancel': {
      if (!wallet.members.some(({ key }) => key === step.member)) return 'NotAMember';
      const proposal = wallet.proposals.find(({ index }) => index === BigInt(step.index));
      return proposal?.status === 'approved' ? wallet : 'InvalidProposalStatus';
    }
  }
}

/** INVARIANT I8: what was not approved before the settings changed never has an effect; what was approved still has. */
function stale(wallet: WalletOnChain): WalletOnChain {
  const proposals = wallet.proposals.filter(({ status }) => status === 'approved').map((each) => ({ ...each, stale: true }));
  return { ...wallet, proposals };
}

export function limitOnChain(limit: FakeLimit, member: WalletOnChain['configAuthority']): WalletOnChain['limits'][number] {
  const { spendingLimit, asset, periodSeconds, destinations } = limit;
  const amount = BigInt(limit.amount);
  return { spendingLimit, asset, amount, remaining: amount, periodSeconds, members: [member], destinations, vaultIndex: 0 };
}
