import { type Address, NATIVE_ASSET, tokenAsset } from '@countersign/core';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { tokenAccountAddress } from '../build/pda.ts';
import { must } from '../test-support/must.ts';
import { finalizeAll, type OwnerWorld, ownerWorld } from '../test-support/owner-world.ts';
import { SOL } from '../test-support/test-chain.ts';
import { testKey } from '../test-support/test-key.ts';
import { buildExit, type ExitInput, readWalletForOwner } from './index.ts';

const RESERVE = 890_880n;
let world: OwnerWorld;
beforeAll(async () => {
  world = await ownerWorld();
});
afterAll(() => world.chain.close());

const input = (multisig: Address, owner: Address, destination: Address, more: Partial<ExitInput> = {}): ExitInput => ({
  ...{ rpcUrls: world.rpcUrls, multisig, owner, payer: owner, destination, leave: [], priceMicroLamports: 0n },
  ...more,
});
const lamportsOf = async (account: Address): Promise<bigint> => must(await world.chain.adapter.getBalance(account, NATIVE_ASSET)) + RESERVE;
/** Builds and lands message by message until nothing is left to do. */
const leave = async (exit: ExitInput, ...keys: Parameters<OwnerWorld['land']>[1][]): Promise<number> => {
  const { messages } = must(await buildExit(exit));
  for (const message of messages) must(await world.land(message, ...keys));
  return messages.length;
};

