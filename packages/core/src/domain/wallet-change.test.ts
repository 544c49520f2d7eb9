import { describe, expect, test } from 'vitest';
import type { WalletId } from './ids.ts';
import { ADDRESSES, named } from './test-support/decision-facts.ts';
import type { Wallet } from './wallet.ts';
import { changed, consentKeyOf, noChange, rolesOf } from './wallet-change.ts';

const WALLET: Wallet = {
  ...ADDRESSES,
  id: 'wal_1' as WalletId,
  name: 'test',
  state: 'active',
  policyRevision: 1,
  recovery: named('recovery'),
  timeLockSeconds: 0,
  frozenReason: null,
  rekeyingBy: null,
  createdAtMs: 0,
};

describe('a change of keys', () => {
  test('no change leaves the wallet as it is', () => {
    expect(changed(WALLET, null)).toBe(WALLET);
    expect(changed(WALLET, noChange(WALLET))).toEqual(WALLET);
  });

  test('it replaces the keys that it names and nothing else', () => {
    const [agent, owner, feeAccount] = [named('agent two'), named('owner two'), named('fee two')];
    expect(changed(WALLET, { ...noChange(WALLET), agent })).toEqual({ ...WALLET, agent });
    expect(changed(WALLET, { ...noChange(WALLET), owner, recovery: null })).toEqual({ ...WALLET, owner, recovery: null });
    expect(rolesOf(changed(WALLET, { ...noChange(WALLET), feeAccount }))).toEqual({ ...rolesOf(WALLET), feeAccount });
  });

  test('INVARIANT I6: the owner consents, or the recovery key where the change says so', () => {
    expect(consentKeyOf(WALLET, null)).toBe(WALLET.owner);
    expect(consentKeyOf(WALLET, noChange(WALLET))).toBe(WALLET.owner);
    expect(consentKeyOf(WALLET, { ...noChange(WALLET), consentOf: 'recovery' })).toBe(WALLET.recovery);
    expect(consentKeyOf({ ...WALLET, recovery: null }, { ...noChange(WALLET), consentOf: 'recovery' })).toBeNull();
  });
});
