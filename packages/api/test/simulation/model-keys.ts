import type { Address, Kit, WalletId, WalletOnChain } from '@countersign/core';
import type { Change, FakeChain, Tables } from '@countersign/testkit';

type Fail = (problem: string) => void;
interface Truth {
  readonly tables: Tables;
  readonly chain: FakeChain;
}

/** What must hold while keys change and while what was signed ahead of need is used. */
export interface KeyModel {
  /** The signer answered that this is the agent key of the wallet now. */
  holds(walletId: WalletId, agent: Address): void;
  committed(changes: readonly Change[]): void;
  atRest(): void;
}

export function createKeyModel(truth: () => Truth, fail: Fail): KeyModel {
  const held = new Map<WalletId, Address>();
  const onChain = (walletId: WalletId): WalletOnChain | null => {
    const { tables, chain } = truth();
    const wallet = tables.wallets.get(walletId)?.wallet;
    return wallet === undefined ? null : chain.finalizedWallet(wallet.multisig);
  };
  /** INVARIANT I8: for good, the chain gives `agent` the rights of the agent key and no other key but the owner's any. */
  function isAlone(walletId: WalletId, agent: Address): boolean {
    const { tables } = truth();
    const owner = tables.wallets.get(walletId)?.wallet.owner;
    const found = onChain(walletId);
    if (found === null) return false;
    const members = found.members.map(({ key }) => key).sort();
    return members.join() === [agent, owner].sort().join() && found.limits.every((limit) => limit.members.join() === agent);
  }

  function keyMoved(change: Extract<Change, { readonly table: 'keys' }>): void {
    const { before, after } = change;
    if (after === null || after.role !== 'agent' || before?.state === after.state) return;
    const { walletId, address, state } = after;
    const found = onChain(walletId);
    const hasRights = found?.members.some(({ key }) => key === address) || found?.limits.some(({ members }) => members.includes(address));
    if ((state === 'revoked' || state === 'destroyed') && hasRights) fail(`I8: ${address} is ${state} and has rights on chain`);
    if (state === 'destroyed' && held.get(walletId) === address) fail(`I8: ${address} is destroyed and the signer still holds it`);
    if (state === 'active' && before?.state === 'generating' && !isAlone(walletId, address))
      fail(`I8: ${address} is active and the chain does not say so`);
  }
  function walletMoved({ before, after }: Extract<Change, { readonly table: 'wallets' }>, changes: readonly Change[]): void {
    if (before === null || after === null) return;
    const { id, agent, state } = after.wallet;
    if (before.wallet.agent !== agent) {
      if (!isAlone(id, agent)) fail(`I8: the record of ${id} has the agent key ${agent} and the chain does not`);
      if (held.get(id) !== agent) fail(`I8: the record of ${id} has the agent key ${agent} and the signer does not`);
    }
    if (before.wallet.state === state || state !== 'frozen') return;
    const byOwner = changes.some(
      (each) =>
        each.table === 'audit' &&
        each.after?.entries.at(-1)?.action === 'wallet.frozen' &&
        each.after.entries.at(-1)?.actor.startsWith('owner:') === true,
    );
    const used = changes.some(
      (each) => each.table === 'statements' && each.before === null && each.after?.text.includes('\naction: freeze\n') === true,
    );
    const revoking = changes.some((each) => each.table === 'approvals' && each.after?.kind === 'revoke_agent_key');
    if (byOwner && !used && !revoking) fail(`I6: ${id} is frozen by its owner and no statement was used up`);
    // There is no thief in this world.
    if (after.wallet.frozenReason?.startsWith('the chain differs') === true) fail(`I11: ${id} is frozen: ${after.wallet.frozenReason}`);
  }
  /** INVARIANT I7: what an operator tightened ends with a document that the owner signed anew, and with nothing else. */
  function policyMoved({ before, after }: Extract<Change, { readonly table: 'policies' }>, changes: readonly Change[]): void {
    if (after?.state !== 'active' || before?.state === 'active') return;
    const { walletId, revision } = after;
    const rekeyed = changes.some(
      (each) => each.table === 'approvals' && each.after?.kind === 'rotate_agent_key' && each.after.state === 'done',
    );
    const { tightenings } = truth().tables;
    const tightened = (of: number): boolean => [...tightenings.values()].some((row) => row.walletId === walletId && row.revision === of);
    const old = changes.find((each) => each.table === 'policies' && each.after?.state === 'superseded');
    const oldRevision = old?.table === 'policies' ? (old.after?.revision ?? 0) : 0;
    if (rekeyed && tightened(oldRevision) && !tightened(revision))
      fail(`I7: revision ${revision} of ${walletId} forgets what was tightened`);
  }
  function kitMoved({ before, after }: { readonly before: Kit | null; readonly after: Kit | null }): void {
    if (after === null || before?.state === after.state) return;
    const { id, walletId, state, limits, wire } = after;
    const frozen = truth().tables.wallets.get(walletId)?.wallet.state === 'frozen';
    if (state === 'sent' && (!frozen || wire === null))
      fail(`I7: ${id} is on its way and the wallet is not frozen, or its bytes are not kept`);
    const left = onChain(walletId)?.limits.filter(({ spendingLimit }) => limits.includes(spendingLimit)) ?? [];
    if (state === 'used' && left.length > 0) fail(`I8: ${id} counts as used and the chain has its limits`);
  }

  return {
    holds(walletId, agent) {
      const known = held.get(walletId);
      if (known !== undefined && known !== agent && !isAlone(walletId, agent))
        fail(`I8: the signer swaps ${known} for ${agent} in ${walletId} before the chain says so`);
      held.set(walletId, agent);
    },
    committed(changes) {
      for (const change of changes) {
        if (change.table === 'keys') keyMoved(change);
        if (change.table === 'wallets') walletMoved(change, changes);
        if (change.table === 'policies') policyMoved(change, changes);
        if (change.table === 'kits') kitMoved(change);
      }
    },
    atRest() {
      for (const { wallet } of truth().tables.wallets.values()) {
        const { id, agent, rekeyingBy, state } = wallet;
        if (state !== 'active' && state !== 'frozen') continue;
        if (rekeyingBy !== null) fail(`I8: at rest the keys of ${id} still change by ${rekeyingBy}`);
        if (held.get(id) !== agent) fail(`I8: at rest ${id} has the agent key ${agent} and the signer holds ${held.get(id)}`);
        if (onChain(id) !== null && !isAlone(id, agent)) fail(`I8: at rest ${id} has the agent key ${agent} and the chain has another`);
      }
    },
  };
}
