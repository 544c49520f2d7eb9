import { type Address, type IDatabase, type ITransaction, rolesOf, type Wallet } from '@countersign/core';
import { expect, test } from 'vitest';
import { createTestKey } from '../test-key.ts';
import { aChange, anOwnerApproval, aRevision, beginRotation } from './database-owner-records.ts';
import { anAttempt, aPayer, aRequest, committed } from './database-records.ts';

const newAddress = (): Address => createTestKey().address;

/** The exchange of a wallet's keys: what it takes, and what waits meanwhile. */
export function describeRekeying(database: () => IDatabase): void {
  const run = <T>(work: (tx: ITransaction) => Promise<T>): Promise<T> => committed(database(), work);
  const refused = (constraint: string) => expect.objectContaining({ constraint });

  test('INVARIANT I8, attack: keys exchanged without consent, before it, or for others than were consented to', async () => {
    const { wallet } = await aPayer(database(), { policyRevision: null });
    const roles = rolesOf(wallet);
    const rekey = (to: Partial<typeof roles>) => run((tx) => tx.wallets.rekey(wallet.id, roles, { ...roles, ...to }));
    await expect(rekey({ agent: newAddress() }), 'nobody was asked').rejects.toEqual(refused('wallets_rekey'));
    const [agent, feeAccount] = [newAddress(), newAddress()];
    const approval = anOwnerApproval(wallet.id, 'rotate_agent_key', aChange(wallet, { agent, feeAccount, reason: 'lost' }));
    await run(async (tx) => {
      await tx.approvals.insert(approval);
      await tx.wallets.setRekeying(wallet.id, null, approval.id);
    });
    await expect(rekey({ agent, feeAccount }), 'it waits').rejects.toEqual(refused('wallets_rekey'));
    await run((tx) => tx.approvals.move(approval.id, 'waiting', 'executing', {}));
    for (const others of [{ agent }, { agent, feeAccount, owner: newAddress() }, { agent, feeAccount, recovery: newAddress() }])
      await expect(rekey(others)).rejects.toEqual(refused('wallets_rekey'));
    expect(await rekey({ agent, feeAccount })).toBe(true);
    expect(await run((tx) => tx.wallets.get(wallet.id))).toEqual({ ...wallet, agent, feeAccount, rekeyingBy: approval.id });
    expect(await run((tx) => tx.wallets.setRekeying(wallet.id, approval.id, null))).toBe(true);
    const back = run((tx) => tx.wallets.rekey(wallet.id, { ...roles, agent, feeAccount }, roles));
    await expect(back).rejects.toEqual(refused('wallets_rekey'));
  });

  test('INVARIANT I8, attack: a change of keys that no open approval of the wallet asks for, or beside another one', async () => {
    const { wallet } = await aPayer(database());
    const { wallet: stranger } = await aPayer(database());
    const begin = (id: typeof rotation.id) => run((tx) => tx.wallets.setRekeying(wallet.id, null, id));
    const rotation = anOwnerApproval(wallet.id, 'rotate_agent_key', aChange(wallet, { agent: newAddress() }));
    const revocation = anOwnerApproval(wallet.id, 'revoke_agent_key', null);
    const strangers = anOwnerApproval(stranger.id, 'rotate_agent_key', aChange(stranger, { agent: newAddress() }));
    const unfreeze = anOwnerApproval(wallet.id, 'unfreeze', null);
    const ended = anOwnerApproval(wallet.id, 'revoke_agent_key', null);
    await run(async (tx) => {
      await tx.approvals.insert(ended);
      await tx.approvals.move(ended.id, 'waiting', 'rejected', {});
      for (const approval of [rotation, revocation, strangers, unfreeze]) await tx.approvals.insert(approval);
    });
    for (const { id } of [strangers, unfreeze, ended]) await expect(begin(id)).rejects.toEqual(refused('wallets_rekeying'));
    expect(await begin(rotation.id)).toBe(true);
    expect(await begin(revocation.id), 'one is under way').toBe(false);
    const exchange = run((tx) => tx.wallets.setRekeying(wallet.id, rotation.id, revocation.id));
    await expect(exchange).rejects.toEqual(refused('wallets_rekeying'));
    const second = anOwnerApproval(wallet.id, 'rotate_agent_key', aChange(wallet, { agent: newAddress() }));
    await expect(run((tx) => tx.approvals.insert(second))).rejects.toEqual(refused('approvals_one_open_per_key_change'));
  });

  test('INVARIANT I8: an approval changes the key that its kind names, and no other', async () => {
    const { wallet } = await aPayer(database());
    const [agent, owner, recovery] = [newAddress(), newAddress(), newAddress()];
    const insert = (kind: 'rotate_agent_key' | 'replace_owner_key' | 'install_policy' | 'unfreeze' | 'arm_lockdown', change: typeof none) =>
      run((tx) => tx.approvals.insert(anOwnerApproval(wallet.id, kind, change)));
    const none = aChange(wallet) as ReturnType<typeof aChange> | null;
    for (const [kind, change] of [
      ['rotate_agent_key', null],
      ['rotate_agent_key', none],
      ['rotate_agent_key', aChange(wallet, { agent, owner })],
      ['rotate_agent_key', aChange(wallet, { agent, consentOf: 'recovery' })],
      ['replace_owner_key', null],
      ['replace_owner_key', aChange(wallet, { owner, agent })],
      ['install_policy', aChange(wallet, { agent })],
      ['install_policy', aChange(wallet, { recovery, consentOf: 'recovery' })],
      ['unfreeze', none],
      ['arm_lockdown', aChange(wallet, { recovery })],
    ] as const)
      await expect(insert(kind, change), kind).rejects.toEqual(refused('approvals_change'));
    const replacement = anOwnerApproval(wallet.id, 'replace_owner_key', aChange(wallet, { owner, consentOf: 'recovery' }));
    await run((tx) => tx.approvals.insert(replacement));
    expect(await run((tx) => tx.approvals.get(replacement.id))).toEqual(replacement);
  });

  test('the recovery key follows the policy that pins it, and no earlier one', async () => {
    const { wallet } = await aPayer(database());
    const [first, second] = [newAddress(), newAddress()];
    const installing = (revision: number, recovery: Address) => ({
      ...anOwnerApproval(wallet.id, 'install_policy', aChange(wallet, { recovery, reason: null })),
      policyRevision: revision,
    });
    const rekey = (tx: ITransaction, from: Address | null, to: Address | null) =>
      tx.wallets.rekey(wallet.id, { ...rolesOf(wallet), recovery: from }, { ...rolesOf(wallet), recovery: to });
    const install = (revision: number, from: Address | null, to: Address) =>
      run(async (tx) => {
        const approval = installing(revision, to);
        await tx.approvals.insert(approval);
        await tx.approvals.move(approval.id, 'waiting', 'executing', {});
        await tx.policies.insert(aRevision(wallet.id, { revision }));
        if (revision > 1) await tx.policies.move(wallet.id, revision - 1, 'active', 'superseded', 1);
        await tx.policies.move(wallet.id, revision, 'proposed', 'active', 1);
        await tx.wallets.setPolicyRevision(wallet.id, revision === 1 ? null : revision - 1, revision);
        expect(await rekey(tx, from, to)).toBe(true);
        await tx.approvals.move(approval.id, 'executing', 'done', {});
      });
    await expect(run((tx) => rekey(tx, null, first))).rejects.toEqual(refused('wallets_rekey'));
    await install(1, null, first);
    await install(2, first, second);
    await expect(
      run((tx) => rekey(tx, second, first)),
      'that policy is superseded',
    ).rejects.toEqual(refused('wallets_rekey'));
    expect((await run((tx) => tx.wallets.get(wallet.id)))?.recovery).toBe(second);
  });

  test('INVARIANT I8, attack: something else is signed while the keys are being changed', async () => {
    const { wallet, credential } = await aPayer(database());
    const request = aRequest(credential);
    const payment = anAttempt(request, 1n, { holding: null });
    const { approval } = await beginRotation(database(), wallet);
    const settings = anAttempt(request, 1n, { requestId: null, approvalId: approval.id, holding: null });
    await run(async (tx) => {
      await tx.requests.insert(request);
      await tx.attempts.insert(payment);
      await tx.attempts.insert(settings);
    });
    const sign = (id: typeof payment.id) =>
      run((tx) => tx.attempts.move(id, 'prepared', 'signed', { wire: Uint8Array.of(1), signature: id }));
    await expect(sign(payment.id)).rejects.toEqual(refused('attempts_signed_while_rekeying'));
    expect(await sign(settings.id)).toBe(true);
  });

  test('the wallets of an owner are found, and locked as they are after the owner was replaced', async () => {
    const { wallet: one } = await aPayer(database());
    const { wallet: moving } = await aPayer(database(), { owner: one.owner });
    expect((await run((tx) => tx.wallets.ofOwner(one.owner))).map(({ id }) => id)).toEqual([one.id, moving.id].sort().reverse());
    expect(await run((tx) => tx.wallets.ofOwner(newAddress()))).toEqual([]);
    const owner = newAddress();
    const approval = anOwnerApproval(moving.id, 'replace_owner_key', aChange(moving, { owner }));
    const { wallet: sibling } = await aPayer(database(), { owner });
    let locking = Promise.resolve<readonly Wallet[]>([]);
    await run(async (tx) => {
      await tx.approvals.insert(approval);
      await tx.approvals.move(approval.id, 'waiting', 'executing', {});
      await tx.wallets.setRekeying(moving.id, null, approval.id);
      // It waits for this transaction, and had looked for the owner before.
      locking = run((other) => other.wallets.lockWithSiblings(moving.id));
      await new Promise((resolve) => setTimeout(resolve, 60));
      await tx.wallets.rekey(moving.id, rolesOf(moving), { ...rolesOf(moving), owner });
    });
    const locked = await locking;
    expect(locked.map(({ id }) => id)).toEqual([moving.id, sibling.id]);
    expect(locked[0]?.owner).toBe(owner);
  });
}
