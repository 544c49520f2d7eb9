import { NATIVE_ASSET, tokenAsset } from '@countersign/core';
import { beforeEach, describe, expect, test } from 'vitest';
import { type ChainWorld, createChainWorld } from './contracts/chain-world.ts';
import { must } from './contracts/must.ts';
import { encodeFakeCall } from './fake-call.ts';
import { createFakeChain, type FakeChain } from './fake-chain.ts';
import { derivedAddress } from './fake-message.ts';
import { liveSources } from './sources.ts';
import { createTestKey } from './test-key.ts';

let chain: FakeChain;
let world: ChainWorld;
beforeEach(async () => {
  chain = createFakeChain(liveSources);
  world = await createChainWorld({
    chain,
    fund: async (account, amount) => chain.fund(account, amount),
    leaveApproved: async () => 0n,
    leaveDelegate: async () => ({ asset: NATIVE_ASSET, account: derivedAddress('none') }),
    passBlockHeight: async () => undefined,
    unplug: async () => undefined,
    sends: () => Uint8Array.of(),
    close: async () => undefined,
  });
  chain.setLanding('held');
  chain.setFinality({ confirmed: 2n, finalized: 10n });
  chain.mine(20n);
});
const send = async (amount: bigint): Promise<string> => {
  const { wire, signature } = await world.assembled(await world.autonomous(amount));
  must(await chain.submitTransaction(wire));
  must(await chain.submitTransaction(wire));
  return signature;
};
const statusOf = async (signature: string) => (await world.look(signature)).status?.kind;

describe('the fake chain, governed', () => {
  test('what is held lands in the order in which it is called, once, and becomes confirmed and final by height', async () => {
    const [first, second] = [await send(900_000_000n), await send(200_000_000n)];
    expect(chain.pending()).toEqual([first, second]);
    chain.produceBlock([second, first, second]);
    expect(chain.landing(second)?.error).toBeNull();
    expect(chain.landing(first)?.error, 'the limit is used up by the one that came first').toBe('SpendingLimitExceeded');
    expect(await statusOf(second)).toBe('processed');
    chain.mine(2n);
    expect(await statusOf(second)).toBe('confirmed');
    chain.mine(8n);
    expect(await statusOf(second)).toBe('finalized');
  });

  test('a fork undoes what is not final: money, limits and status; it comes again, or never', async () => {
    const before = await world.balance();
    const [kept, lost] = [await send(1n), await send(2n)];
    chain.produceBlock([kept, lost]);
    chain.mine(3n);
    expect(await statusOf(kept)).toBe('confirmed');
    chain.fork(5n, (id) => id === lost);
    expect([await statusOf(kept), await statusOf(lost)]).toEqual(['not_found', 'not_found']);
    expect(await world.balance()).toBe(before);
    expect(chain.pending()).toEqual([kept]);
    chain.produceBlock([kept]);
    chain.mine(10n);
    chain.fork(100n, () => true);
    expect(await statusOf(kept), 'what is final stays').toBe('finalized');
  });

  test('a node that is behind knows less, of the height too', async () => {
    const signature = await send(1n);
    chain.produceBlock([signature]);
    chain.mine(12n);
    chain.setNodes([15n]);
    const { status, finalizedBlockHeight } = await world.look(signature);
    expect(status).toEqual({ kind: 'not_found' });
    expect(finalizedBlockHeight).toBeLessThan(chain.heights().finalized);
  });

  test('after its last height a message lands no more, nor a pending one; nodes that forget say from where on they know', async () => {
    const message = await world.autonomous(1n);
    const { wire, signature } = await world.assembled(message);
    must(await chain.submitTransaction(wire));
    chain.mine(200n);
    chain.produceBlock([signature]);
    expect(chain.landing(signature)).toBeNull();
    const landed = await send(2n);
    chain.produceBlock([landed]);
    chain.mine(20n);
    chain.setHistory(chain.heights().tip);
    expect(must(await chain.getTransactionStatus([landed]))).toMatchObject({
      ...{ statuses: [{ kind: 'not_found' }], searchedFromBlockHeight: chain.heights().tip },
    });
  });

  test('a call is a program call, takes at most what was simulated, and its lookup tables are pinned', async () => {
    const { addresses } = world;
    const table = derivedAddress('table');
    chain.setTable(table, [derivedAddress('one')]);
    const spends = [{ asset: NATIVE_ASSET, amount: '1000' }];
    const program = derivedAddress('program');
    const bytes = encodeFakeCall({ program, data: '0a', transfer: null, spends, gets: [], slackPercent: 50, tables: [table] });
    const { effects, pins, payment } = must(await chain.decodeCall(bytes, world.context()));
    expect(effects).toMatchObject([{ kind: 'program_call', program, data: '0a' }]);
    expect([pins, payment]).toEqual([[{ table, writable: [derivedAddress('one')], readonly: [] }], null]);
    const action = { kind: 'call', message: bytes, pins } as const;
    const intent = must(await chain.buildIntent({ addresses, action }));
    const built = must(await chain.buildTransaction({ route: 'countersigned', addresses, action, intent }));
    const report = must(await chain.simulateTransaction(built.bytes, world.context()));
    expect(report).toMatchObject({ succeeded: true, vaultOutflows: [{ asset: NATIVE_ASSET, amount: 1_000n }] });
    const { wire, signature } = await world.assembled(built);
    must(await chain.submitTransaction(wire));
    chain.produceBlock([signature]);
    const moved = chain.landing(signature)?.moved[0]?.amount ?? 0n;
    expect(moved).toBeGreaterThanOrEqual(500n);
    expect(moved).toBeLessThanOrEqual(1_000n);
    chain.setTable(table, []);
    expect(must(await chain.decodeCall(bytes, world.context())).pins).not.toEqual(pins);
    expect(must(await chain.decodeCall(Uint8Array.of(1), world.context())).effects).toMatchObject([{ kind: 'unknown' }]);
  });
});

