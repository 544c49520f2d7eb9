import { encodeBase58, sha256Hex } from '@countersign/core';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { must } from '../test-support/must.ts';
import { type MadeWallet, type OwnerWorld, ownerWorld } from '../test-support/owner-world.ts';
import { SOL } from '../test-support/test-chain.ts';
import { type TestKey, testKey } from '../test-support/test-key.ts';
import { buildExit, buildRecovery, formatRecoveryKit, parseRecoveryKit, type RecoveryKit, sendAndFinalize } from './index.ts';

let world: OwnerWorld;
beforeAll(async () => {
  world = await ownerWorld();
});
afterAll(() => world.chain.close());

/** The owner makes a kit while it still has its key; afterwards only the text is left of it. */
const makeKit = async (wallet: MadeWallet, recovery: TestKey, seed: string): Promise<string> => {
  const { addresses, owner } = wallet;
  const nonce = await world.nonce(wallet, seed);
  const message = must(await world.chain.adapter.buildHandOver({ addresses, recovery: recovery.address, nonce }));
  const { multisig, vault } = addresses;
  return formatRecoveryKit({
    ...{ network: world.chain.process.genesisHash, multisig, vault, owner: owner.address, recovery: recovery.address },
    ...{ nonceAccount: nonce.address, nonce: nonce.nonce, message, ownerSignature: owner.sign(message).signature },
  });
};
const readKit = (text: string): RecoveryKit => must(parseRecoveryKit(text));

