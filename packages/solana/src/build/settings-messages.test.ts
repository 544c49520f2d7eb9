import { type Address, type Effect, NATIVE_ASSET, type PlannedLimit, type WalletOnChain, type WantedSettings } from '@countersign/core';
import { beforeAll, describe, expect, test } from 'vitest';
import { decodeMessage, NO_FACTS } from '../decode/index.ts';
import { must } from '../test-support/must.ts';
import { testKey } from '../test-support/test-key.ts';
import { contextOf, type TestWallet, testWallet } from '../test-support/test-wallet.ts';
import { fits, transactionBytes } from './compile-message.ts';
import { limitCreateKey } from './limit-create-key.ts';
import { spendingLimitAddress } from './pda.ts';
import { buildCancellation, buildSettingsChange } from './settings-messages.ts';

const lifetime = { blockhash: testKey('settings blockhash').address as string, lastValidBlockHeight: 1n };
const next = testKey('next agent').address;
const nextOwner = testKey('next owner').address;
const stranger = testKey('a third member').address;
let wallet: TestWallet;
let one: PlannedLimit;
let two: PlannedLimit;

const planned = async (revision: number, destinations: readonly Address[] = [testKey('paid').address]): Promise<PlannedLimit> => {
  const createKey = limitCreateKey(wallet.addresses.multisig, revision, NATIVE_ASSET);
  const spendingLimit = await spendingLimitAddress(wallet.addresses.multisig, createKey);
  return { asset: NATIVE_ASSET, amount: 5n, periodSeconds: 86_400, destinations, createKey, spendingLimit, decimals: 9 };
};
const onChain = (
  { spendingLimit, asset, amount, periodSeconds, destinations }: PlannedLimit,
  agent: Address,
): WalletOnChain['limits'][number] => ({
  ...{ spendingLimit, asset, amount, remaining: 1n, periodSeconds, destinations, members: [agent], vaultIndex: 0 },
});
const found = (patch: Partial<WalletOnChain> = {}): WalletOnChain => {
  const { multisig, owner, agent, feeAccount } = wallet.addresses;
  return {
    ...{ multisig, configAuthority: owner, threshold: 2, timeLockSeconds: 0, rentCollector: feeAccount, transactionIndex: 3n, slot: 1n },
    members: [owner, agent].map((key) => ({ key, permissions: 7 })),
    limits: [onChain(one, agent)],
    proposals: [],
    ...patch,
  };
};
const wanted = (patch: Partial<WantedSettings> = {}): WantedSettings => {
  const { owner, agent, feeAccount } = wallet.addresses;
  return { owner, agent, feeAccount, limits: [one], ...patch };
};
const effectsOf = (bytes: Uint8Array, owner: Address = wallet.addresses.owner): readonly Effect[] => {
  const { addresses } = wallet;
  return must(decodeMessage(bytes, { ...contextOf(wallet), addresses: { ...addresses, owner } }, NO_FACTS));
};
const actions = (effects: readonly Effect[]): readonly string[] =>
  effects.flatMap((effect) => (effect.kind === 'governance' ? [effect.action] : effect.kind === 'unknown' ? [effect.reason] : []));

beforeAll(async () => {
  wallet = await testWallet('settings');
  [one, two] = [await planned(1), await planned(2)];
});