describe('drift on the fake chain', () => {
  beforeEach(() => {
    chain.setFinality({ confirmed: 0n, finalized: 0n });
    chain.setLanding('at_once');
  });
  const wallet = async () => must(await chain.readWallet(world.addresses.multisig));

  test('is told once it is final, not by a node that is behind, and not where nodes disagree', async () => {
    const third = createTestKey().address;
    chain.alterWallet(world.addresses.multisig, (each) => ({ ...each, members: [...each.members, { key: third, permissions: 7 }] }));
    expect((await wallet())?.members.map(({ key }) => key)).toContain(third);
    chain.setNodes([1n]);
    expect((await wallet())?.members.map(({ key }) => key)).not.toContain(third);
    chain.setNodes([0n]);
    chain.setNodesDisagree(true);
    const { vault, multisig } = world.addresses;
    for (const told of [
      await chain.readWallet(multisig),
      await chain.readVault(vault, []),
      await chain.listTransactions(vault, null, 1),
      await chain.readNonceAccounts([vault]),
    ])
      expect(told).toMatchObject({ error: { code: 'nodes_disagree' } });
    chain.setNodesDisagree(false);
    chain.setLie((each) => ({ ...each, threshold: 1 }));
    expect((await wallet())?.threshold).toBe(1);
    chain.setLie(null);
    expect((await wallet())?.threshold).toBe(2);
  });

  test('money that somebody else took is a transaction of the vault that moved it, and none of ours', async () => {
    const { vault } = world.addresses;
    const thief = createTestKey().address;
    const [before] = must(await chain.listTransactions(vault, null, 1));
    const signature = chain.takeMoney(vault, 3n, thief);
    expect(chain.balance(thief)).toBe(3n);
    expect(must(await chain.listTransactions(vault, before?.signature ?? 'beginning', 10)).map((each) => each.signature)).toEqual([
      signature,
    ]);
    expect(must(await chain.getTransaction(signature, world.addresses))).toMatchObject({
      ...{ vaultOutflows: [{ asset: NATIVE_ASSET, amount: 3n }], feePayer: thief, feeAccountOutflowLamports: 0n },
    });
  });

  test('an account of the vault that was given away is found by its asset alone', async () => {
    const { vault } = world.addresses;
    const [asset, thief] = [tokenAsset(createTestKey().address), createTestKey().address];
    chain.addAsset(asset, 6);
    chain.fund(vault, 9n, asset);
    expect(must(await chain.readVault(vault, [])).tokens).toMatchObject([{ asset, amount: 9n, owner: vault, delegate: null }]);
    chain.setTokenAuthorities(vault, asset, { owner: thief, delegate: null, closeAuthority: thief });
    expect(must(await chain.readVault(vault, [])).tokens).toEqual([]);
    expect(must(await chain.readVault(vault, [asset])).tokens).toMatchObject([{ asset, owner: thief, closeAuthority: thief }]);
  });

  test('settings that take several messages are the wanted ones only after the last, and what landed is not asked for again', async () => {
    chain.setMessageRoom(1);
    const { addresses } = world;
    const next = world.newKey().address;
    const limits = await world.plan(2, 5n);
    const change = async () => {
      const found = await wallet();
      if (found === null) throw new Error('no wallet');
      return must(await chain.changeSettings({ addresses, found, wanted: { ...addresses, agent: next, limits } }));
    };
    expect(await change()).toHaveLength(3);
    for (const left of [2, 1, 0]) {
      const [first] = await change();
      if (!first) throw new Error('a message');
      expect((await world.land(first)).error).toBeNull();
      expect(await change()).toHaveLength(left);
    }
    expect((await wallet())?.members.map(({ key }) => key)).toEqual([addresses.owner, next]);
  });
});