describe("an owner's exit, with the owner key and a node alone", () => {
  test('the simple case is one transaction: every right but the owner’s goes, and the money leaves', async () => {
    const wallet = await world.wallet(9n * SOL);
    const { owner, addresses, agent, feeAccount } = wallet;
    const destination = testKey().address;
    await world.chain.fund(owner.address, SOL);
    const before = must(await readWalletForOwner({ rpcUrls: world.rpcUrls, multisig: addresses.multisig }));
    expect(before).toMatchObject({ network: world.chain.process.genesisHash, vault: addresses.vault, money: { lamports: 9n * SOL } });
    const plan = must(await buildExit(input(addresses.multisig, owner.address, destination)));
    const [message, ...more] = plan.messages;
    if (!message) throw new Error('a message');
    expect(more).toEqual([]);
    expect(message.signers).toEqual([owner.address]);
    expect(1 + 64 + message.bytes.length).toBeLessThanOrEqual(1_232);
    expect(message.effects.flatMap((effect) => (effect.kind === 'governance' ? [effect.action] : []))).toEqual([
      ...['remove_limit', 'set_rent_collector', 'set_threshold', 'remove_member'],
      ...['propose', 'approve', 'execute', 'close'],
    ]);
    expect(message.effects).toContainEqual(expect.objectContaining({ kind: 'asset_outflow', amount: 9n * SOL - RESERVE, destination }));
    expect(message.sentences.join('\n')).toContain(`Send ${8.99910912} SOL`);
    expect([plan.payerLamports, plan.leftBehind]).toEqual([SOL, []]);
    expect(plan.neededLamports).toBeLessThan(SOL);
    must(await world.land(message, owner));
    expect(await lamportsOf(destination)).toBe(9n * SOL - RESERVE);
    expect(await world.found(wallet)).toMatchObject({ threshold: 1, members: [{ key: owner.address }], limits: [], proposals: [] });
    // Rent came back to the owner: it paid two fees at most and has more than before.
    expect(await lamportsOf(owner.address)).toBeGreaterThan(SOL);
    // Money that comes later can be taken too, and neither agent nor service has a say any more.
    await world.chain.fund(addresses.vault, SOL);
    await finalizeAll(world.chain);
    const spend = must(
      await world.chain.adapter.buildTransaction({
        ...{ route: 'autonomous', addresses, spendingLimit: wallet.limits[0]?.spendingLimit ?? addresses.vault },
        payment: { asset: NATIVE_ASSET, amount: 1_000n, recipient: wallet.recipient.address, memo: null },
      }),
    );
    expect((await world.chain.land(spend, [agent, feeAccount])).status).toMatchObject({
      error: expect.stringContaining('AccountNotInitialized'),
    });
    expect(await leave(input(addresses.multisig, owner.address, destination), owner)).toBe(1);
    expect(await lamportsOf(destination)).toBe(10n * SOL - RESERVE);
    expect(await leave(input(addresses.multisig, owner.address, destination), owner)).toBe(0);
  });

  test('tokens leave too, each by a message of its own; what cannot be moved is told; somebody else may pay', async () => {
    const wallet = await world.wallet(2n * SOL, { timeLockSeconds: 3_600 });
    const { owner, addresses } = wallet;
    const { vault, multisig } = addresses;
    const payer = testKey();
    await world.chain.fund(payer.address, SOL);
    const destination = testKey().address;
    const [one, two, frozen] = [
      await world.chain.mint(vault, 700n),
      await world.chain.mint(vault, 800n, 'token-2022'),
      await world.chain.mint(vault, 5n),
    ];
    await freeze(await tokenAccountAddress(vault, frozen));
    const exit = input(multisig, owner.address, destination, { payer: payer.address });
    const plan = must(await buildExit(exit));
    expect(plan.messages).toHaveLength(3);
    for (const { signers } of plan.messages) expect(signers).toEqual([payer.address, owner.address]);
    expect(plan.leftBehind).toEqual([
      { account: await tokenAccountAddress(vault, frozen), asset: tokenAsset(frozen), amount: 5n, reason: 'the account is frozen' },
    ]);
    // Stopped after the first message, it goes on from what the chain holds.
    const [first] = plan.messages;
    if (!first) throw new Error('a message');
    must(await world.land(first, owner, payer));
    expect(await world.found(wallet)).toMatchObject({ threshold: 1, timeLockSeconds: 0, members: [{ key: owner.address }] });
    const rest = must(await buildExit(exit)).messages;
    expect(rest).toHaveLength(2);
    for (const message of rest) must(await world.land(message, owner, payer));
    const held = must(await world.chain.adapter.readVault(destination, [])).tokens.map(({ asset, amount }) => [asset, amount]);
    expect(held.sort()).toEqual(
      [
        [tokenAsset(one), 700n],
        [tokenAsset(two), 800n],
      ].sort(),
    );
    expect(await lamportsOf(destination)).toBe(2n * SOL - RESERVE);
    const left = must(await readWalletForOwner({ rpcUrls: world.rpcUrls, multisig })).money;
    expect([left.lamports, left.tokens.map(({ amount }) => amount).sort()]).toEqual([RESERVE, [0n, 0n, 5n]]);
  });

  test('many limits take more messages; rights go before money, and threshold 1 never stands beside another member', async () => {
    const wallet = await world.wallet(SOL, { limits: 20 });
    const { owner, addresses } = wallet;
    await world.chain.fund(owner.address, SOL);
    const destination = testKey().address;
    const plan = must(await buildExit(input(addresses.multisig, owner.address, destination, { priceMicroLamports: 5n })));
    expect(plan.messages.length).toBeGreaterThan(1);
    for (const message of plan.messages) {
      const actions = message.effects.flatMap((effect) => (effect.kind === 'governance' ? [effect.action] : []));
      expect(actions.includes('set_threshold')).toBe(actions.includes('remove_member'));
      must(await world.land(message, owner));
    }
    expect(await world.found(wallet)).toMatchObject({ threshold: 1, limits: [], members: [{ key: owner.address }] });
    expect(await lamportsOf(destination)).toBe(SOL - RESERVE);
  });

  test('what is asked to be left is left; too little to open an account stays', async () => {
    const wallet = await world.wallet(RESERVE + 5n);
    const { owner, addresses } = wallet;
    await world.chain.fund(owner.address, SOL);
    const mint = await world.chain.mint(addresses.vault, 3n);
    const account = await tokenAccountAddress(addresses.vault, mint);
    await finalizeAll(world.chain);
    const plan = must(await buildExit(input(addresses.multisig, owner.address, testKey().address, { leave: [account] })));
    expect(plan.leftBehind.map((left) => [left.account, left.amount])).toEqual([
      [addresses.vault, 5n],
      [account, 3n],
    ]);
    expect(plan.messages).toHaveLength(1);
    expect(plan.messages[0]?.effects.filter(({ kind }) => kind === 'asset_outflow')).toEqual([]);
  });

  test('refused before anybody signs: another key, the wallet as its own destination, no such wallet, a payer without money, no node', async () => {
    const wallet = await world.wallet(SOL);
    const { owner, agent, addresses } = wallet;
    const destination = testKey().address;
    const { multisig } = addresses;
    expect(await buildExit(input(multisig, agent.address, destination))).toMatchObject({ error: { code: 'chain_differs' } });
    expect(await buildExit(input(multisig, owner.address, destination))).toMatchObject({ error: { code: 'simulation_failed' } });
    for (const self of [addresses.vault, multisig])
      expect(await buildExit(input(multisig, owner.address, self))).toMatchObject({
        error: { code: 'invalid_field', field: 'destination' },
      });
    expect(await buildExit(input(destination, owner.address, destination))).toMatchObject({ error: { code: 'not_found' } });
    for (const rpcUrls of [[], ['nowhere'], ['file:///etc/passwd']])
      expect(await buildExit(input(multisig, owner.address, destination, { rpcUrls }))).toMatchObject({
        error: { code: 'invalid_field', field: 'rpc' },
      });
    const unreachable = { rpcUrls: ['http://127.0.0.1:9'] };
    expect(await buildExit(input(multisig, owner.address, destination, unreachable))).toMatchObject({
      error: { code: 'chain_unavailable' },
    });
  });
});

/** Sets the state of a token account to frozen, from outside any transaction. */
async function freeze(account: Address): Promise<void> {
  const told = (await world.chain.rpc('getAccountInfo', account, { encoding: 'base64', commitment: 'processed' })) as {
    readonly value: { readonly data: readonly [string]; readonly lamports: number; readonly owner: string };
  };
  const data = Buffer.from(told.value.data[0], 'base64');
  data[108] = 2;
  await world.chain.rpc('chain_setAccount', {
    ...{ address: account, lamports: told.value.lamports, owner: told.value.owner, data: data.toString('base64') },
  });
  await finalizeAll(world.chain);
}
