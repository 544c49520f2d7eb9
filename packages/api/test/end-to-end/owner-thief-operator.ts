import type { ApprovalView, CountersignClient } from '@countersign/sdk';
import { createTestKey, type TestKey } from '@countersign/testkit';
import { expect, test } from 'vitest';
import { onChain } from './owner-chain.ts';
import { consent, prepare, signPrepared, signText, statementOf } from './owner-desk.ts';
import { openKeyFile } from './read-key-file.ts';
import { consentTo, must, until } from './stack.ts';
import { answerOf, type Stage, type Victim } from './thief-stage.ts';

const refusal = (code: string) => ({ ok: false, error: { code } });

/** The one whose sealed key the service opens when it is given the passphrase. */
export interface OpenedHere {
  readonly wallet: string;
  readonly owner: string;
  readonly passphrase: string;
}

/** An operator's credential, an agent's, a node that lies, and whoever stands between an owner and the sign-in. */
export function operatorAttacks(stage: () => Stage, victim: () => Victim, other: () => Victim, here: () => OpenedHere): void {
  const thief = createTestKey();

  test('INVARIANT I7: an operator proposes what it likes, and none of it comes to be without the owner’s own signature', async () => {
    const { operator } = stage().stack;
    const { id, owner, vault, merchant } = victim();
    const before = await stage().balance(vault);
    const chainBefore = await onChain(stage(), victim());
    expect(await operator.replaceOwnerKey(id, { owner: thief.address, consentOf: 'recovery' })).toMatchObject(
      refusal('recovery_key_missing'),
    );
    const [policy] = must(await operator.listPolicies(id)).items;
    const text = policy?.text ?? '';
    const makeKits = (): ReturnType<CountersignClient['makeKits']> => operator.makeKits(id, { purpose: 'lockdown' });
    const proposals: readonly (() => Promise<ApprovalView>)[] = [
      async () => must(await operator.rotateAgentKey(id)),
      async () => must(await operator.replaceOwnerKey(id, { owner: thief.address })),
      async () => must(await operator.revokeAgentKey(id)),
      async () => must(await makeKits()),
      async () => must(await operator.proposePolicy(id, { policy: text, recovery: thief.address })).approval,
    ];
    expect(await operator.makeKits(id, { purpose: 'recovery' })).toMatchObject(refusal('recovery_key_missing'));
    const nothing = { statementSignature: null, messageSignatures: [] };
    for (const propose of proposals) {
      const { id: approval, change } = await propose();
      const prepared = await prepare(operator, approval);
      for (const key of [thief, other().owner]) {
        const { newOwnerSignature, ...rest } = signPrepared(prepared, { owner: key, newOwner: thief });
        const given = change?.owner ? { ...rest, newOwnerSignature } : rest;
        expect(await operator.approve(approval, given)).toMatchObject(refusal('owner_signature_invalid'));
      }
      expect((await operator.approve(approval, nothing)).ok).toBe(false);
      expect((await victim().agent.approve(approval, nothing)).ok).toBe(false);
      expect(await victim().agent.prepareApproval(approval)).toMatchObject(refusal('forbidden'));
      must(await operator.reject(approval));
    }
    // Consent to one is no consent to another.
    const [rotation, kits] = [must(await operator.rotateAgentKey(id)), must(await makeKits())];
    const rotate = signPrepared(await prepare(operator, rotation.id), { owner });
    const arm = signPrepared(await prepare(operator, kits.id), { owner });
    await prepare(operator, rotation.id);
    await prepare(operator, kits.id);
    const crossed = [
      [kits.id, rotate],
      [rotation.id, arm],
      [rotation.id, { ...arm, statementSignature: rotate.statementSignature }],
      [rotation.id, rotate],
    ] as const;
    for (const [approval, given] of crossed) expect((await operator.approve(approval, given)).ok).toBe(false);
    for (const each of [rotation, kits]) must(await operator.reject(each.id));
    const { slot: _before, ...settings } = chainBefore;
    expect(await onChain(stage(), victim())).toMatchObject(settings);
    expect(must(await operator.getWallet(id))).toMatchObject({ owner: owner.address, recovery: null, rekeyingBy: null, state: 'active' });
    expect(await stage().balance(vault)).toBe(before);
    const agent = victim().agent;
    const forbidden: readonly Promise<unknown>[] = [
      agent.tightenPolicy(id, { policy: text }),
      agent.lockDown(id),
      agent.rotateAgentKey(id),
      agent.replaceOwnerKey(id, { owner: thief.address }),
      agent.revokeAgentKey(id),
      agent.makeKits(id, { purpose: 'lockdown' }),
      agent.getAgentBackup(id),
      agent.restoreAgentKey(id, { backup: 'AAAA' }),
      agent.changesSinceFreeze(id),
      agent.approveHere(rotation.id, { passphrase: 'x' }),
    ];
    for (const each of forbidden) expect(await each).toMatchObject(refusal('forbidden'));
    expect(merchant).toBe(victim().merchant);
  });

  test('INVARIANT I5: preparing kits again and again costs the fee account what it costs once', async () => {
    const { operator } = stage().stack;
    const { addresses, id } = victim();
    const { id: approval } = must(await operator.makeKits(id, { purpose: 'lockdown' }));
    await prepare(operator, approval);
    const before = await stage().balance(addresses.feeAccount);
    for (let times = 0; times < 6; times += 1) {
      const again = must(await operator.makeKits(id, { purpose: 'lockdown' }));
      expect(again.id).toBe(approval);
      await prepare(operator, approval);
    }
    for (let times = 0; times < 3; times += 1) {
      must(await operator.reject(must(await operator.makeKits(id, { purpose: 'lockdown' })).id));
      await prepare(operator, must(await operator.makeKits(id, { purpose: 'lockdown' })).id);
    }
    expect(await stage().balance(addresses.feeAccount)).toBe(before);
  });

  test('INVARIANT I9: a backup is sealed, is no other wallet’s, and comes back for no wallet that has a key', async () => {
    const { operator } = stage().stack;
    const { backup, agent } = must(await operator.getAgentBackup(victim().id));
    expect(agent).toBe(victim().addresses.agent);
    const bytes = Buffer.from(backup, 'base64');
    expect(openKeyFile(bytes).key.address).toBe(agent);
    const text = bytes.toString();
    expect(() => openKeyFile(Buffer.from(text.replace(victim().id, other().id)))).toThrow();
    for (const changed of [text, text.replace(victim().id, other().id), text.slice(0, -4), 'x'])
      for (const each of [victim(), other()])
        expect((await operator.restoreAgentKey(each.id, { backup: Buffer.from(changed).toString('base64') })).ok).toBe(false);
    expect(must(await operator.getWallet(victim().id)).agent).toBe(agent);
  });

  test('INVARIANT I9: the key that is opened here opens for its passphrase alone, for its own wallet, and never for another owner or a recovery kit', async () => {
    const { operator } = stage().stack;
    const { wallet, passphrase } = here();
    const freeze = must(await operator.freeze(wallet));
    expect(freeze.wallet.state).toBe('frozen');
    const unfreeze = must(await operator.requestUnfreeze(wallet)).id;
    for (const guess of ['x', `${passphrase} `, passphrase.toUpperCase(), passphrase.slice(0, -1)])
      expect(await operator.approveHere(unfreeze, { passphrase: guess })).toMatchObject(refusal('owner_key_refused'));
    expect(must(await operator.getWallet(wallet)).state).toBe('frozen');
    const refused = must(await operator.listAudit({ chain: wallet })).items.filter(({ action }) => action === 'approval.opening_refused');
    expect(refused).toHaveLength(4);
    expect(JSON.stringify(refused)).not.toContain(passphrase.slice(0, -1));
    // Of guesses at once one is tried.
    const guesses = await Promise.all(Array.from({ length: 6 }, () => operator.approveHere(unfreeze, { passphrase: 'guess' })));
    expect(guesses.filter((each) => !each.ok && each.error.code === 'owner_key_unavailable').length).toBeGreaterThan(0);
    must(await operator.freeze(victim().id));
    const theirs = must(await operator.requestUnfreeze(victim().id)).id;
    expect(await operator.approveHere(theirs, { passphrase })).toMatchObject(refusal('owner_key_refused'));
    must(await consent(operator, theirs, { owner: victim().owner }));
    const replacement = must(await operator.replaceOwnerKey(wallet, { owner: thief.address })).id;
    expect(await operator.approveHere(replacement, { passphrase })).toMatchObject(refusal('owner_key_refused'));
    const kit = must(await operator.makeKits(wallet, { purpose: 'recovery' })).id;
    await prepare(operator, kit);
    expect(await operator.approveHere(kit, { passphrase })).toMatchObject(refusal('owner_key_refused'));
    expect(must(await operator.listKits(wallet)).items.filter(({ state }) => state === 'handed_out')).toEqual([]);
    for (const each of [replacement, kit]) must(await operator.reject(each));
    must(await operator.approveHere(unfreeze, { passphrase }));
    expect(must(await operator.getWallet(wallet)).state).toBe('active');
    expect(await operator.approveHere(unfreeze, { passphrase })).toMatchObject(refusal('approval_not_waiting'));
  });

  test('INVARIANT I5, I8: of two nodes one lies about limits, members or nonces: nothing is prepared, armed or unfrozen on its word', async () => {
    const { operator } = stage().stack;
    const { replica } = stage();
    const { id, owner } = other();
    const there: CountersignClient = replica.client(other().ownerSecret);
    const chainBefore = await onChain(stage(), other());
    must(await operator.freeze(id));
    const approvals = [
      must(await operator.rotateAgentKey(id)).id,
      must(await operator.revokeAgentKey(id)).id,
      must(await operator.makeKits(id, { purpose: 'lockdown' })).id,
    ];
    const unfreeze = must(await operator.requestUnfreeze(id)).id;
    const prepared = await prepare(there, unfreeze);
    replica.node.lie('getProgramAccounts', (_params, result) => (Array.isArray(result) ? [] : { ...(result as object), value: [] }));
    for (const approval of approvals) expect(await there.prepareApproval(approval)).toMatchObject({ ok: false });
    expect(await there.approve(unfreeze, consentTo(prepared, owner))).toMatchObject({ ok: false });
    expect(replica.node.told()).toBeGreaterThan(0);
    expect(must(await operator.getWallet(id)).state).toBe('frozen');
    replica.node.lie(null);
    const { slot: _slot, ...settings } = chainBefore;
    expect(await onChain(stage(), other())).toMatchObject(settings);
    for (const approval of approvals) must(await operator.reject(approval));
    await until('it unfreezes', async () => (await consent(there, unfreeze, { owner })).ok);
    expect(must(await operator.getWallet(id)).state).toBe('active');
  });

  test('INVARIANT I6: a sign-in is of one owner, to this service, once; it is no statement, and no statement is a sign-in', async () => {
    const { url, client } = stage().stack;
    const anybody = client(null);
    const { owner, id, walletId } = victim();
    const ask = async (key: TestKey): Promise<string> => must(await anybody.askSignIn({ owner: key.address })).text;
    const spoofed = await fetch(`${url}/v1/sign-in/challenge`, {
      method: 'POST',
      headers: {
        'content-type': 'application/json',
        'x-forwarded-host': 'evil.example',
        forwarded: 'host=evil.example',
        origin: 'https://evil.example',
      },
      body: JSON.stringify({ owner: owner.address }),
    });
    if (spoofed.ok) expect(((await spoofed.json()) as { readonly text: string }).text).not.toContain('evil');
    const text = await ask(owner);
    const signature = signText(owner, text);
    const bad: readonly (readonly [string, string])[] = [
      [text, signText(thief, text)],
      [text, signText(other().owner, text)],
      [text.replace(owner.address, thief.address), signText(thief, text.replace(owner.address, thief.address))],
      [text.replace('Version: 1', 'Version: 2'), signText(owner, text.replace('Version: 1', 'Version: 2'))],
      [text.replace(/^[^ ]+/, 'evil.example'), signText(owner, text.replace(/^[^ ]+/, 'evil.example'))],
      [text.replace(/Nonce: .*/, `Nonce: ${'0'.repeat(32)}`), signText(owner, text.replace(/Nonce: .*/, `Nonce: ${'0'.repeat(32)}`))],
      [`${text}\n`, signText(owner, `${text}\n`)],
    ];
    for (const [said, signed] of bad) expect(await anybody.signIn({ text: said, signature: signed })).toMatchObject({ ok: false });
    // Another service of the same owner cannot pass it on.
    const elsewhere = await fetch(`${stage().replica.url}/v1/sign-in`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ text, signature }),
    });
    expect(elsewhere.ok).toBe(false);
    // Who had the text could use the question up: the owner asks again.
    const fresh = await ask(owner);
    const answer = { text: fresh, signature: signText(owner, fresh) };
    const { secret } = must(await anybody.signIn(answer));
    expect(await anybody.signIn(answer)).toMatchObject({ ok: false });
    expect(await anybody.freeze(id, { statement: fresh, signature: answer.signature })).toMatchObject({ ok: false });
    const ownerSignature = owner.sign(new TextEncoder().encode(fresh));
    expect(await answerOf(stage().keys.resumeAgentKey({ walletId, statement: fresh, ownerSignature }))).toBe('bad_statement');
    const statement = await statementOf(stage(), victim(), { action: 'freeze' });
    expect(await anybody.signIn({ text: statement, signature: signText(owner, statement) })).toMatchObject({ ok: false });
    // A freeze is no unfreeze, and the signer takes neither for the other.
    const frozen = { walletId, statement, ownerSignature: owner.sign(new TextEncoder().encode(statement)) };
    expect(await answerOf(stage().keys.resumeAgentKey(frozen))).toBe('bad_statement');
    const session = client(secret);
    must(await session.signOut());
    expect(await session.getWallet(id)).toMatchObject(refusal('unauthenticated'));
  });
}
