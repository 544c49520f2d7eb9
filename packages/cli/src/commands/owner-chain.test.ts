import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { NATIVE_ASSET } from '@countersign/core';
import { formatRecoveryKit } from '@countersign/solana/owner-tools';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { finalizeAll, type MadeWallet, type OwnerWorld, ownerWorld } from '../../../solana/src/test-support/owner-world.ts';
import { SOL } from '../../../solana/src/test-support/test-chain.ts';
import { type TestKey, testKey } from '../../../solana/src/test-support/test-key.ts';
import { must } from '../test-support/prepared.ts';
import { type Ran, runCli } from '../test-support/test-world.ts';

const folder = mkdtempSync(join(tmpdir(), 'countersign-cli-chain-'));
let world: OwnerWorld;
beforeAll(async () => {
  world = await ownerWorld();
});
afterAll(async () => {
  await world.chain.close();
  rmSync(folder, { recursive: true });
});

/** No service, no credential: keys and a node. */
const cli = (argv: readonly string[], answers: readonly string[] | null = null): Promise<Ran> =>
  runCli([...argv, '--rpc', world.chain.process.url], { env: { XDG_CONFIG_HOME: folder }, cwd: folder, answers });
const keyFile = (name: string, key: TestKey): string => {
  writeFileSync(join(folder, name), JSON.stringify([...key.bytes]), { mode: 0o600 });
  return name;
};
const balance = async (key: TestKey): Promise<bigint> => must(await world.chain.adapter.getBalance(key.address, NATIVE_ASSET));
const transactions = async (wallet: MadeWallet): Promise<bigint> => (await world.found(wallet)).transactionIndex;

async function makeKit(wallet: MadeWallet, recovery: TestKey, file: string): Promise<void> {
  const { addresses, owner } = wallet;
  const nonce = await world.nonce(wallet, 'kit');
  const message = must(await world.chain.adapter.buildHandOver({ addresses, recovery: recovery.address, nonce }));
  const text = formatRecoveryKit({
    ...{ network: world.chain.process.genesisHash, multisig: addresses.multisig, vault: addresses.vault, owner: owner.address },
    ...{ recovery: recovery.address, nonceAccount: nonce.address, nonce: nonce.nonce, message },
    ownerSignature: owner.sign(message).signature,
  });
  writeFileSync(join(folder, file), text);
}

describe('owner withdraw, on the chain with the real program', () => {
  test('looks, asks for the destination, sends, and says when nothing is left; other answers send nothing', async () => {
    const wallet = await world.wallet(3n * SOL);
    await world.chain.mint(wallet.addresses.vault, 700n);
    await world.chain.fund(wallet.owner.address, SOL);
    await finalizeAll(world.chain);
    const destination = testKey();
    const key = keyFile('owner.json', wallet.owner);
    const argv = ['owner', 'withdraw', '--multisig', wallet.addresses.multisig, '--to', destination.address, '--owner-key', key];
    const looked = await cli([...argv, '--dry-run']);
    expect(looked.notes).toBe('');
    expect(looked.code).toBe(0);
    expect(looked.out).toMatch(/transaction 2 of 2, signed by/);
    expect(looked.out).toContain('Nothing was sent.');
    expect((await cli(argv)).code).toBe(7);
    expect((await cli(argv, ['yes'])).code).toBe(7);
    expect((await cli([...argv, '--confirm', destination.address.slice(0, 7)])).code).toBe(7);
    expect([await transactions(wallet), await balance(destination)]).toEqual([0n, 0n]);
    const done = await cli(argv, [destination.address.slice(0, 8)]);
    expect(done.code, done.notes).toBe(0);
    expect(done.notes.match(/✓ finalized/g)).toHaveLength(2);
    expect(done.out).toContain('there is nothing (more) to take out');
    expect(await balance(destination)).toBeGreaterThan(2n * SOL);
    const again = await cli([...argv, '--json']);
    expect(again.json()).toMatchObject({ messages: [], sent: [] });
  });
  test('a key that does not configure the wallet, and one without SOL, send nothing', async () => {
    const wallet = await world.wallet(SOL);
    const to = ['owner', 'withdraw', '--multisig', wallet.addresses.multisig, '--to', testKey().address];
    const stranger = await cli([...to, '--owner-key', keyFile('stranger.json', testKey())]);
    expect(stranger).toMatchObject({ code: 5, notes: expect.stringContaining('configured by') });
    expect((await cli([...to, '--owner-key', keyFile('poor.json', wallet.owner)], ['x'])).code).toBe(5);
    const payer = testKey();
    await world.chain.fund(payer.address, SOL);
    const paid = await cli([
      ...to,
      '--owner-key',
      'poor.json',
      '--payer-key',
      keyFile('payer.json', payer),
      '--confirm',
      to[5]?.slice(0, 8) ?? '',
    ]);
    expect(paid.notes).toContain('✓ finalized');
    expect(paid.code).toBe(0);
  });
});

describe('owner recover, with the owner key deleted', () => {
  test('for the recovery key: looks, asks, hands over and takes over, and is done when run again; then the money leaves', async () => {
    const wallet = await world.wallet(2n * SOL);
    const recovery = testKey();
    await makeKit(wallet, recovery, 'kit.json');
    await world.chain.fund(recovery.address, SOL);
    const key = keyFile('recovery.json', recovery);
    const argv = ['owner', 'recover', '--kit', 'kit.json', '--recovery-key', key];
    expect((await cli([...argv, '--dry-run'])).out).toContain('Nothing was sent.');
    expect((await cli(argv, ['yes'])).code).toBe(7);
    expect((await world.found(wallet)).configAuthority).toBe(wallet.owner.address);
    const done = await cli(argv, ['recover']);
    expect(done.code, done.notes).toBe(0);
    expect(done.out).toContain('keys replace-owner --to NEW_OWNER --consent recovery');
    const found = await world.found(wallet);
    expect(found.configAuthority).toBe(recovery.address);
    expect(found.members.map(({ key: member }) => member).sort()).toEqual([wallet.agent.address, recovery.address].sort());
    expect((await cli([...argv, '--yes', '--json'])).json()).toMatchObject({ sent: [], steps: [] });
    const destination = testKey();
    const out = ['owner', 'withdraw', '--multisig', wallet.addresses.multisig, '--to', destination.address, '--owner-key', key];
    expect((await cli([...out, '--confirm', destination.address.slice(0, 8)])).code).toBe(0);
    expect(await balance(destination)).toBeGreaterThan(SOL);
  });
  test('for a new owner: the kit cannot be used for anybody afterwards', async () => {
    const wallet = await world.wallet(SOL);
    const [recovery, next] = [testKey(), testKey()];
    await makeKit(wallet, recovery, 'second.json');
    await world.chain.fund(recovery.address, SOL);
    const argv = ['owner', 'recover', '--kit', 'second.json', '--recovery-key', keyFile('recovery-2.json', recovery), '--yes'];
    const done = await cli([...argv, '--new-owner', next.address]);
    expect(done.code, done.notes).toBe(0);
    expect((await world.found(wallet)).configAuthority).toBe(next.address);
    expect((await cli([...argv, '--new-owner', testKey().address])).code).toBe(5);
    expect((await cli(argv)).code).toBe(5);
  });
});
