import { describe, expect, test } from 'vitest';
import type { AgentPolicy } from './agent-policy.ts';
import { NATIVE_ASSET } from './asset.ts';
import { decide } from './decide.ts';
import type { Effect } from './effect.ts';
import { escalationOf } from './escalation.ts';
import type { DecisionFacts, WalletHistory } from './facts.ts';
import {
  ADDRESSES,
  aPolicy,
  assetRule,
  call,
  facts,
  OWN_TOKEN_ACCOUNT,
  outflow,
  STRANGER,
  simulation,
  USDC,
} from './test-support/decision-facts.ts';

const escalated = (effects: readonly Effect[], policy: AgentPolicy = aPolicy(), patch: Partial<DecisionFacts> = {}) => {
  const given = facts(effects, policy, patch);
  return escalationOf(decide(given), given);
};
const past = (patch: Partial<WalletHistory>) => ({
  history: { lastAloneAtMs: null, paidBefore: [], denials: 0, failuresInARow: 0, ...patch },
});
const unknown: Effect = { kind: 'unknown', instruction: 0, program: STRANGER, reason: 'bad bytes' };

describe('escalationOf: one decision', () => {
  test('what is allowed escalates nothing', () => expect(escalated([outflow(1n)])).toBeNull());
  test('what needs the owner', () => expect(escalated([outflow(101n)])).toBe('REQUIRE_OWNER_APPROVAL'));
  test('what needs a delay, in which the owner may veto', () => {
    const delayed = assetRule(NATIVE_ASSET, { perTransaction: { autonomous: 1n, ceiling: 9n, delayed: { upTo: 5n, delaySeconds: 60 } } });
    expect(escalated([outflow(2n)], aPolicy({ assets: [delayed] }))).toBe('REQUIRE_OWNER_APPROVAL');
  });
  const clumsy: readonly (readonly [string, readonly Effect[], Partial<DecisionFacts>])[] = [
    ['over the ceiling', [outflow(1_001n)], {}],
    ['an unlisted recipient', [outflow(1n, { destination: STRANGER })], {}],
    ['bad bytes', [unknown], {}],
    ['a program that is not listed', [call()], {}],
    ['an inner instruction that is not understood', [outflow(1n)], { simulation: simulation({ innerEffects: [unknown] }) }],
    ['a frozen wallet', [outflow(1n)], { walletState: 'frozen' }],
    ['no policy', [outflow(1n)], { policy: null }],
    ['a simulation that fails', [outflow(1n)], { simulation: simulation({ succeeded: false }) }],
  ];
  test.each(clumsy)('a clumsy agent freezes nothing at once: %s', (_name, effects, patch) =>
    expect(escalated(effects, aPolicy(), patch)).toBe('NOTIFY_OWNER'),
  );
  const hostile: readonly (readonly [string, readonly Effect[], Partial<DecisionFacts>])[] = [
    [
      'a new account owner',
      [{ kind: 'authority_change', instruction: 0, account: OWN_TOKEN_ACCOUNT, authority: 'account owner', to: STRANGER }],
      {},
    ],
    ['governance', [{ kind: 'governance', instruction: 0, wallet: ADDRESSES.multisig, action: 'set_threshold', threshold: 1 }], {}],
    [
      'a strange delegate',
      [{ kind: 'delegate_approval', instruction: 0, asset: USDC, amount: 1n, account: OWN_TOKEN_ACCOUNT, delegate: STRANGER }],
      {},
    ],
    ["somebody else's money", [outflow(1n, { source: STRANGER })], {}],
    ['a hidden outflow', [outflow(1n)], { simulation: simulation({ vaultOutflows: [{ asset: NATIVE_ASSET, amount: 2n }] }) }],
    ['a hidden change of control', [outflow(1n)], { simulation: simulation({ authorityChanges: [ADDRESSES.vault] }) }],
  ];
  test.each(hostile)('freezes on %s', (_name, effects, patch) => expect(escalated(effects, aPolicy(), patch)).toBe('FREEZE_AND_ALERT'));
  test('the most severe counts, not the first', () =>
    expect(escalated([outflow(1n, { destination: STRANGER }), outflow(1n, { source: STRANGER })])).toBe('FREEZE_AND_ALERT'));
});

describe('escalationOf: many decisions', () => {
  const policy = aPolicy({ denials: { seconds: 60, freezeAt: 3, lockdownAt: 5 }, failures: null });
  test.each([
    [0, 'NOTIFY_OWNER'],
    [1, 'NOTIFY_OWNER'],
    [2, 'FREEZE_AND_ALERT'],
    [3, 'FREEZE_AND_ALERT'],
    [4, 'EMERGENCY_LOCKDOWN'],
    [5, 'EMERGENCY_LOCKDOWN'],
  ] as const)('the denial after %i others', (denials, expected) => expect(escalated([unknown], policy, past({ denials }))).toBe(expected));
  test('what is not denied is no denial', () => {
    expect(escalated([outflow(1n)], policy, { ...past({ denials: 2 }) })).toBeNull();
    expect(escalated([outflow(101n)], policy, past({ denials: 4 }))).toBe('REQUIRE_OWNER_APPROVAL');
  });
  const failing = (consequence: 'countersigned' | 'freeze') => aPolicy({ failures: { inARow: 3, consequence } });
  test.each([
    ['freeze', 1, 'NOTIFY_OWNER'],
    ['freeze', 2, 'FREEZE_AND_ALERT'],
    ['countersigned', 9, 'NOTIFY_OWNER'],
  ] as const)('%s: a denial after %i failures', (consequence, failuresInARow, expected) =>
    expect(escalated([unknown], failing(consequence), past({ failuresInARow }))).toBe(expected),
  );
  test('a next request after failures that were no denials freezes too', () => {
    expect(escalated([outflow(1n)], failing('freeze'), past({ failuresInARow: 2 }))).toBeNull();
    expect(escalated([outflow(1n)], failing('freeze'), past({ failuresInARow: 3 }))).toBe('FREEZE_AND_ALERT');
  });
  test('what the owner signed lets a wallet recover', () =>
    expect(escalated([outflow(1n)], failing('freeze'), { ...past({ failuresInARow: 3 }), ownerConsents: true })).toBeNull());
});
