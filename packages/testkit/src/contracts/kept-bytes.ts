import { randomBytes } from 'node:crypto';
import { encodeBase58 } from '@countersign/core';
import { describe, expect, test } from 'vitest';
import { createTestKey } from '../test-key.ts';
import { type KeyWorld, refused } from './key-world.ts';
import { errorOf, must } from './must.ts';
import { destroyOrder, installOrder, rotateOrder, unfreezeOrder } from './owner-orders.ts';

/** What the signer seals for the service, and backups of keys. */
export function describeKeptBytes(world: KeyWorld): void {
  const { newId, enroll, bounds, enrollWithBounds, prepare, spend, state } = world;
  describe('sealed bytes', () => {
    test('come back whole, only for the wallet and label that they were sealed for', async () => {
      const { keys } = world;
      const [{ walletId }, other] = [await enroll(), await enroll()];
      for (const length of [0, 64, 4_096]) {
        const bytes = Uint8Array.from(randomBytes(length));
        const sealed = must(await keys.sealBytes({ walletId, label: 'kit', bytes }));
        expect(Buffer.compare(must(await keys.openBytes({ walletId, label: 'kit', sealed })), bytes)).toBe(0);
        if (length > 0) expect(Buffer.from(sealed).includes(Buffer.from(bytes))).toBe(false);
        const changed = sealed.map((byte, at) => (at === sealed.length - 1 ? byte ^ 1 : byte));
        for (const wrong of [
          { walletId: other.walletId, label: 'kit', sealed },
          { walletId, label: 'kits', sealed },
          { walletId, label: 'kit', sealed: changed },
          { walletId, label: 'kit', sealed: sealed.slice(1) },
          { walletId, label: 'kit', sealed: new Uint8Array() },
        ])
          expect(errorOf(await keys.openBytes(wrong))).toMatchObject(refused('malformed'));
      }
      const long = { walletId, label: 'kit', bytes: new Uint8Array(4_097) };
      expect(errorOf(await keys.sealBytes(long))).toMatchObject(refused('malformed'));
    });
  });

  describe('backups', () => {
    test('INVARIANT I9: hold no key that others can read; a wallet that is known takes none back', async () => {
      const { keys } = world;
      const { walletId } = await enrollWithBounds();
      const backup = must(await keys.readBackup(walletId));
      expect(backup.length).toBeGreaterThan(0);
      expect(errorOf(await keys.restoreAgentKey(backup))).toMatchObject(refused('wrong_wallet'));
      for (const bytes of [new Uint8Array(), new Uint8Array(300), Buffer.from(encodeBase58(randomBytes(32)))])
        expect(errorOf(await keys.restoreAgentKey(Uint8Array.from(bytes)))).toMatchObject(refused('malformed'));
    });
    test('there is none of a wallet whose key was destroyed or lost', async () => {
      const { keys, subject } = world;
      const wallet = await enrollWithBounds();
      const { walletId } = wallet;
      const backup = must(await keys.readBackup(walletId));
      must(await keys.revokeAgentKey({ walletId, ...destroyOrder(subject.owner, await bounds(wallet)) }));
      expect(errorOf(await keys.readBackup(walletId))).toMatchObject(refused('unknown_wallet'));
      expect(errorOf(await keys.restoreAgentKey(backup))).toMatchObject(refused('wrong_wallet'));
    });
  });

  describe('a wallet that this keystore does not know', () => {
    test('gets a key by preparing one and the owner’s statement over it, at whatever revision', async () => {
      const { keys, subject } = world;
      const pins = await world.pinOf(newId());
      const created = { createKey: must(await keys.getCreateKey(pins.walletId)), feeAccount: must(await keys.getFeeAccount()) };
      const lost = { ...pins, ...created, agent: createTestKey().address };
      const { walletId } = lost;
      const next = await prepare(lost);
      expect(await prepare(lost)).toEqual(next);
      expect(errorOf(await keys.getAgentPublicKey(walletId))).toMatchObject(refused('unknown_wallet'));
      expect(await state(lost)).toBeUndefined();
      const message = await subject.makeSpendMessage(next);
      expect(errorOf(await spend(walletId, message))).toMatchObject(refused('unknown_wallet'));
      must(await keys.signWithFeeKey({ walletId, message: await subject.makeNonceMessage(next) }));
      const seventh = await bounds(next, { revision: 7 });
      expect(errorOf(await keys.installBounds({ walletId, ...installOrder(subject.owner, seventh) }))).toMatchObject(
        refused('unknown_wallet'),
      );
      must(await keys.suspendAgentKey(walletId));
      const order = rotateOrder(subject.owner, lost.agent, seventh);
      expect(must(await keys.rotateAgentKey({ walletId, ...order }))).toEqual({ revision: 7, agent: next.agent });
      expect(await state(next), 'INVARIANT I7: stopped while it had no key').toMatchObject({ state: 'suspended', policyRevision: 7 });
      must(await keys.resumeAgentKey({ walletId, ...unfreezeOrder(subject.owner, { network: subject.network, wallet: next.multisig }) }));
      must(await spend(walletId, message));
    });
  });
}
