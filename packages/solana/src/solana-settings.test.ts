import { type ChainLimit, NATIVE_ASSET, type PlannedLimit, tokenAsset } from '@countersign/core';
import { createNoopSigner } from '@solana/kit';
import { AuthorityType, getApproveInstruction, getSetAuthorityInstruction } from '@solana-program/token';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { compileMessage, fits, transactionBytes } from './build/compile-message.ts';
import { kitAddress } from './build/kit-address.ts';
import { tokenAccountAddress } from './build/pda.ts';
import { proposalSteps } from './build/proposal-steps.ts';
import { compileVaultMessage } from './build/vault-message.ts';
import { decodeMessage, NO_FACTS } from './decode/index.ts';
import { must } from './test-support/must.ts';
import { SOL, startTestChain, type TestChain } from './test-support/test-chain.ts';
import { type TestKey, testKey } from './test-support/test-key.ts';
import { contextOf, type TestWallet, testWallet } from './test-support/test-wallet.ts';

let chain: TestChain;
let wallet: TestWallet;
let keys: readonly TestKey[];
const recipient = testKey().address;
const DAY = 86_400;
const many = Array.from({ length: 12 }, () => testKey().address);
const native = (amount: bigint, destinations = [recipient]): ChainLimit => ({
  asset: NATIVE_ASSET,
  amount,
  periodSeconds: DAY,
  destinations,
});

beforeAll(async () => {
  chain = await startTestChain();
  wallet = await testWallet();
  keys = [wallet.owner, wallet.agent, wallet.createKey, wallet.feeAccount];
  await chain.fund(wallet.feeAccount.address, 10n * SOL);
  await chain.fund(wallet.addresses.vault, 5n * SOL);
});
afterAll(() => chain.close());

const plan = async (revision: number, ...limits: readonly ChainLimit[]): Promise<readonly PlannedLimit[]> =>
  must(await chain.adapter.planSpendingLimits(wallet.addresses.multisig, revision, limits));

describe('the settings of a wallet', () => {
  test('limits that do not fit into the first message follow in others', async () => {
    const { adapter } = chain;
    const { addresses } = wallet;
    const mint = tokenAsset(await chain.mint(addresses.vault, 5n));
    const limits = await plan(1, native(SOL, many), { asset: mint, amount: 5n, periodSeconds: DAY, destinations: many });
    const messages = must(await adapter.createSmartWallet({ addresses, timeLockSeconds: 60, limits }));
    expect(messages.length).toBeGreaterThan(1);
    for (const message of messages) {
      expect(fits(message)).toBe(true);
      expect(must(decodeMessage(message.bytes, contextOf(wallet), NO_FACTS)).filter(({ kind }) => kind === 'unknown')).toEqual([]);
      expect((await chain.land(message, keys, 'finalized')).status).toMatchObject({ error: null });
    }
    const read = must(await adapter.readWallet(addresses.multisig));
    expect(read?.timeLockSeconds).toBe(60);
    expect(read?.limits.map(({ spendingLimit }) => spendingLimit)).toEqual(limits.map(({ spendingLimit }) => spendingLimit).toSorted());
  });

  test('limits are replaced in one message, removals first', async () => {
    const { adapter } = chain;
    const { addresses } = wallet;
    const add = await plan(2, native(2n * SOL));
    const found = must(await adapter.readWallet(addresses.multisig));
    if (!found) throw new Error('a wallet');
    const messages = must(await adapter.changeSettings({ addresses, found, wanted: { ...addresses, limits: add } }));
    const [message] = messages;
    if (!message || messages.length !== 1) throw new Error('one message');
    const effects = must(decodeMessage(message.bytes, contextOf(wallet), NO_FACTS));
    expect(effects.flatMap((effect) => (effect.kind === 'governance' ? [effect.action] : []))).toEqual([
      'remove_limit',
      'remove_limit',
      'add_limit',
    ]);
    expect((await chain.land(message, keys, 'finalized')).status).toMatchObject({ error: null });
    expect(must(await adapter.readWallet(addresses.multisig))?.limits).toMatchObject([
      { spendingLimit: add[0]?.spendingLimit, amount: 2n * SOL },
    ]);
    const after = must(await adapter.readWallet(addresses.multisig));
    if (!after) throw new Error('a wallet');
    expect(must(await adapter.changeSettings({ addresses, found: after, wanted: { ...addresses, limits: add } }))).toEqual([]);
  });

  test('a member is added, then the old one removed', async () => {
    const { adapter } = chain;
    const { addresses } = wallet;
    const next = testKey();
    const added = must(await adapter.addMember({ addresses, member: next.address }));
    const report = must(await adapter.simulateTransaction(added.bytes, contextOf(wallet)));
    const effects = must(decodeMessage(added.bytes, contextOf(wallet), NO_FACTS));
    const rent = effects.flatMap((effect) => (effect.kind === 'account_creation' ? [effect.maximumRentLamports] : []));
    expect(rent).toEqual([2_296_800n]);
    expect(report).toMatchObject({ succeeded: true, feeAccountOutflowLamports: 2_296_800n + 10_000n });
    expect((await chain.land(added, keys, 'finalized')).status).toMatchObject({ error: null });
    const removed = must(await adapter.removeMember({ addresses, member: next.address }));
    expect((await chain.land(removed, keys, 'finalized')).status).toMatchObject({ error: null });
    expect(must(await adapter.readWallet(addresses.multisig))?.members).toHaveLength(2);
  });

  test('a limit with too many destinations is refused in words', async () => {
    const { adapter } = chain;
    const { addresses } = wallet;
    const [limit] = await plan(3, native(SOL));
    if (!limit) throw new Error('no plan');
    const tooMany = { ...limit, destinations: Array.from({ length: 40 }, () => testKey().address) };
    const found = must(await adapter.readWallet(addresses.multisig));
    if (!found) throw new Error('a wallet');
    expect(await adapter.changeSettings({ addresses, found, wanted: { ...addresses, limits: [tooMany] } })).toMatchObject({
      error: { code: 'message_too_large', limitBytes: 1_232 },
    });
    const anybody = { ...limit, destinations: [] };
    expect(await adapter.changeSettings({ addresses, found, wanted: { ...addresses, limits: [anybody] } })).toMatchObject({
      error: { code: 'invalid_field' },
    });
  });

  test('INVARIANT I3: two equal payments under one blockhash are two messages, and so two signatures', async () => {
    const [limit] = await plan(3, native(SOL));
    if (!limit) throw new Error('no plan');
    const payment = { asset: NATIVE_ASSET, amount: 5n, recipient, memo: null };
    const { addresses } = wallet;
    const build = async () =>
      must(await chain.adapter.buildTransaction({ route: 'autonomous', addresses, payment, spendingLimit: limit.spendingLimit }));
    const messages = await Promise.all(Array.from({ length: 50 }, build));
    expect(new Set(messages.map(({ bytes }) => Buffer.from(bytes).toString('hex'))).size).toBe(50);
  });
});

