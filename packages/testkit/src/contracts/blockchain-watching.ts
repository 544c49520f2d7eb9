import { NATIVE_ASSET } from '@countersign/core';
import { expect, test } from 'vitest';
import type { BlockchainSubject, ChainWorld } from './chain-world.ts';
import { must } from './must.ts';

/** What every `IBlockchainAdapter` tells whoever watches; part of the suite, over its wallet. */
export function testWatching(at: () => { readonly subject: BlockchainSubject; readonly world: ChainWorld }): void {
  test('INVARIANT I11: the vault is read from one slot, with whoever has a say over its tokens', async () => {
    const { subject, world } = at();
    const { chain } = subject;
    const { vault } = world.addresses;
    const empty = must(await chain.readVault(vault, [NATIVE_ASSET]));
    expect(empty.tokens).toEqual([]);
    expect(empty.lamports).toBeGreaterThanOrEqual(await world.balance());
    const delegate = world.newKey().address;
    const { asset, account } = await subject.leaveDelegate(world, delegate);
    const read = must(await chain.readVault(vault, [NATIVE_ASSET, asset]));
    expect(read.tokens).toMatchObject([{ account, asset, owner: vault, delegate, closeAuthority: null }]);
    expect(read.slot).toBeGreaterThan(empty.slot);
    expect(must(await chain.readVault(vault, [])).tokens, 'found without being asked about').toEqual(read.tokens);
    expect(must(await chain.readVault(world.recipient, [])).tokens).toEqual([]);
  });

  test('INVARIANT I11: every finalized transaction that named an account is listed once, oldest first, from where one stopped', async () => {
    const { subject, world } = at();
    const { chain } = subject;
    const { vault } = world.addresses;
    const [newest] = must(await chain.listTransactions(vault, null, 10));
    const sent: string[] = [];
    for (const amount of [11n, 12n, 13n]) sent.push((await world.land(await world.autonomous(amount))).signature);
    const listed = must(await chain.listTransactions(vault, newest?.signature ?? null, 100));
    expect(listed.map(({ signature }) => signature)).toEqual(sent);
    expect(listed.map(({ slot }) => slot)).toEqual(listed.map(({ slot }) => slot).toSorted((one, other) => (one < other ? -1 : 1)));
    const first = must(await chain.listTransactions(vault, newest?.signature ?? null, 2)).map(({ signature }) => signature);
    expect(first).toEqual(sent.slice(0, 2));
    expect(must(await chain.listTransactions(vault, sent[1] ?? null, 100)).map(({ signature }) => signature)).toEqual(sent.slice(2));
    expect(must(await chain.listTransactions(vault, sent[2] ?? null, 100))).toEqual([]);
    expect(must(await chain.listTransactions(vault, null, 5)).map(({ signature }) => signature)).toEqual(sent.slice(2));
    const all = must(await chain.listTransactions(vault, 'beginning', 1_000)).map(({ signature }) => signature);
    expect(all.slice(-3)).toEqual(sent);
    expect(all).toContain(newest?.signature);
    expect(new Set(all).size).toBe(all.length);
    expect(must(await chain.listTransactions(world.newKey().address, 'beginning', 10))).toEqual([]);
    const landed = must(await chain.getTransaction(sent[0] ?? '', world.addresses));
    expect(landed?.vaultOutflows).toEqual([{ asset: NATIVE_ASSET, amount: 11n }]);
  });
}
