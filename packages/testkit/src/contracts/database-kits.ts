import { randomBytes } from 'node:crypto';
import { type Approval, type IDatabase, type ITransaction, type Kit, makeId, type WalletId } from '@countersign/core';
import { expect, test } from 'vitest';
import { createTestKey } from '../test-key.ts';
import { aKit, anOwnerApproval } from './database-owner-records.ts';
import { aPayer, committed } from './database-records.ts';

const SEALED = Uint8Array.of(7, 7);
const WIRE = { wire: Uint8Array.of(8), signature: 'sig' };

/** What the owner signed ahead of need. */
export function describeKits(database: () => IDatabase): void {
  const run = <T>(work: (tx: ITransaction) => Promise<T>): Promise<T> => committed(database(), work);
  const refused = (constraint: string) => expect.objectContaining({ constraint });

  async function kitsOf(kind: 'arm_lockdown' | 'make_recovery_kit', make: (approval: Approval) => readonly Kit[], of?: WalletId) {
    const approval = anOwnerApproval(of ?? (await aPayer(database())).wallet.id, kind, null);
    const kits = make(approval);
    await run(async (tx) => {
      await tx.approvals.insert(approval);
      for (const kit of kits) await tx.kits.insert(kit);
    });
    return { approval, kits };
  }
  const arm = (tx: ITransaction, { id }: Kit) => tx.kits.move(id, 'waiting', 'armed', { sealedSignature: SEALED });

  test('a lockdown from making to use', async () => {
    const { approval, kits } = await kitsOf('arm_lockdown', (of) => [aKit(of, 'lockdown', { part: 1 }), aKit(of, 'lockdown')]);
    const [second, first] = kits as readonly [Kit, Kit];
    expect(await run((tx) => tx.kits.ofApproval(approval.id))).toEqual([first, second]);
    await run(async (tx) => {
      expect(await arm(tx, first)).toBe(true);
      expect(await arm(tx, first)).toBe(false);
      await tx.kits.move(second.id, 'waiting', 'void', { problem: 'refused' });
      await tx.kits.move(first.id, 'armed', 'called', {});
    });
    const move = (from: Kit['state'], to: Kit['state']) => run((tx) => tx.kits.move(first.id, from, to, WIRE));
    const both = await Promise.all([move('called', 'sent'), move('called', 'sent')]);
    expect(both.filter((moved) => moved)).toHaveLength(1);
    expect(await run((tx) => tx.kits.get(first.id))).toEqual({ ...first, state: 'sent', sealedSignature: SEALED, ...WIRE });
    await run((tx) => tx.kits.move(first.id, 'sent', 'used', {}));
    const list = async (purpose: 'lockdown' | 'recovery' | null, states: readonly Kit['state'][]) =>
      (await run((tx) => tx.kits.list(approval.walletId, { purpose, states }))).map(({ id }) => id);
    expect(await list(null, ['used', 'void'])).toEqual([first.id, second.id].sort().reverse());
    expect(await list('lockdown', ['used'])).toEqual([first.id]);
    expect(await list('recovery', ['used', 'void'])).toEqual([]);
    expect(await run((tx) => tx.kits.get(aKit(approval, 'lockdown').id))).toBeNull();
  });

  test('INVARIANT I2, attack: a kit without the bytes that its state needs, with others, or with exchanged ones', async () => {
    const { approval, kits } = await kitsOf('arm_lockdown', (of) => [aKit(of, 'lockdown')]);
    const [kit] = kits as readonly [Kit];
    const move = (from: Kit['state'], to: Kit['state'], change: Parameters<ITransaction['kits']['move']>[3]) =>
      run((tx) => tx.kits.move(kit.id, from, to, change));
    const insert = (change: Partial<Kit>) => run((tx) => tx.kits.insert(aKit(approval, 'lockdown', { part: 1, ...change })));
    await expect(insert({ state: 'armed', sealedSignature: SEALED })).rejects.toEqual(refused('kits_begin'));
    await expect(insert({ sealedSignature: SEALED })).rejects.toEqual(refused('kits_signed_has_bytes'));
    await expect(insert({ part: 0 })).rejects.toEqual(refused('kits_part_once'));
    const outdated = aKit(approval, 'lockdown', { part: 1 });
    await run((tx) => tx.kits.insert(outdated));
    await run((tx) => tx.kits.move(outdated.id, 'waiting', 'void', {}));
    await run((tx) => tx.kits.insert(aKit(approval, 'lockdown', { part: 1 })));
    await expect(insert({ limits: [] }), 'it removes nothing').rejects.toEqual(refused('kits_limits'));
    await expect(move('waiting', 'armed', {})).rejects.toEqual(refused('kits_signed_has_bytes'));
    await expect(move('waiting', 'handed_out', {})).rejects.toEqual(refused('kits_purpose'));
    await expect(move('waiting', 'used', {})).rejects.toEqual(refused('kits_move'));
    await run((tx) => arm(tx, kit));
    await expect(move('armed', 'sent', WIRE), 'nobody called for it').rejects.toEqual(refused('kits_move'));
    await run((tx) => tx.kits.move(kit.id, 'armed', 'called', {}));
    await expect(move('called', 'sent', {})).rejects.toEqual(refused('kits_signed_has_bytes'));
    await expect(move('called', 'armed', WIRE)).rejects.toEqual(refused('kits_signed_immutable'));
    await expect(move('called', 'sent', { ...WIRE, sealedSignature: Uint8Array.of(1) })).rejects.toEqual(refused('kits_signed_immutable'));
    await move('called', 'sent', WIRE);
    await expect(move('sent', 'used', { signature: 'other' })).rejects.toEqual(refused('kits_signed_immutable'));
  });

  test('a recovery kit is handed out and not kept', async () => {
    const { approval, kits } = await kitsOf('make_recovery_kit', (of) => [aKit(of, 'recovery')]);
    const [kit] = kits as readonly [Kit];
    await expect(run((tx) => arm(tx, kit))).rejects.toEqual(refused('kits_purpose'));
    const keep = run((tx) => tx.kits.move(kit.id, 'waiting', 'handed_out', { sealedSignature: SEALED }));
    await expect(keep).rejects.toEqual(refused('kits_signed_immutable'));
    const limited = aKit(approval, 'recovery', { part: 1, limits: [createTestKey().address] });
    await expect(run((tx) => tx.kits.insert(limited))).rejects.toEqual(refused('kits_limits'));
    expect(await run((tx) => tx.kits.move(kit.id, 'waiting', 'handed_out', {}))).toBe(true);
    expect(await run((tx) => tx.kits.move(kit.id, 'handed_out', 'stale', { problem: 'the nonce moved' }))).toBe(true);
  });

  test('attack: two armings beside each other, or two kits over one nonce', async () => {
    const { approval, kits } = await kitsOf('arm_lockdown', (of) => [aKit(of, 'lockdown'), aKit(of, 'lockdown', { part: 1 })]);
    const [first, second] = kits as readonly [Kit, Kit];
    const { kits: others } = await kitsOf(
      'arm_lockdown',
      (of) => [aKit(of, 'lockdown'), aKit(of, 'lockdown', { part: 7 })],
      approval.walletId,
    );
    const [rival, beside] = others as readonly [Kit, Kit];
    const both = await Promise.allSettled([run((tx) => arm(tx, first)), run((tx) => arm(tx, rival))]);
    expect(both.map(({ status }) => status).sort()).toEqual(['fulfilled', 'rejected']);
    const [won, lost] = both[0]?.status === 'fulfilled' ? [first, beside] : [rival, second];
    await expect(
      run((tx) => arm(tx, lost)),
      'of another arming',
    ).rejects.toEqual(refused('kits_one_arming'));
    await run((tx) => tx.kits.move(won.id, 'armed', 'called', {}));
    await expect(run((tx) => arm(tx, lost))).rejects.toEqual(refused('kits_one_arming'));
    await run(async (tx) => {
      await tx.kits.move(won.id, 'called', 'stale', {});
      await arm(tx, lost);
    });
    const { kits: same } = await kitsOf('arm_lockdown', (of) => [aKit(of, 'lockdown', lost)].map((kit) => ({ ...kit, ...fresh(of) })));
    await expect(run((tx) => arm(tx, same[0] as Kit))).rejects.toEqual(refused('kits_nonce_once'));
  });
  const fresh = ({ id: approvalId, walletId }: Approval) =>
    ({ id: makeId('kit', Date.now(), randomBytes(10)), approvalId, walletId, state: 'waiting', sealedSignature: null }) as const;
}
