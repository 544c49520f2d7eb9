import { randomBytes } from 'node:crypto';
import {
  type BuiltMessage,
  type Effect,
  encodeBase58,
  type IBlockchainAdapter,
  NATIVE_ASSET,
  outflows,
  type PlannedLimit,
} from '@countersign/core';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { createTestKey } from '../test-key.ts';
import { testCalls } from './blockchain-calls.ts';
import { testKits } from './blockchain-kits.ts';
import { testSettings } from './blockchain-settings.ts';
import { testWatching } from './blockchain-watching.ts';
import { type BlockchainSubject, type ChainWorld, createChainWorld, SOL } from './chain-world.ts';
import { errorOf, must } from './must.ts';

/** What every `IBlockchainAdapter` does. The cases run in order over one wallet; each leaves it able to pay. */
export function describeBlockchainAdapterContract(name: string, open: () => Promise<BlockchainSubject>): void {
  describe(`IBlockchainAdapter: ${name}`, () => {
    let subject: BlockchainSubject;
    let chain: IBlockchainAdapter;
    let world: ChainWorld;
    const onChain = ({ spendingLimit, asset, amount, periodSeconds, destinations }: PlannedLimit) => ({
      ...{ spendingLimit, asset, amount, remaining: amount, periodSeconds, destinations },
      ...{ members: [world.agent.address], vaultIndex: 0 },
    });
    const governance = (effects: readonly Effect[]) => effects.filter((effect) => effect.kind === 'governance');
    const unknown = (effects: readonly Effect[]) => effects.filter(({ kind }) => kind === 'unknown');
    const effectsOf = async ({ bytes }: BuiltMessage) => must(await chain.decodeTransaction(bytes, world.context())).effects;
    const randomSignature = (): string => encodeBase58(randomBytes(64));

    beforeAll(async () => {
      subject = await open();
      chain = subject.chain;
      world = await createChainWorld(subject);
    });
    afterAll(() => subject.close());

    test('the network is always the same, and health tells it', async () => {
      const network = must(await chain.getNetwork());
      expect(must(await chain.getNetwork())).toBe(network);
      const health = await chain.health();
      expect(health).toMatchObject({ reachable: true, problem: null, network });
      expect(health.finalizedBlockHeight).toBeTypeOf('bigint');
      expect(must(await chain.getAssetInfo(NATIVE_ASSET))).toEqual({ asset: NATIVE_ASSET, decimals: 9 });
    });

    test('addresses follow from the create key; neither is a key that could sign', async () => {
      const { createKey, multisig, vault } = world.addresses;
      expect(await chain.deriveWallet(createKey)).toEqual({ multisig, vault });
      expect(multisig).not.toBe(vault);
      expect(await chain.deriveWallet(createTestKey().address)).not.toEqual({ multisig, vault });
      expect([createKey, multisig, vault].map((each) => chain.isWalletAddress(each))).toEqual([true, false, false]);
      expect(await world.plan(1, SOL)).toEqual(world.limits);
      expect((await world.plan(2, SOL))[0]?.spendingLimit).not.toBe(world.limits[0]?.spendingLimit);
    });

    test('the messages that create a wallet say what the chain then holds', async () => {
      const { addresses, limits } = world;
      const effects = (await Promise.all(world.created.map(effectsOf))).flat();
      expect(unknown(effects)).toEqual([]);
      expect(outflows(effects)).toEqual([]);
      const members = [world.owner, world.agent].map((key) => ({ key: key.address, permissions: 7 }));
      const terms = { threshold: 2, timeLockSeconds: 0, rentCollector: world.fee.address, members: expect.arrayContaining(members) };
      const [creation, ...additions] = governance(effects);
      expect(creation).toMatchObject({ action: 'create_wallet', wallet: addresses.multisig, owner: world.owner.address, ...terms });
      expect(additions).toHaveLength(limits.length);
      for (const [index, { spendingLimit, asset, amount, periodSeconds, destinations }] of limits.entries())
        expect(additions[index]).toMatchObject({
          ...{ action: 'add_limit', wallet: addresses.multisig, members: [world.agent.address] },
          ...{ spendingLimit, asset, amount, periodSeconds, destinations },
        });
      const read = must(await chain.readWallet(addresses.multisig));
      expect(read).toMatchObject({ multisig: addresses.multisig, configAuthority: world.owner.address, transactionIndex: 0n, ...terms });
      expect(read?.members).toHaveLength(2);
      expect(read?.limits).toEqual(limits.map(onChain));
    });

    test('a payment of the agent alone is one outflow through the spending limit, and a fee', async () => {
      const { addresses, limits } = world;
      const message = await world.autonomous(1_000n);
      expect(message.signers).toEqual([world.fee.address, world.agent.address]);
      const effects = await effectsOf(message);
      expect(effects.map(({ kind }) => kind).sort()).toEqual(['asset_outflow', 'fee']);
      expect(outflows(effects)).toMatchObject([
        {
          ...{ asset: NATIVE_ASSET, amount: 1_000n, decimals: 9, source: addresses.vault, destination: world.recipient },
          spendingLimit: limits[0]?.spendingLimit,
        },
      ]);
      expect(effects.find(({ kind }) => kind === 'fee')).toMatchObject({ payer: world.fee.address });
    });

    test('a countersigned payment is one outflow without a spending limit, and the steps of a proposal', async () => {
      const { multisig, vault } = world.addresses;
      const message = await world.countersigned(2n * SOL);
      expect(message.signers[0]).toBe(world.fee.address);
      expect([...message.signers].sort()).toEqual([world.fee, world.agent, world.owner].map((key) => key.address).sort());
      const effects = await effectsOf(message);
      expect(unknown(effects)).toEqual([]);
      const outflow = { asset: NATIVE_ASSET, amount: 2n * SOL, source: vault, destination: world.recipient, spendingLimit: null };
      expect(outflows(effects)).toMatchObject([outflow]);
      const steps = governance(effects);
      expect(steps.map(({ action }) => action).sort()).toEqual(['approve', 'approve', 'close', 'execute', 'propose']);
      for (const step of steps) expect(step.wallet).toBe(multisig);
      const approvers = steps.flatMap((step) => (step.action === 'approve' ? [step.member] : []));
      expect(approvers.sort()).toEqual([world.owner.address, world.agent.address].sort());
    });

    test('INVARIANT I6: a countersigned payment is built only for the intent that was consented to', async () => {
      const { addresses } = world;
      const intent = must(await chain.buildIntent({ addresses, action: world.payAction(1n) }));
      expect(must(await chain.buildIntent({ addresses, action: world.payAction(1n) }))).toEqual(intent);
      const built = await chain.buildTransaction({ route: 'countersigned', addresses, action: world.payAction(2n), intent });
      expect(errorOf(built)).toMatchObject({ code: 'decoded_differently' });
    });

    test('equal payments are different bytes', async () => {
      const messages = [...(await Promise.all([1, 2, 3].map(() => world.autonomous(5n)))), await world.autonomous(5n)];
      expect(new Set(messages.map(({ bytes }) => Buffer.from(bytes).toString('hex')))).toHaveLength(messages.length);
    });

    test('INVARIANT I5: bytes that are no message are never described as harmless, simulated or sent', async () => {
      for (const bytes of [new Uint8Array(), Uint8Array.of(1, 2, 3), new Uint8Array(200)]) {
        const decoded = await chain.decodeTransaction(bytes, world.context());
        expect(decoded.ok ? unknown(decoded.value.effects).length : 1).toBeGreaterThan(0);
        const simulated = await chain.simulateTransaction(bytes, world.context());
        expect(simulated.ok && simulated.value.succeeded).toBe(false);
        expect((await chain.assembleTransaction(bytes, [])).ok).toBe(false);
        expect(errorOf(await chain.submitTransaction(bytes))).toMatchObject({ code: 'chain_rejected', mayHaveLanded: false });
      }
    });

    test('a missing, wrong, doubled or foreign signature is refused before anything is sent', async () => {
      const message = await world.autonomous(7n);
      const [first, second] = world.signaturesOf(message);
      if (!first || !second) throw new Error('a payment has two signers');
      const stranger = createTestKey();
      const other = await world.autonomous(7n);
      for (const signatures of [
        [],
        [first],
        [second],
        [first, { ...second, signature: stranger.sign(message.bytes) }],
        [first, { ...second, signature: world.agent.sign(other.bytes) }],
        [first, { ...second, signature: second.signature.subarray(0, 63) }],
        [first, second, second],
        [first, second, { signer: stranger.address, signature: stranger.sign(message.bytes) }],
      ])
        expect(errorOf(await chain.assembleTransaction(message.bytes, signatures))).toMatchObject({
          ...{ code: 'chain_rejected', mayHaveLanded: false },
        });
      const inOrder = must(await chain.assembleTransaction(message.bytes, [first, second]));
      expect(must(await chain.assembleTransaction(message.bytes, [second, first]))).toEqual(inOrder);
      expect(inOrder.signature).toBe(encodeBase58(first.signature));
    });

    test('INVARIANT I3: sent twice, and once more when it is final, it has one effect; the record tells what moved', async () => {
      const { addresses } = world;
      const before = await world.balance();
      const message = await world.autonomous(200_000_000n);
      const report = must(await chain.simulateTransaction(message.bytes, world.context()));
      const vaultOutflows = [{ asset: NATIVE_ASSET, amount: 200_000_000n }];
      expect(report).toMatchObject({ succeeded: true, problem: null, vaultOutflows, authorityChanges: [] });
      const { wire, signature } = await world.assembled(message);
      expect(must(await chain.getTransaction(signature, addresses)), 'before it is sent').toBeNull();
      must(await chain.submitTransaction(wire));
      must(await chain.submitTransaction(wire));
      expect(await world.settled(signature)).toMatchObject({ kind: 'finalized', error: null });
      must(await chain.submitTransaction(wire));
      expect(await world.balance()).toBe(before - 200_000_000n);
      const effects = await effectsOf(message);
      const fees = effects.flatMap((effect) => (effect.kind === 'fee' ? [effect.amountLamports] : []));
      const landed = must(await chain.getTransaction(signature, addresses));
      expect(landed).toMatchObject({ error: null, feePayer: world.fee.address, vaultOutflows });
      expect([landed?.feeLamports]).toEqual(fees);
      const read = must(await chain.readWallet(addresses.multisig));
      expect(read?.limits).toMatchObject([{ amount: SOL, remaining: SOL - 200_000_000n }]);
    });

    test('a countersigned payment moves what no spending limit allows', async () => {
      const before = await world.balance();
      const { signature, error } = await world.land(await world.countersigned(3n * SOL));
      expect(error).toBeNull();
      expect(await world.balance()).toBe(before - 3n * SOL);
      const vaultOutflows = [{ asset: NATIVE_ASSET, amount: 3n * SOL }];
      expect(must(await chain.getTransaction(signature, world.addresses))).toMatchObject({ error: null, vaultOutflows });
    });

    testCalls(() => ({ subject, world }));

    test('over the spending limit the simulation fails, and landed it moves nothing', async () => {
      const before = await world.balance();
      const message = await world.autonomous(2n * SOL);
      const report = must(await chain.simulateTransaction(message.bytes, world.context()));
      expect(report).toMatchObject({ succeeded: false, problem: expect.any(String) });
      const { signature, error } = await world.land(message);
      expect(error).toBeTypeOf('string');
      expect(await world.balance()).toBe(before);
      expect(must(await chain.getTransaction(signature, world.addresses))).toMatchObject({ error, vaultOutflows: [] });
    });

    test('spending limits are replaced; nothing to change is no message', async () => {
      const { addresses, limits } = world;
      const change = async (wanted: readonly PlannedLimit[]) => {
        const found = must(await chain.readWallet(addresses.multisig));
        if (found === null) throw new Error('the wallet is gone');
        return must(await chain.changeSettings({ addresses, found, wanted: { ...addresses, limits: wanted } }));
      };
      expect(await change(limits)).toEqual([]);
      const add = await world.plan(2, SOL / 2n);
      const messages = await change(add);
      const effects = (await Promise.all(messages.map(effectsOf))).flat();
      expect(unknown(effects)).toEqual([]);
      expect(governance(effects).map(({ action }) => action)).toEqual(['remove_limit', 'add_limit']);
      for (const message of messages) expect(await world.land(message)).toMatchObject({ error: null });
      expect(must(await chain.readWallet(addresses.multisig))?.limits).toEqual(add.map(onChain));
      world.limits = add;
      expect(await change(add)).toEqual([]);
    });

    testSettings(() => ({ subject, world }));
    testKits(() => ({ subject, world }));
    testWatching(() => ({ subject, world }));

    test('INVARIANT I3: not found with a finalized height past its last one, a message never lands', async () => {
      const before = await world.balance();
      const message = await world.autonomous(9n);
      const { wire, signature } = await world.assembled(message);
      expect(await world.look(signature)).toMatchObject({ status: { kind: 'not_found' } });
      await subject.passBlockHeight(message.lastValidBlockHeight);
      const late = await world.look(signature);
      expect(late.status).toEqual({ kind: 'not_found' });
      expect(late.finalizedBlockHeight).toBeGreaterThan(message.lastValidBlockHeight);
      await chain.submitTransaction(wire);
      await subject.passBlockHeight(late.finalizedBlockHeight + 2n);
      expect(await world.look(signature)).toMatchObject({ status: { kind: 'not_found' } });
      expect(await world.balance()).toBe(before);
    });

    test('statuses come in the order of the signatures', async () => {
      const { signature } = await world.land(await world.autonomous(11n));
      const { statuses } = must(await chain.getTransactionStatus([randomSignature(), signature, randomSignature()]));
      expect(statuses.map(({ kind }) => kind)).toEqual(['not_found', 'finalized', 'not_found']);
      expect(must(await chain.getTransactionStatus([])).statuses).toEqual([]);
    });

    test('out of reach, every call is a result and none throws', async () => {
      const { addresses } = world;
      const message = await world.autonomous(13n);
      const { wire, signature } = await world.assembled(message);
      await subject.unplug();
      for (const result of [
        await chain.readWallet(addresses.multisig),
        await chain.getBalance(addresses.vault, NATIVE_ASSET),
        await chain.simulateTransaction(message.bytes, world.context()),
        await chain.getTransactionStatus([signature]),
        await chain.getTransaction(signature, addresses),
        await chain.submitTransaction(wire),
      ])
        expect(errorOf(result)).toMatchObject({ code: 'chain_unavailable' });
      expect(await chain.health()).toMatchObject({ reachable: false, problem: expect.any(String), finalizedBlockHeight: null });
    });
  });
}
