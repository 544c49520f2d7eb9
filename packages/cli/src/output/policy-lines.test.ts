import { parsePolicy } from '@countersign/core';
import { createTestKey } from '@countersign/testkit';
import { describe, expect, test } from 'vitest';
import { must, POLICY } from '../test-support/prepared.ts';
import { policyLines } from './policy-lines.ts';

const key = (fill: number): string => createTestKey(Buffer.alloc(32, fill)).address;
const FULL = {
  version: 1,
  expiresAt: '2030-01-02T03:04:05Z',
  assets: [
    {
      asset: 'SOL',
      perTransaction: { autonomous: '500000000', delayed: { upTo: '700000000', delaySeconds: 7_200 }, ceiling: '5000000000' },
      windows: [{ seconds: 86_400, autonomous: '1000000000', ceiling: '8000000000' }],
    },
  ],
  groups: [
    {
      name: 'dollars',
      scope: 'owner',
      members: [{ asset: 'SOL', weight: '17' }],
      windows: [{ seconds: 604_800, autonomous: '4242', ceiling: '8484' }],
    },
  ],
  transactions: [{ seconds: 3_600, autonomous: 11, ceiling: 22 }],
  recipients: [
    { address: 'owner', label: 'Me' },
    { address: key(2), label: 'Shop', windows: [{ asset: 'SOL', seconds: 86_400, autonomous: '33000000', ceiling: '44000000' }] },
  ],
  otherRecipients: 'denied',
  firstPayment: 'delayed',
  programs: [
    {
      program: key(3),
      label: 'Exchange',
      instructions: [{ name: 'swap', discriminator: 'f8c69e91', dataBytes: 24, accounts: [{ position: 5, is: 'own_token_account' }] }],
      worstReturn: { group: 'dollars', percent: 97 },
    },
  ],
  schedule: { timeZone: 'Europe/Berlin', open: [{ days: ['mon', 'fri'], from: '22:00', to: '06:00' }], otherwise: 'denied' },
  cooldownSeconds: 90,
  nearLimit: { percent: 88, seconds: 3_600, most: 3 },
  failures: { inARow: 6, consequence: 'freeze' },
  denials: { seconds: 600, freezeAt: 12, lockdownAt: 34 },
  fees: {
    perTransactionLamports: '100000',
    rentPerTransactionLamports: '3000000',
    windows: [{ seconds: 86_400, ceilingLamports: '9000000' }],
  },
  signaturesPerMinute: 60,
};

describe('a policy for people', () => {
  test('INVARIANT I6: everything that the owner signs is shown', () => {
    const text = policyLines(must(parsePolicy(JSON.stringify(FULL))), [], []).join('\n');
    for (const part of [
      ...['2030-01-02T03:04:05.000Z', 'up to 0.7 SOL (700000000) after 2 hours', 'up to 5 SOL (5000000000)', '8 SOL (8000000000)'],
      ...['group dollars', '7 days, all wallets of yours', '4242', '8484', '17 a base unit of SOL'],
      ...['transactions', 'in 1 hour', 'up to 11', '22'],
      ...[
        'owner (you)',
        'Me',
        key(2),
        'Shop',
        '0.033 SOL (33000000)',
        '0.044 SOL (44000000)',
        'nobody else is ever paid',
        'waits out the delay',
      ],
      ...[key(3), 'Exchange', 'swap', '0xf8c69e91, 24 bytes in all', '5: own token account', 'at least 97 % by group dollars'],
      ...['mon fri 22:00 to 06:00', 'Europe/Berlin', 'at other times nothing is paid', '90 seconds', '88 %', 'after 3 payments'],
      ...[
        'after 6 in a row the wallet freezes',
        '12 in 10 minutes freeze',
        '34 ask for an emergency lockdown',
        '0.009 SOL (9000000) in 1 day',
      ],
      ...['at most 60 a minute', 'No spending limit on chain'],
    ])
      expect(text).toContain(part);
  });
  test('what a policy leaves out is not shown as if it restricted', () => {
    const text = policyLines(must(parsePolicy(POLICY)), [], []).join('\n');
    expect(text).toContain('The agent calls no program');
    expect(text).not.toMatch(/hours|pause|near the limit|failures|denials|group|null|undefined/);
  });
});
