import type { Budget } from '@countersign/sdk';
import { describe, expect, test } from 'vitest';
import { approval, transaction } from '../test-support/prepared.ts';
import { approvalLines, approvalRows } from './approval-lines.ts';
import { decisionLines, transactionLines, transactionRows } from './transaction-lines.ts';

const AT = '2026-01-01T01:00:00.000Z';
const budget = (more: Partial<Budget>): Budget => ({
  of: 'SOL',
  scope: 'wallet',
  windowSeconds: 86_400,
  limitKind: 'autonomous',
  limit: '1000000000',
  used: '250000000',
  remaining: '750000000',
  asked: '2000000000',
  comesBackAt: AT,
  ...more,
});

describe('a transaction for people', () => {
  test('a delayed payment: when it goes and how to veto it', () => {
    const view = transaction({ state: 'awaiting_delay', route: 'delayed', releasesAt: AT, approval: 'apr_1' });
    const lines = transactionLines(view).join('\n');
    expect(lines).toContain(`goes by itself   ${AT}`);
    expect(lines).toContain('countersign reject apr_1');
    expect(transactionRows([view])[1]).toContain(AT);
    const asked = approval('approve_payment', { releasesAt: AT, id: 'apr_1' });
    expect(approvalLines(asked).join('\n')).toContain('countersign reject apr_1');
    expect(approvalLines({ ...asked, state: 'done' }).join('\n')).not.toContain('reject');
    expect(approvalRows([asked])[1]).toContain('veto a delayed payment');
  });
  test('a message of the agent: its size and every effect, nothing of a payment', () => {
    const message = Buffer.alloc(300, 1).toString('base64');
    const view = transaction({ asset: null, amount: null, recipient: null, message, effects: ['One thing.', 'Another thing.'] });
    const lines = transactionLines(view).join('\n');
    expect(lines).toContain('300 bytes');
    expect(lines).toContain('  One thing.\n  Another thing.');
    expect(lines).not.toMatch(/null|undefined|^amount/m);
    expect(transactionRows([view])[1]).toContain('a message');
  });
  test('budgets in their own units, with whose they are and what is asked', () => {
    const budgets = [
      budget({}),
      budget({ of: 'group dollars', scope: 'owner', limitKind: 'ceiling', comesBackAt: null }),
      budget({ of: 'transactions', limit: '3', used: '2', remaining: '1', asked: '1' }),
      budget({ of: 'fees', limit: '5000' }),
    ];
    const [, , , sol, group, count, fees] = decisionLines({ violations: [], budgets, delaySeconds: 3_600 });
    expect(decisionLines({ violations: [], budgets, delaySeconds: 3_600 })[0]).toContain('1 hour');
    expect(sol).toMatch(/^SOL, 1 day +agent alone +1 \(1000000000\) +0.25 \(250000000\) +0.75 \(750000000\) +2 \(2000000000\) +2026/);
    expect(group).toMatch(/^group dollars, 1 day, all wallets of the owner +everything +1000000000 .* -$/);
    expect(count).toMatch(/^transactions, 1 day +agent alone +3 +2 +1 +1 /);
    expect(fees).toContain('0.000005 (5000)');
  });
});