describe('assets', () => {
  test('Token-2022 mints and addresses that are no mint are not supported', async () => {
    const { adapter } = chain;
    const modern = tokenAsset(await chain.mint(wallet.addresses.vault, 5n, 'token-2022'));
    for (const asset of [modern, tokenAsset(recipient), tokenAsset(wallet.addresses.multisig)]) {
      expect(await adapter.getAssetInfo(asset)).toMatchObject({ ok: false, error: { code: 'asset_not_supported', asset } });
      const planned = await adapter.planSpendingLimits(wallet.addresses.multisig, 9, [{ ...native(1n), asset }]);
      expect(planned).toMatchObject({ ok: false, error: { code: 'asset_not_supported' } });
    }
    expect(must(await adapter.getAssetInfo(NATIVE_ASSET))).toEqual({ asset: NATIVE_ASSET, decimals: 9 });
    expect(must(await adapter.getBalance(recipient, NATIVE_ASSET))).toBe(0n);
    expect(must(await adapter.getBalance(wallet.addresses.vault, NATIVE_ASSET))).toBe(5n * SOL - 890_880n);
  });
});

describe('the simulation as second witness', () => {
  test.each(['approve', 'set authority'])('sees a vault transaction that would %s', async (what) => {
    const { adapter } = chain;
    const fresh = await testWallet(undefined, wallet.feeAccount);
    const [creation] = must(await adapter.createSmartWallet({ addresses: fresh.addresses, timeLockSeconds: 0, limits: [] }));
    const all = [fresh.owner, fresh.agent, fresh.createKey, fresh.feeAccount];
    if (!creation) throw new Error('no message');
    await chain.land(creation, all);
    const mint = await chain.mint(fresh.addresses.vault, 500n);
    const token = await tokenAccountAddress(fresh.addresses.vault, mint);
    const vault = createNoopSigner(kitAddress(fresh.addresses.vault));
    const attack =
      what === 'approve'
        ? getApproveInstruction({ source: kitAddress(token), delegate: kitAddress(recipient), owner: vault, amount: 1n })
        : getSetAuthorityInstruction({
            owned: kitAddress(token),
            owner: vault,
            authorityType: AuthorityType.CloseAccount,
            newAuthority: kitAddress(recipient),
          });
    const steps = await proposalSteps(fresh.addresses, compileVaultMessage(fresh.addresses.vault, [attack]), 1n);
    const seed = must(await adapter.addMember({ addresses: fresh.addresses, member: recipient }));
    const blockhash = (await import('./decode/index.ts')).parseMessage(seed.bytes);
    const message = compileMessage(fresh.addresses.feeAccount, steps, { blockhash: must(blockhash).blockhash, lastValidBlockHeight: 1n });
    expect(must(await adapter.simulateTransaction(message.bytes, contextOf(fresh)))).toMatchObject({
      succeeded: true,
      authorityChanges: [token],
    });
    const { effects } = must(await adapter.decodeTransaction(message.bytes, contextOf(fresh)));
    expect(effects.map(({ kind }) => kind)).toContain(what === 'approve' ? 'delegate_approval' : 'authority_change');
    expect(transactionBytes(message)).toBeLessThan(1_232);
  });

  test('tells the reason of a failure and moves nothing', async () => {
    const { adapter } = chain;
    const { addresses } = wallet;
    const [limit] = must(await adapter.readWallet(addresses.multisig))?.limits ?? [];
    if (!limit) throw new Error('no limit');
    const payment = { asset: NATIVE_ASSET, amount: 3n * SOL, recipient, memo: null };
    const message = must(await adapter.buildTransaction({ route: 'autonomous', addresses, payment, spendingLimit: limit.spendingLimit }));
    const report = must(await adapter.simulateTransaction(message.bytes, contextOf(wallet)));
    expect(report).toMatchObject({ succeeded: false, problem: 'instruction 1 failed: SpendingLimitExceeded (6026)', vaultOutflows: [] });
    const { signature, status } = await chain.land(message, keys);
    expect(status).toMatchObject({ error: 'instruction 1 failed: SpendingLimitExceeded (6026)' });
    expect(must(await adapter.getTransaction(signature, addresses))).toMatchObject({
      error: 'instruction 1 failed: SpendingLimitExceeded (6026)',
      vaultOutflows: [],
      feeLamports: 10_000n,
    });
  });
});

