import { type Address, isAddress, type WalletAddresses } from '@countersign/core';
import type { PreparedView } from '@countersign/sdk';
import type { Problems } from './collect-problems.ts';

/** The wallet as it shall be: with the keys that stay and those that come. */
export interface Target {
  readonly addresses: WalletAddresses;
  /** The recovery key from then on. */
  readonly recovery: Address | null;
  readonly newAgent: Address | null;
  readonly newOwner: Address | null;
  /** The fee account of then; another one only where the old one's key was lost. */
  readonly feeAccountChanges: boolean;
}

type Kind = PreparedView['approval']['kind'];
/** What each kind may change. */
const CHANGES_AGENT: readonly Kind[] = ['rotate_agent_key'];
const CHANGES_OWNER: readonly Kind[] = ['replace_owner_key'];
const CHANGES_RECOVERY: readonly Kind[] = ['install_policy', 'create_wallet', 'replace_owner_key'];

/** INVARIANT I6: an approval changes those keys that belong to its kind, and no others; a new key is nobody else's of the wallet. */
export function readTarget(prepared: PreparedView, now: WalletAddresses, problems: Problems): Target | null {
  const { kind, change } = prepared.approval;
  const recovery = change === null ? prepared.recovery : change.recovery;
  const named = [change?.agent ?? null, change?.owner ?? null, recovery, change?.feeAccount ?? now.feeAccount];
  if (!named.every((each) => each === null || isAddress(each))) {
    problems.add('a key that shall come is not an address');
    return null;
  }
  const [newAgent = null, newOwner = null, then = null, feeAccount = null] = named as readonly (Address | null)[];
  const known = new Set<string>(Object.values(now));
  for (const fresh of [newAgent, newOwner])
    problems.expect(fresh === null || !known.has(fresh), `${fresh} is a key of this wallet already`);
  problems.expect(
    (newAgent !== null) === CHANGES_AGENT.includes(kind),
    'the agent key changes where it should not, or stays where it should change',
  );
  problems.expect(
    (newOwner !== null) === CHANGES_OWNER.includes(kind),
    'the owner key changes where it should not, or stays where it should change',
  );
  problems.expect(then === prepared.recovery || CHANGES_RECOVERY.includes(kind), 'the recovery key changes, and this is not about it');
  problems.expect(
    then === null || (then !== (newOwner ?? now.owner) && then !== (newAgent ?? now.agent)),
    'the recovery key is owner or agent too',
  );
  const feeAccountChanges = feeAccount !== null && feeAccount !== now.feeAccount;
  problems.expect(!feeAccountChanges || CHANGES_AGENT.includes(kind), 'the fee account changes, and this is not about a lost keystore');
  return {
    addresses: { ...now, agent: newAgent ?? now.agent, owner: newOwner ?? now.owner, feeAccount: feeAccount ?? now.feeAccount },
    recovery: then,
    newAgent,
    newOwner,
    feeAccountChanges,
  };
}