describe('a wallet whose owner key is lost', () => {
  test('goes to the recovery key by the kit, long after it was made, and a new owner takes the old one’s place', async () => {
    const wallet = await world.wallet(3n * SOL);
    const [recovery, next] = [testKey(), testKey()];
    const text = await makeKit(wallet, recovery, 'kit');
    await world.chain.rpc('chain_advance', { seconds: 90 * 86_400 });
    const kit = readKit(text);
    const asked = { rpcUrls: world.rpcUrls, kit, newOwner: next.address };
    expect(await buildRecovery(asked), 'the recovery key has no SOL yet').toMatchObject({ error: { code: 'simulation_failed' } });
    await world.chain.fund(recovery.address, SOL / 10n);
    const plan = must(await buildRecovery(asked));
    expect(plan.messages.map(({ signers }) => signers)).toEqual([[recovery.address, wallet.owner.address], [recovery.address]]);
    expect(plan.neededLamports).toBeLessThan(plan.payerLamports);
    expect(plan.messages[0]?.sentences.join(' ')).toContain(`Makes ${recovery.address} the one who configures`);
    const [handOver, takeOver] = plan.messages;
    if (!handOver || !takeOver) throw new Error('two messages');
    // Neither is signed by the lost key: what it signed lies in the kit.
    must(await world.land(handOver, recovery));
    expect((await world.found(wallet)).configAuthority).toBe(recovery.address);
    const rest = must(await buildRecovery(asked)).messages;
    expect(rest).toHaveLength(1);
    must(await world.land(takeOver, recovery));
    const found = await world.found(wallet);
    expect(found.configAuthority).toBe(next.address);
    expect(found.members.map(({ key }) => key).sort()).toEqual([wallet.agent.address, next.address].sort());
    expect(must(await buildRecovery(asked)).messages).toEqual([]);
    // The kit is used up.
    expect(await world.land(handOver, recovery)).toMatchObject({ ok: true });
    const kept = await buildRecovery({ ...asked, newOwner: testKey().address });
    expect(kept).toMatchObject({ error: { code: 'chain_differs' } });
  });

  test('the recovery key itself may take the place, and then take the money out', async () => {
    const wallet = await world.wallet(2n * SOL);
    const recovery = testKey();
    const kit = readKit(await makeKit(wallet, recovery, 'itself'));
    await world.chain.fund(recovery.address, SOL);
    const asked = { rpcUrls: world.rpcUrls, kit, newOwner: null };
    for (const message of must(await buildRecovery(asked)).messages) must(await world.land(message, recovery));
    const found = await world.found(wallet);
    expect(found.members.map(({ key }) => key).sort()).toEqual([wallet.agent.address, recovery.address].sort());
    expect(must(await buildRecovery(asked)).messages).toEqual([]);
    const { multisig } = wallet.addresses;
    const out = { owner: recovery.address, payer: recovery.address, destination: testKey().address, leave: [], priceMicroLamports: 0n };
    for (const message of must(await buildExit({ rpcUrls: world.rpcUrls, multisig, ...out })).messages)
      must(await world.land(message, recovery));
    expect((await world.found(wallet)).members).toMatchObject([{ key: recovery.address }]);
  });

  test('straight after the hand-over, before anybody took the place, the money can be taken out too', async () => {
    const wallet = await world.wallet(2n * SOL);
    const recovery = testKey();
    const kit = readKit(await makeKit(wallet, recovery, 'straight'));
    await world.chain.fund(recovery.address, SOL);
    const [handOver] = must(await buildRecovery({ rpcUrls: world.rpcUrls, kit, newOwner: null })).messages;
    if (!handOver) throw new Error('a message');
    must(await world.land(handOver, recovery));
    const { multisig } = wallet.addresses;
    const out = { owner: recovery.address, payer: recovery.address, destination: testKey().address, leave: [], priceMicroLamports: 0n };
    for (const message of must(await buildExit({ rpcUrls: world.rpcUrls, multisig, ...out })).messages)
      must(await world.land(message, recovery));
    expect(await world.found(wallet)).toMatchObject({ members: [{ key: recovery.address }], threshold: 1 });
  });

  test('a kit of another network, whose nonce has moved, or for a new owner who is the agent or the lost key, is refused', async () => {
    const wallet = await world.wallet(SOL);
    const recovery = testKey();
    await world.chain.fund(recovery.address, SOL);
    const kit = readKit(await makeKit(wallet, recovery, 'refused'));
    const asked = { rpcUrls: world.rpcUrls, kit, newOwner: null };
    expect(await buildRecovery({ ...asked, kit: { ...kit, network: testKey().address } })).toMatchObject({
      error: { code: 'kit_invalid' },
    });
    for (const newOwner of [wallet.agent.address, wallet.owner.address])
      expect(await buildRecovery({ ...asked, newOwner })).toMatchObject({ error: { code: 'invalid_field' } });
    const { addresses, owner, feeAccount, limits } = wallet;
    const [nonce] = must(await world.chain.adapter.readNonceAccounts([kit.nonceAccount]));
    if (!nonce) throw new Error('a nonce');
    const lockdown = must(
      await world.chain.adapter.buildLockdown({ addresses, nonce, limits: limits.map(({ spendingLimit }) => spendingLimit) }),
    );
    const signers = [addresses.feeAccount, addresses.owner];
    await world.chain.land({ bytes: lockdown, lastValidBlockHeight: 0n, signers }, [owner, feeAccount], 'finalized');
    expect(await buildRecovery(asked)).toMatchObject({ error: { code: 'kit_invalid', problem: expect.stringContaining('nonce') } });
  });
});