describe('what the adapter refuses', () => {
  test('an intent that is not what the payment builds (INVARIANT I6)', async () => {
    const { adapter } = chain;
    const { addresses } = wallet;
    const payment = { asset: NATIVE_ASSET, amount: 5n, recipient, memo: null };
    const intent = must(await adapter.buildIntent({ addresses, action: { kind: 'payment', payment } }));
    const more = { ...payment, amount: 6n };
    expect(
      await adapter.buildTransaction({ route: 'countersigned', addresses, action: { kind: 'payment', payment: more }, intent }),
    ).toMatchObject({
      ok: false,
      error: { code: 'decoded_differently' },
    });
    const memo = 'é'.repeat(129);
    expect(await adapter.buildIntent({ addresses, action: { kind: 'payment', payment: { ...payment, memo } } })).toMatchObject({
      error: { code: 'memo_too_long', bytes: 258, limitBytes: 256 },
    });
    const long = { ...payment, asset: NATIVE_ASSET, memo: 'x'.repeat(256) };
    const big = must(
      await adapter.buildTransaction({ route: 'countersigned', addresses, action: { kind: 'payment', payment: long }, intent }),
    );
    expect(fits(big)).toBe(true);
  });

  test('signatures that are missing, foreign or false', async () => {
    const { adapter } = chain;
    const { addresses } = wallet;
    const { bytes } = must(await adapter.addMember({ addresses, member: recipient }));
    const [fee, owner] = [wallet.feeAccount.sign(bytes), wallet.owner.sign(bytes)];
    expect((await adapter.assembleTransaction(bytes, [owner, fee])).ok).toBe(true);
    const refused = [
      [fee],
      [fee, owner, owner],
      [fee, owner, wallet.agent.sign(bytes)],
      [fee, wallet.owner.sign(bytes.subarray(1))],
      [fee, { ...owner, signature: fee.signature }],
    ];
    for (const signatures of refused)
      expect(await adapter.assembleTransaction(bytes, signatures)).toMatchObject({
        ok: false,
        error: { code: 'chain_rejected', mayHaveLanded: false },
      });
  });

  test('signatures that the chain does not know are not found, with a height to prove expiry by', async () => {
    const { adapter } = chain;
    const unknown = must(await adapter.assembleTransaction(...(await signed())));
    const answer = must(await adapter.getTransactionStatus([unknown.signature, unknown.signature]));
    expect(answer.statuses).toEqual([{ kind: 'not_found' }, { kind: 'not_found' }]);
    expect(answer.finalizedBlockHeight).toBeGreaterThan(0n);
    expect(must(await adapter.getTransaction(unknown.signature, wallet.addresses))).toBeNull();
    expect(must(await adapter.getNetwork())).toBe(chain.process.genesisHash);
    const health = await adapter.health();
    expect(health).toMatchObject({ reachable: true, problem: null, network: chain.process.genesisHash });
    expect(Math.abs((health.chainTimeMs ?? 0) - Date.now())).toBeLessThan(60_000);
    expect(adapter.isWalletAddress(recipient)).toBe(true);
    expect(adapter.isWalletAddress(wallet.addresses.vault)).toBe(false);
  });
});

async function signed(): Promise<Parameters<TestChain['adapter']['assembleTransaction']>> {
  const { bytes } = must(await chain.adapter.addMember({ addresses: wallet.addresses, member: testKey().address }));
  return [bytes, [wallet.feeAccount.sign(bytes), wallet.owner.sign(bytes)]];
}