describe('the messages that change settings', () => {
  test('nothing to change is no message', () => {
    expect(buildSettingsChange({ found: found(), wanted: wanted(), lifetime })).toEqual([]);
    // What an agent has spent is no difference.
    expect(buildSettingsChange({ found: found(), wanted: wanted({ limits: [{ ...one }] }), lifetime })).toEqual([]);
  });

  test("INVARIANT I8: an agent's rotation is one message: the old key's limits go first, then its membership, and the new limits come last", () => {
    const [message, ...more] = buildSettingsChange({ found: found(), wanted: wanted({ agent: next, limits: [two] }), lifetime });
    if (!message) throw new Error('a message');
    expect(more).toEqual([]);
    expect(message.signers).toEqual([wallet.addresses.feeAccount, wallet.addresses.owner]);
    const effects = effectsOf(message.bytes);
    expect(actions(effects)).toEqual(['remove_limit', 'add_member', 'remove_member', 'add_limit']);
    expect(effects).toContainEqual(expect.objectContaining({ action: 'add_member', member: next, permissions: 7 }));
    expect(effects).toContainEqual(expect.objectContaining({ action: 'remove_member', member: wallet.addresses.agent }));
    expect(effects).toContainEqual(expect.objectContaining({ action: 'add_limit', members: [next] }));
  });

  test('a limit at the same address for another agent is taken away and made anew', () => {
    const [message] = buildSettingsChange({ found: found(), wanted: wanted({ agent: next }), lifetime });
    expect(actions(effectsOf(message?.bytes ?? new Uint8Array()))).toEqual(['remove_limit', 'add_member', 'remove_member', 'add_limit']);
  });

  test("an owner's replacement is one message of the present config authority, which hands over last", () => {
    const [message, ...more] = buildSettingsChange({ found: found(), wanted: wanted({ owner: nextOwner }), lifetime });
    if (!message) throw new Error('a message');
    expect(more).toEqual([]);
    expect(transactionBytes(message)).toBe(473);
    expect(message.signers).toEqual([wallet.addresses.feeAccount, wallet.addresses.owner]);
    expect(actions(effectsOf(message.bytes))).toEqual(['add_member', 'remove_member', 'set_config_authority']);
  });

  test('after a hand-over the recovery key signs; what has landed before is not asked for again', () => {
    const recovery = testKey('recovery').address;
    const [message] = buildSettingsChange({ found: found({ configAuthority: recovery }), wanted: wanted({ owner: recovery }), lifetime });
    if (!message) throw new Error('a message');
    expect(message.signers).toEqual([wallet.addresses.feeAccount, recovery]);
    expect(actions(effectsOf(message.bytes, recovery))).toEqual(['add_member', 'remove_member']);
    const members = [recovery, wallet.addresses.agent].map((key) => ({ key, permissions: 7 }));
    expect(
      buildSettingsChange({ found: found({ configAuthority: recovery, members }), wanted: wanted({ owner: recovery }), lifetime }),
    ).toEqual([]);
    const [late] = buildSettingsChange({ found: found({ members }), wanted: wanted({ owner: recovery }), lifetime });
    expect(actions(effectsOf(late?.bytes ?? new Uint8Array()))).toEqual(['set_config_authority']);
  });

  test('INVARIANT I11: whatever is there and is not wanted goes: a third member, another threshold, another rent collector, a foreign limit', () => {
    const { owner, agent } = wallet.addresses;
    const drifted = found({
      threshold: 1,
      rentCollector: stranger,
      members: [owner, stranger, agent].map((key) => ({ key, permissions: 7 })),
      limits: [onChain(one, agent), { ...onChain(two, stranger), destinations: [] }],
    });
    const [message] = buildSettingsChange({ found: drifted, wanted: wanted(), lifetime });
    const effects = effectsOf(message?.bytes ?? new Uint8Array());
    expect(actions(effects)).toEqual(['remove_limit', 'set_threshold', 'remove_member', 'set_rent_collector']);
    expect(effects).toContainEqual(expect.objectContaining({ action: 'set_threshold', threshold: 2 }));
    expect(effects).toContainEqual(expect.objectContaining({ action: 'remove_member', member: stranger }));
  });

  test('where another fee account takes over, it pays and becomes rent collector: the old key is lost', () => {
    const fee = testKey('another fee account').address;
    const [message] = buildSettingsChange({ found: found(), wanted: wanted({ feeAccount: fee, agent: next, limits: [two] }), lifetime });
    expect(message?.signers).toEqual([fee, wallet.addresses.owner]);
    const context = { ...contextOf(wallet), addresses: { ...wallet.addresses, feeAccount: fee } };
    const effects = must(decodeMessage(message?.bytes ?? new Uint8Array(), context, NO_FACTS));
    expect(actions(effects)).toEqual(['remove_limit', 'add_member', 'remove_member', 'set_rent_collector', 'add_limit']);
    // Read as if the old fee account were still the one, the rent of the limit goes astray, and that is not understood.
    expect(effectsOf(message?.bytes ?? new Uint8Array()).filter(({ kind }) => kind === 'unknown')).not.toEqual([]);
  });

  test('what is too large for one message is several; members in and out are never parted', async () => {
    const { agent } = wallet.addresses;
    const many = Array.from({ length: 14 }, (_, index) => testKey(`many ${index}`).address);
    const limits = await Promise.all([11, 12, 13].map((revision) => planned(revision, many)));
    const old = await Promise.all(Array.from({ length: 22 }, (_, index) => planned(100 + index)));
    const before = found({ limits: old.map((limit) => onChain(limit, agent)) });
    const messages = buildSettingsChange({ found: before, wanted: wanted({ owner: nextOwner, agent: next, limits }), lifetime });
    expect(messages.length).toBeGreaterThan(2);
    for (const message of messages) expect(fits(message)).toBe(true);
    const each = messages.map(({ bytes }) => actions(effectsOf(bytes)));
    const swap = each.find((list) => list.includes('add_member')) ?? [];
    expect(swap.filter((action) => action.endsWith('_member'))).toEqual(['add_member', 'add_member', 'remove_member', 'remove_member']);
    const order = each.flat();
    expect(order.lastIndexOf('remove_limit')).toBeLessThan(order.indexOf('add_member'));
    expect(order.lastIndexOf('remove_member')).toBeLessThan(order.indexOf('add_limit'));
    expect(order.at(-1)).toBe('set_config_authority');
    expect(order).toHaveLength(22 + 4 + 3 + 1);
  });

  test('a member that stays with other permissions is told and not touched', () => {
    const { owner, agent } = wallet.addresses;
    const members = [
      { key: owner, permissions: 7 },
      { key: agent, permissions: 3 },
    ];
    expect(() => buildSettingsChange({ found: found({ members }), wanted: wanted(), lifetime })).toThrow('chain_differs');
    expect(buildSettingsChange({ found: found({ members }), wanted: wanted({ agent: next }), lifetime })).toHaveLength(1);
  });
});

test('owner and agent cancel together, many proposals in few messages', async () => {
  const messages = await buildCancellation(wallet.addresses, [3n, 4n, 9n], lifetime);
  expect(messages).toHaveLength(1);
  const { owner, agent, feeAccount } = wallet.addresses;
  expect(messages[0]?.signers).toEqual([feeAccount, owner, agent]);
  const effects = effectsOf(messages[0]?.bytes ?? new Uint8Array());
  expect(actions(effects)).toEqual(Array.from({ length: 6 }, () => 'cancel'));
  expect(effects.flatMap((effect) => (effect.kind === 'governance' && effect.action === 'cancel' ? [effect.member] : []))).toEqual([
    ...[owner, agent, owner, agent, owner, agent],
  ]);
  expect(
    (
      await buildCancellation(
        wallet.addresses,
        Array.from({ length: 40 }, (_, index) => BigInt(index)),
        lifetime,
      )
    ).length,
  ).toBeGreaterThan(1);
  expect(await buildCancellation(wallet.addresses, [], lifetime)).toEqual([]);
});
