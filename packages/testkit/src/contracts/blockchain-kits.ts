import type { Address, NonceAccount } from '@countersign/core';
import { expect, test } from 'vitest';
import type { TestKey } from '../test-key.ts';
import { type BlockchainSubject, type ChainWorld, SOL } from './chain-world.ts';
import { errorOf, must } from './must.ts';

/** What every `IBlockchainAdapter` does with what is signed ahead of need; part of the suite, over its wallet. */
export function testKits(at: () => { readonly subject: BlockchainSubject; readonly world: ChainWorld }): void {
  let recovery: TestKey;

  const makeNonces = async (...seeds: readonly string[]): Promise<readonly NonceAccount[]> => {
    const { subject, world } = at();
    const { feeAccount, owner } = world.addresses;
    const addresses = await Promise.all(seeds.map((seed) => subject.chain.nonceAddress(feeAccount, seed)));
    for (const message of must(await subject.chain.createNonceAccounts({ feeAccount, authority: owner, seeds })))
      expect((await world.land(message)).error).toBeNull();
    return must(await subject.chain.readNonceAccounts(addresses)).map((each) => {
      if (each === null) throw new Error('a nonce account was not made');
      return each;
    });
  };
  /** Signs a kit with every key that it asks for, and sends it; the error that it landed with. */
  const send = async (bytes: Uint8Array): Promise<{ readonly signature: string; readonly error: string | null }> => {
    const { subject, world } = at();
    return world.land({ bytes, lastValidBlockHeight: 0n, signers: subject.chain.signersOf(bytes) });
  };
  const limitsNow = async (): Promise<readonly Address[]> => {
    const { subject, world } = at();
    return must(await subject.chain.readWallet(world.addresses.multisig))?.limits.map(({ spendingLimit }) => spendingLimit) ?? [];
  };
  /** Brings the wallet back to these limits of the plan. */
  const restore = async (): Promise<void> => {
    const { subject, world } = at();
    const { addresses, limits } = world;
    const found = must(await subject.chain.readWallet(addresses.multisig));
    if (found === null) throw new Error('the wallet is gone');
    for (const message of must(await subject.chain.changeSettings({ addresses, found, wanted: { ...addresses, limits } })))
      expect((await world.land(message)).error).toBeNull();
  };

  test('nonce accounts are made once, many at a time, under the authority asked for', async () => {
    const { subject, world } = at();
    const { feeAccount, owner } = world.addresses;
    const seeds = ['a', 'b', 'c', 'd', 'e', 'x'.repeat(32)];
    const made = await makeNonces(...seeds);
    // Accounts made in one block may hold the same value: it is the account that tells nonces apart.
    expect(new Set(made.map(({ address }) => address)).size).toBe(seeds.length);
    for (const [index, { address, authority }] of made.entries()) {
      expect(authority).toBe(owner);
      expect(await subject.chain.nonceAddress(feeAccount, seeds[index] ?? '')).toBe(address);
    }
    const again = must(await subject.chain.createNonceAccounts({ feeAccount, authority: world.newKey().address, seeds: ['a'] }));
    const effects = must(await subject.chain.decodeTransaction(again[0]?.bytes ?? new Uint8Array(), world.context())).effects;
    expect(effects.map(({ kind }) => kind)).toEqual(['fee', 'account_creation', 'authority_change']);
    for (const message of again) expect((await world.land(message)).error).toBeTypeOf('string');
    const [first] = made;
    expect(must(await subject.chain.readNonceAccounts([first?.address ?? feeAccount, world.recipient]))).toEqual([first, null]);
    expect(must(await subject.chain.createNonceAccounts({ feeAccount, authority: owner, seeds: [] }))).toEqual([]);
    expect(must(await subject.chain.readNonceAccounts([]))).toEqual([]);
  });

  test('INVARIANT I7: a lockdown lands long after its blockhash, with the owner asleep; the agent spends nothing any more, and it lands once', async () => {
    const { subject, world } = at();
    const { chain } = subject;
    const { addresses } = world;
    const limits = world.limits.map(({ spendingLimit }) => spendingLimit);
    const [nonce] = await makeNonces('lockdown');
    if (!nonce) throw new Error('a nonce');
    const bytes = must(await chain.buildLockdown({ addresses, nonce, limits }));
    expect(must(chain.checkLockdown(bytes, addresses))).toEqual({ nonceAccount: nonce.address, nonce: nonce.nonce, limits });
    expect(chain.signersOf(bytes)).toEqual([addresses.feeAccount, addresses.owner]);
    const effects = must(await chain.decodeTransaction(bytes, world.context())).effects;
    expect(effects.map(({ kind }) => kind)).toEqual(['fee', 'durable_nonce', ...limits.map(() => 'governance')]);
    const { finalizedBlockHeight } = must(await chain.getTransactionStatus([]));
    await subject.passBlockHeight(finalizedBlockHeight + 400n);
    expect(must(await chain.simulateTransaction(bytes, world.context()))).toMatchObject({ succeeded: true, vaultOutflows: [] });
    const { signature } = await send(bytes);
    expect(await limitsNow()).toEqual([]);
    const balance = await world.balance();
    expect((await world.land(await world.autonomous(1_000n))).error).toContain('AccountNotInitialized');
    expect(await world.balance()).toBe(balance);
    const [moved] = must(await chain.readNonceAccounts([nonce.address]));
    expect(moved?.nonce).not.toBe(nonce.nonce);
    await restore();
    // The same bytes again: the nonce has moved on, so they can land no more although the limits are there again.
    expect(must(await chain.simulateTransaction(bytes, world.context())).succeeded).toBe(false);
    await chain.submitTransaction((await world.assembled({ bytes, lastValidBlockHeight: 0n, signers: chain.signersOf(bytes) })).wire);
    const later = must(await chain.getTransactionStatus([])).finalizedBlockHeight;
    await subject.passBlockHeight(later + 3n);
    expect(await limitsNow()).toEqual(limits);
    expect(must(await chain.getTransactionStatus([signature])).statuses).toMatchObject([{ kind: 'finalized', error: null }]);
  });

  test('INVARIANT I7: where a limit is gone already the lockdown of all fails and uses its nonce up; that of each still works', async () => {
    const { subject, world } = at();
    const { chain } = subject;
    const { addresses } = world;
    const gone = (await world.plan(99, SOL))[0]?.spendingLimit ?? addresses.vault;
    const [limit] = world.limits.map(({ spendingLimit }) => spendingLimit);
    const [forAll, forOne] = await makeNonces('of all', 'of one');
    if (!limit || !forAll || !forOne) throw new Error('a limit and two nonces');
    const all = must(await chain.buildLockdown({ addresses, nonce: forAll, limits: [limit, gone] }));
    const one = must(await chain.buildLockdown({ addresses, nonce: forOne, limits: [limit] }));
    expect(must(await chain.simulateTransaction(all, world.context())).succeeded, 'known before it is sent').toBe(false);
    expect((await send(all)).error).toBeTypeOf('string');
    expect(await limitsNow()).toEqual([limit]);
    const [used, left] = must(await chain.readNonceAccounts([forAll.address, forOne.address]));
    expect([used?.nonce === forAll.nonce, left?.nonce === forOne.nonce]).toEqual([false, true]);
    expect((await send(one)).error).toBeNull();
    expect(await limitsNow()).toEqual([]);
    await restore();
  });

  test('INVARIANT I7: what is not a kit of this wallet is refused as one, before anybody signs', async () => {
    const { subject, world } = at();
    const { chain } = subject;
    const { addresses } = world;
    recovery = world.newKey();
    const [nonce] = await makeNonces('checked');
    if (!nonce) throw new Error('a nonce');
    const limits = world.limits.map(({ spendingLimit }) => spendingLimit);
    const lockdown = must(await chain.buildLockdown({ addresses, nonce, limits }));
    const handOver = must(await chain.buildHandOver({ addresses, recovery: recovery.address, nonce }));
    expect(must(chain.checkHandOver(handOver, addresses, recovery.address))).toEqual({ nonceAccount: nonce.address, nonce: nonce.nonce });
    const member = must(await chain.addMember({ addresses, member: recovery.address })).bytes;
    for (const bytes of [handOver, member, new Uint8Array(), Uint8Array.from([...lockdown, 0]), lockdown.slice(0, -1)])
      expect(errorOf(chain.checkLockdown(bytes, addresses))).toMatchObject({ code: 'kit_invalid' });
    for (const bytes of [lockdown, member, new Uint8Array(), Uint8Array.from([...handOver, 0])])
      expect(errorOf(chain.checkHandOver(bytes, addresses, recovery.address))).toMatchObject({ code: 'kit_invalid' });
    const stranger = world.newKey().address;
    for (const other of [
      { ...addresses, owner: stranger },
      { ...addresses, feeAccount: stranger },
      { ...addresses, multisig: stranger },
    ])
      expect(errorOf(chain.checkLockdown(lockdown, other))).toMatchObject({ code: 'kit_invalid' });
    expect(errorOf(chain.checkHandOver(handOver, addresses, stranger))).toMatchObject({ code: 'kit_invalid' });
    for (const bad of [
      await chain.buildLockdown({ addresses, nonce, limits: [] }),
      await chain.buildLockdown({ addresses, nonce: { ...nonce, authority: stranger }, limits }),
      await chain.buildHandOver({ addresses, recovery: recovery.address, nonce: { ...nonce, authority: stranger } }),
    ])
      expect(errorOf(bad)).toMatchObject({ code: 'kit_invalid' });
  });

  test('a wallet whose owner key is lost is handed over to the recovery key, which takes its place', async () => {
    const { subject, world } = at();
    const { chain } = subject;
    const { addresses } = world;
    const [nonce] = await makeNonces('hand-over');
    if (!nonce) throw new Error('a nonce');
    const bytes = must(await chain.buildHandOver({ addresses, recovery: recovery.address, nonce }));
    expect(chain.signersOf(bytes)).toEqual([recovery.address, addresses.owner]);
    // From here on the owner's key signs nothing new: the signature over the kit is all that is left of it.
    const kit = await world.assembled({ bytes, lastValidBlockHeight: 0n, signers: chain.signersOf(bytes) });
    await subject.fund(recovery.address, SOL / 10n);
    must(await chain.submitTransaction(kit.wire));
    expect((await world.settled(kit.signature)).error).toBeNull();
    const found = must(await chain.readWallet(addresses.multisig));
    if (found === null) throw new Error('the wallet is gone');
    expect(found.configAuthority).toBe(recovery.address);
    const wanted = { ...addresses, owner: recovery.address, limits: world.limits };
    const messages = must(await chain.changeSettings({ addresses, found, wanted }));
    expect(messages.map(({ signers }) => signers)).toEqual([[addresses.feeAccount, recovery.address]]);
    for (const message of messages) expect((await world.land(message)).error).toBeNull();
    world.addresses = { ...addresses, owner: recovery.address };
    const after = must(await chain.readWallet(addresses.multisig));
    expect(after?.members.map(({ key }) => key).sort()).toEqual([addresses.agent, recovery.address].sort());
    expect(after?.configAuthority).toBe(recovery.address);
    expect((await world.land(await world.countersigned(3_000n))).error).toBeNull();
  });
}
