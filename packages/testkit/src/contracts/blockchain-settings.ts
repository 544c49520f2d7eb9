import type { BuiltMessage, Effect, WalletOnChain, WantedSettings } from '@countersign/core';
import { expect, test } from 'vitest';
import { type BlockchainSubject, type ChainWorld, SOL } from './chain-world.ts';
import { must } from './must.ts';

/** What every `IBlockchainAdapter` does when keys change; part of the suite, over its wallet, whose keys it leaves changed. */
export function testSettings(at: () => { readonly subject: BlockchainSubject; readonly world: ChainWorld }): void {
  const found = async (): Promise<WalletOnChain> => {
    const { subject, world } = at();
    const read = must(await subject.chain.readWallet(world.addresses.multisig));
    if (read === null) throw new Error('the wallet is gone');
    return read;
  };
  const change = async (wanted: Partial<WantedSettings>): Promise<readonly BuiltMessage[]> => {
    const { subject, world } = at();
    const { addresses, limits } = world;
    const all = { ...addresses, limits, ...wanted };
    return must(await subject.chain.changeSettings({ addresses, found: await found(), wanted: all }));
  };
  const land = async (messages: readonly BuiltMessage[]): Promise<void> => {
    for (const message of messages) expect(await at().world.land(message)).toMatchObject({ error: null });
  };
  const decoded = async (messages: readonly BuiltMessage[]): Promise<readonly Effect[]> => {
    const { subject, world } = at();
    const lists = await Promise.all(messages.map(({ bytes }) => subject.chain.decodeTransaction(bytes, world.context())));
    return lists.flatMap((list) => must(list).effects);
  };
  const actions = (effects: readonly Effect[]): readonly string[] =>
    effects.flatMap((effect) => (effect.kind === 'governance' ? [effect.action] : effect.kind === 'unknown' ? [effect.reason] : []));
  const memberKeys = ({ members }: WalletOnChain): readonly string[] => members.map(({ key }) => key).sort();

  test('what was approved is open until owner and agent cancel it; nothing to cancel is no message', async () => {
    const { subject, world } = at();
    const { chain } = subject;
    const { addresses } = world;
    expect(must(await chain.cancelProposals({ addresses, indexes: [] }))).toEqual([]);
    const index = await subject.leaveApproved(world);
    expect((await found()).proposals).toEqual([{ index, status: 'approved', stale: false }]);
    const messages = must(await chain.cancelProposals({ addresses, indexes: [index] }));
    expect(messages.map(({ signers }) => [...signers].sort())).toEqual([[addresses.feeAccount, addresses.owner, addresses.agent].sort()]);
    expect(actions(await decoded(messages))).toEqual(['cancel', 'cancel']);
    await land(messages);
    const after = await found();
    expect(after.proposals).toEqual([]);
    expect(after.transactionIndex).toBe(index);
  });

  test('INVARIANT I8: an agent key is replaced in one message, and the old one can spend nothing afterwards, by its old limit or the new', async () => {
    const { subject, world } = at();
    const before = world.addresses;
    const [old] = world.limits;
    const index = await subject.leaveApproved(world);
    const next = world.newKey();
    const limits = await world.plan(3, SOL);
    const messages = await change({ agent: next.address, limits });
    expect(messages).toHaveLength(1);
    expect(actions(await decoded(messages))).toEqual(['remove_limit', 'add_member', 'remove_member', 'add_limit']);
    await land(messages);
    world.addresses = { ...before, agent: next.address };
    world.limits = limits;
    const after = await found();
    expect(memberKeys(after)).toEqual([before.owner, next.address].sort());
    expect(after).toMatchObject({ threshold: 2, configAuthority: before.owner });
    expect(after.limits).toMatchObject([{ spendingLimit: limits[0]?.spendingLimit, members: [next.address], amount: SOL }]);
    // What was approved before stays executable; it has to be cancelled by those who are members now.
    expect(after.proposals).toEqual([{ index, status: 'approved', stale: true }]);
    await land(must(await subject.chain.cancelProposals({ addresses: world.addresses, indexes: [index] })));
    expect((await found()).proposals).toEqual([]);
    const balance = await world.balance();
    const byOldLimit = await world.autonomous(1_000n, { agent: before.agent, spendingLimit: old?.spendingLimit ?? before.vault });
    expect((await world.land(byOldLimit)).error).toContain('AccountNotInitialized');
    const byNewLimit = await world.autonomous(1_000n, { agent: before.agent });
    expect((await world.land(byNewLimit)).error).toMatch(/Unauthorized|NotAMember/);
    expect(await world.balance()).toBe(balance);
    expect((await world.land(await world.autonomous(1_000n))).error).toBeNull();
    expect(await world.balance()).toBe(balance - 1_000n);
    expect(await change({}), 'asked again it is done').toEqual([]);
  });

  test('an owner key is replaced: the new one joins and configures, the old one has no say any more', async () => {
    const { world, subject } = at();
    const before = world.addresses;
    const next = world.newKey();
    const messages = await change({ owner: next.address });
    expect(messages.map(({ signers }) => signers)).toEqual([[before.feeAccount, before.owner]]);
    expect(actions(await decoded(messages))).toEqual(['add_member', 'remove_member', 'set_config_authority']);
    await land(messages);
    world.addresses = { ...before, owner: next.address };
    const after = await found();
    expect(memberKeys(after)).toEqual([before.agent, next.address].sort());
    expect(after.configAuthority).toBe(next.address);
    const late = must(await subject.chain.addMember({ addresses: before, member: world.newKey().address }));
    expect((await world.land(late)).error).toContain('Unauthorized');
    expect(await found()).toMatchObject({ members: after.members, configAuthority: next.address });
    expect((await world.land(await world.countersigned(2_000n))).error).toBeNull();
  });
}
