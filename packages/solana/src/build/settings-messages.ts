import {
  type Address,
  type BuiltMessage,
  domainError,
  type PlannedLimit,
  type WalletAddresses,
  type WalletOnChain,
  type WantedSettings,
} from '@countersign/core';
import { ChainProblem } from '../chain/chain-problem.ts';
import type { Lifetime } from './compile-message.ts';
import { type Group, packMessages } from './pack-messages.ts';
import {
  ALL_PERMISSIONS,
  addMember,
  addSpendingLimit,
  type Configuration,
  cancelProposal,
  changeThreshold,
  removeMember,
  removeSpendingLimit,
  setConfigAuthority,
  setRentCollector,
} from './squads-instructions.ts';

/** `threshold: 1` never is on chain while the agent is a member: it would own the vault. */
const THRESHOLD = 2;

/**
 * The messages that bring the settings found to the wanted ones, signed by the config authority that was found and paid by the fee account
 * wanted: limits away, then members in and out with threshold and rent collector, which one message does together, then limits added, and last the
 * config authority. Rights go before rights come, and what has landed before is not asked for again (INVARIANT I8). Throws `ChainProblem`:
 * `chain_differs` where a member that stays has other permissions, which cannot be changed without taking it out below the threshold;
 * `message_too_large`.
 */
export function buildSettingsChange(input: {
  readonly found: WalletOnChain;
  readonly wanted: WantedSettings;
  readonly lifetime: Lifetime;
}): readonly BuiltMessage[] {
  const { found, wanted, lifetime } = input;
  const { owner, agent, feeAccount, limits } = wanted;
  const by: Configuration = { multisig: found.multisig, authority: found.configAuthority, payer: feeAccount };
  const gone = found.limits.filter((each) => !limits.some((limit) => isThere(each, limit, agent)));
  const missing = limits.filter((limit) => !found.limits.some((each) => isThere(each, limit, agent)));
  const groups: readonly Group[] = [
    ...gone.map(({ spendingLimit }) => [removeSpendingLimit(by, spendingLimit)]),
    swap(by, found, [owner, agent], feeAccount),
    ...missing.map((limit) => [addSpendingLimit(by, limit, agent)]),
    found.configAuthority === owner ? [] : [setConfigAuthority(by, owner)],
  ];
  return packMessages(feeAccount, groups, lifetime);
}

/** Members in before members out: the chain refuses a threshold above the number of voters in between. */
function swap(by: Configuration, found: WalletOnChain, members: readonly Address[], rentCollector: Address): Group {
  const differences = found.members
    .filter(({ key, permissions }) => members.includes(key) && permissions !== ALL_PERMISSIONS)
    .map(({ key, permissions }) => `member ${key} has permissions ${permissions}, expected ${ALL_PERMISSIONS}`);
  if (differences.length > 0) throw new ChainProblem(domainError('chain_differs', { wallet: found.multisig, differences }));
  const joining = members.filter((key) => !found.members.some((each) => each.key === key));
  const leaving = found.members.filter(({ key }) => !members.includes(key));
  return [
    ...joining.map((key) => addMember(by, key)),
    ...(found.threshold === THRESHOLD ? [] : [changeThreshold(by, THRESHOLD)]),
    ...leaving.map(({ key }) => removeMember(by, key)),
    ...(found.rentCollector === rentCollector ? [] : [setRentCollector(by, rentCollector)]),
  ];
}

function isThere(found: WalletOnChain['limits'][number], wanted: PlannedLimit, agent: Address): boolean {
  const sorted = (list: readonly Address[]): string => [...list].sort().join();
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

/** The messages in which owner and agent both cancel approved proposals: as many as the threshold asks for. */
export async function buildCancellation(
  { multisig, owner, agent, feeAccount }: WalletAddresses,
  indexes: readonly bigint[],
  lifetime: Lifetime,
): Promise<readonly BuiltMessage[]> {
  const groups = await Promise.all(
    indexes.map((index) => Promise.all([owner, agent].map((member) => cancelProposal(multisig, member, index)))),
  );
  return packMessages(feeAccount, groups, lifetime);
}
