import type { Effect, Governance, WalletAddresses } from '@countersign/core';
import { describeEffect } from '@countersign/solana/decode';
import type { DerivedLimit } from './check-bounds.ts';
import type { Problems } from './collect-problems.ts';
import type { Target } from './read-change.ts';

type Of<Action extends Governance['action']> = Extract<Governance, { readonly action: Action }>;
const ALL_PERMISSIONS = 7;
const THRESHOLD = 2;

export interface Setup {
  readonly now: WalletAddresses;
  readonly target: Target;
  readonly limits: readonly DerivedLimit[];
  readonly creates: boolean;
  /** Spending limits that the service says are in force now; those that stay add up with the new ones. */
  readonly inForce: readonly string[];
}

/**
 * INVARIANT I8: what the transactions of a change do together: each step brings the wallet nearer to what it shall be, and none does anything else.
 * Gives warnings: what the bytes leave open and is not wrong in itself.
 */
export function checkSetup(effects: readonly Effect[], setup: Setup, problems: Problems): readonly string[] {
  const { now, limits, creates } = setup;
  const warnings: string[] = [];
  const steps = effects.filter((effect): effect is Governance => effect.kind === 'governance');
  for (const step of steps) checkStep(step, setup, problems);
  const created = steps.filter((step): step is Of<'create_wallet'> => step.action === 'create_wallet');
  const added = steps.flatMap((step) => (step.action === 'add_limit' ? [step.spendingLimit] : []));
  const removed: readonly string[] = steps.flatMap((step) => (step.action === 'remove_limit' ? [step.spendingLimit] : []));
  problems.expect(created.length <= 1, 'the wallet is created twice');
  problems.expect(new Set(added).size === added.length, 'a spending limit is added twice');
  if (creates && created.length === 0)
    warnings.push('These transactions do not create the wallet: it must be there from an earlier signature of yours.');
  for (const { spendingLimit, asset } of limits) {
    problems.expect(!removed.includes(spendingLimit), `the spending limit ${spendingLimit}, which the policy needs, is removed`);
    if (added.includes(spendingLimit)) continue;
    const what = `the spending limit ${spendingLimit} for ${asset}`;
    if (created.length > 0) problems.add(`${what}, which the policy needs, is not added`);
    else warnings.push(`${what[0]?.toUpperCase()}${what.slice(1)} is not added: it must be there from an earlier signature of yours.`);
  }
  for (const old of setup.inForce)
    if (!removed.includes(old) && !limits.some(({ spendingLimit }) => spendingLimit === old))
      warnings.push(`The old spending limit ${old} is not removed. If it is still on chain, ${consequence(setup)}.`);
  warnings.push(...leftUndone(steps, setup));
  checkOrder(steps, problems);
  for (const wallet of created) checkCreation(wallet, now, creates, problems);
  return warnings;
}

function consequence({ target }: Setup): string {
  return target.newAgent === null ? 'it adds up with the new ones' : 'the OLD agent key can go on spending by it';
}

/** One step: only towards what shall be. */
function checkStep(step: Governance, { now, target, limits, creates }: Setup, problems: Problems): void {
  const { owner, agent, feeAccount } = target.addresses;
  const say = (): string => `this does not belong here: ${describeEffect(step)}`;
  problems.expect(step.wallet === now.multisig, `this is about another wallet: ${describeEffect(step)}`);
  switch (step.action) {
    case 'create_wallet':
    case 'remove_limit':
      return;
    case 'add_limit':
      checkLimit(step, limits, agent, problems);
      return;
    case 'add_member':
      problems.expect(!creates && [owner, agent].includes(step.member) && step.permissions === ALL_PERMISSIONS, say());
      return;
    case 'remove_member':
      problems.expect(!creates && ![owner, agent].includes(step.member), say());
      return;
    case 'set_threshold':
      problems.expect(!creates && step.threshold === THRESHOLD, say());
      return;
    case 'set_rent_collector':
      problems.expect(!creates && step.rentCollector === feeAccount, say());
      return;
    case 'set_config_authority':
      problems.expect(target.newOwner !== null && step.authority === owner, say());
      return;
    case 'cancel':
      problems.expect(target.newAgent !== null || target.newOwner !== null, say());
      return;
    default:
      problems.add(say());
  }
}

/** The control goes last: what comes after it would be another's to decide. */
function checkOrder(steps: readonly Governance[], problems: Problems): void {
  const at = steps.findIndex(({ action }) => action === 'set_config_authority');
  problems.expect(at < 0 || at === steps.length - 1, 'the control of the wallet is handed over before the end');
}

/** What a change of keys should do and these bytes do not: it must have landed before. */
function leftUndone(steps: readonly Governance[], { now, target }: Setup): readonly string[] {
  const warnings: string[] = [];
  const before = 'it must have been done by an earlier signature';
  const joins = (key: string): boolean => steps.some((step) => step.action === 'add_member' && step.member === key);
  const leaves = (key: string): boolean => steps.some((step) => step.action === 'remove_member' && step.member === key);
  const swaps = [
    { who: 'agent', fresh: target.newAgent, old: now.agent },
    { who: 'owner', fresh: target.newOwner, old: now.owner },
  ];
  for (const { who, fresh, old } of swaps) {
    if (fresh === null) continue;
    if (!joins(fresh)) warnings.push(`The new ${who} key ${fresh} is not made a member: ${before}.`);
    if (!leaves(old)) warnings.push(`The old ${who} key ${old} is not removed: ${before}.`);
  }
  if (target.newOwner !== null && !steps.some(({ action }) => action === 'set_config_authority'))
    warnings.push(`The control of the wallet is not handed to ${target.newOwner}: ${before}.`);
  return warnings;
}

function checkCreation(wallet: Of<'create_wallet'>, now: WalletAddresses, creates: boolean, problems: Problems): void {
  const { owner, agent, feeAccount } = now;
  problems.expect(creates, 'a policy cannot create a wallet');
  problems.expect(wallet.owner === owner, `the new wallet is controlled by ${wallet.owner}, not by you`);
  problems.expect(wallet.threshold === THRESHOLD, `the new wallet needs ${wallet.threshold} signatures, not 2`);
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

function checkLimit(added: Of<'add_limit'>, limits: readonly DerivedLimit[], agent: string, problems: Problems): void {
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