describe('INVARIANT I7: a recovery kit file', () => {
  test('is what it says, or refused: every field, every character of its message and signature', async () => {
    const wallet = await world.wallet(SOL);
    const other = await world.wallet(SOL);
    const recovery = testKey();
    const text = await makeKit(wallet, recovery, 'file');
    const kit = readKit(text);
    expect(formatRecoveryKit(kit)).toBe(text);
    const file = JSON.parse(text) as { [name: string]: string };
    const refused = (changed: unknown): void => {
      const read = parseRecoveryKit(typeof changed === 'string' ? changed : JSON.stringify(changed));
      expect(read).toMatchObject({ ok: false, error: { code: 'kit_invalid' } });
    };
    for (const name of Object.keys(file)) {
      const { [name]: _, ...without } = file;
      refused(without);
      refused({ ...file, [name]: 7 });
      refused({ ...file, [name]: '' });
      // Which network it is for only a node can tell.
      if (name !== 'network') refused({ ...file, [name]: testKey().address });
    }
    refused({ ...file, more: 'x' });
    refused(text.replace('{', '{"format":"countersign-recovery-kit-v1",'));
    for (const words of ['', '[]', 'null', '"kit"', text.slice(0, -5), `${text}x`, ' '.repeat(20_000)]) refused(words);
    const message = Buffer.from(file['message'] ?? '', 'base64');
    const withMessage = (bytes: Uint8Array, signer: TestKey = wallet.owner): object => ({
      ...{ ...file, message: Buffer.from(bytes).toString('base64'), messageSha256: sha256Hex(bytes) },
      ownerSignature: encodeBase58(signer.sign(bytes).signature),
    });
    refused({ ...file, message: Buffer.from(message.map((byte, at) => (at === 7 ? byte ^ 1 : byte))).toString('base64') });
    refused(withMessage(message, testKey()));
    refused({ ...file, recovery: wallet.agent.address });
    refused({ ...file, multisig: other.addresses.multisig, vault: other.addresses.vault });
    // Signed by the owner itself, and still not a hand-over to this recovery key.
    const nonce = { address: kit.nonceAccount, authority: wallet.owner.address, nonce: kit.nonce };
    const { adapter } = world.chain;
    const { addresses } = wallet;
    refused(withMessage(must(await adapter.buildHandOver({ addresses, recovery: testKey().address, nonce }))));
    refused(withMessage(must(await adapter.buildLockdown({ addresses, nonce, limits: [testKey().address] }))));
    refused(withMessage(must(await adapter.addMember({ addresses, member: recovery.address })).bytes));
    refused(
      withMessage(
        must(
          await adapter.buildHandOver({
            addresses: other.addresses,
            recovery: recovery.address,
            nonce: { ...nonce, authority: other.owner.address },
          }),
        ),
      ),
    );
    expect(must(parseRecoveryKit(JSON.stringify(withMessage(message))))).toEqual(kit);
  });
});

describe('sending', () => {
  test('bytes that are none, that fail, or that have expired, are told; INVARIANT I3: what is not known may have landed', async () => {
    const wallet = await world.wallet(SOL);
    const { rpcUrls } = world;
    for (const wire of [new Uint8Array(), Uint8Array.of(1, 2), new Uint8Array(200)])
      expect(await sendAndFinalize({ rpcUrls, wire, lastValidBlockHeight: null, patienceMs: 1 })).toMatchObject({
        error: { code: 'invalid_field' },
      });
    const { adapter } = world.chain;
    const { addresses, owner, feeAccount } = wallet;
    const wireOf = async (bytes: Uint8Array): Promise<Uint8Array> =>
      must(await adapter.assembleTransaction(bytes, [feeAccount.sign(bytes), owner.sign(bytes)])).wire;
    const again = must(await adapter.addMember({ addresses, member: wallet.agent.address }));
    const failed = await sendAndFinalize({
      rpcUrls,
      wire: await wireOf(again.bytes),
      lastValidBlockHeight: again.lastValidBlockHeight,
      patienceMs: 20_000,
    });
    expect(failed).toMatchObject({
      error: { code: 'chain_rejected', mayHaveLanded: false, problem: expect.stringContaining('DuplicateMember') },
    });
    const late = must(await adapter.addMember({ addresses, member: testKey().address }));
    const wire = await wireOf(late.bytes);
    await world.chain.rpc('chain_advance', { slots: 400 });
    const expired = await sendAndFinalize({ rpcUrls, wire, lastValidBlockHeight: late.lastValidBlockHeight, patienceMs: 20_000 });
    expect(expired).toMatchObject({ error: { code: 'chain_rejected', mayHaveLanded: false, problem: expect.stringContaining('expired') } });
    const unsure = await sendAndFinalize({ rpcUrls: ['http://127.0.0.1:9'], wire, lastValidBlockHeight: 1n, patienceMs: 50 });
    expect(unsure).toMatchObject({ error: { code: 'chain_rejected', mayHaveLanded: true } });
  });
});
