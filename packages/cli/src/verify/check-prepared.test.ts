import { formatOwnerStatement, parseOwnerStatement } from '@countersign/core';
import type { PreparedView } from '@countersign/sdk';
import { createTestKey } from '@countersign/testkit';
import { describe, expect, test } from 'vitest';
import {
  APPROVAL_ID,
  addressesFor,
  must,
  POLICY,
  plannedLimits,
  preparedPayment,
  preparedPolicy,
  preparedTokenPayment,
  preparedUnfreeze,
  RECIPIENT,
  STRANGER,
  transaction,
} from '../test-support/prepared.ts';
import { checkPrepared } from './check-prepared.ts';

const owner = createTestKey(Buffer.alloc(32, 77)).address;
const nowMs = Date.parse('2026-05-01T12:00:00Z');

const check = (prepared: PreparedView, inForce: readonly string[] = []) =>
  checkPrepared(prepared, { key: owner, approval: APPROVAL_ID, nowMs, inForce });
/** The reasons of a refusal, joined; fails when it was accepted. */
function refusal(prepared: PreparedView, inForce: readonly string[] = []): string {
  const checked = check(prepared, inForce);
  if (checked.ok) throw new Error('was accepted');
  expect(checked.error.exitCode).toBe(7);
  return (checked.error.details ?? []).join('\n');
}

describe('INVARIANT I6: a payment is read from its bytes', () => {
  test('an honest one says who gets what', async () => {
    const checked = must(check(await preparedPayment(owner)));
    expect(checked.summary.join('\n')).toContain('Pays 2 SOL (2000000000 base units)');
    expect(checked.claims.join('\n')).toContain('amount-per-transaction');
    expect(checked.messages).toHaveLength(1);
  });
  test('the meaning is the same for another proposal number and fee, and another for another amount', async () => {
    const [one, same, other] = await Promise.all([
      preparedPayment(owner),
      preparedPayment(owner, { index: 9n, variation: 7, price: 1_000_000n }),
      preparedPayment(owner, { amount: 3n }),
    ]);
    expect(one.messages).not.toEqual(same.messages);
    expect(must(check(one)).meaning).toBe(must(check(same)).meaning);
    expect(check({ ...other, transaction: transaction({ amount: '3' }) }).ok).toBe(true);
    expect(must(check({ ...other, transaction: transaction({ amount: '3' }) })).meaning).not.toBe(must(check(one)).meaning);
  });
  test("tokens, with the recipient's token account made on the way, and a memo", async () => {
    const checked = must(check(await preparedTokenPayment(owner)));
    expect(checked.summary.join('\n')).toContain('Pays 1.5 ');
    expect(checked.summary.join('\n')).toContain('order 7');
    expect(refusal(await preparedTokenPayment(owner, { memo: 'order 8' }))).toContain('memo');
    expect(refusal(await preparedTokenPayment(owner, { recipient: STRANGER }))).toContain(RECIPIENT);
    expect(refusal(await preparedTokenPayment(owner, { asset: 'SOL' }))).toContain('the bytes do this');
  });
  test('bytes that pay somebody else', async () => {
    expect(refusal(await preparedPayment(owner, { recipient: STRANGER }))).toContain(STRANGER);
  });
  test('bytes that pay another amount', async () => {
    expect(refusal(await preparedPayment(owner, { amount: 2_000_000_001n }))).toContain('2000000001');
  });
  test('a key of another owner', async () => {
    expect(refusal(await preparedPayment(STRANGER))).toContain(`this key is ${owner}`);
  });
  test('an address that is not the one in the bytes', async () => {
    const honest = await preparedPayment(owner);
    for (const name of ['multisig', 'vault', 'agent', 'feeAccount'] as const)
      expect(check({ ...honest, addresses: { ...honest.addresses, [name]: STRANGER } }).ok, name).toBe(false);
  });
  test('one more byte, one byte changed, two transactions', async () => {
    const honest = await preparedPayment(owner);
    const bytes = Buffer.from(honest.messages[0] ?? '', 'base64');
    expect(refusal({ ...honest, messages: [Buffer.concat([bytes, Buffer.of(0)]).toString('base64')] })).toContain('cannot be read');
    expect(refusal({ ...honest, messages: [...honest.messages, ...honest.messages] })).toContain('one transaction');
    expect(refusal({ ...honest, messages: [`${honest.messages[0]}\n`] })).toContain('base64');
    const accepted: number[] = [];
    // The blockhash may be any; every other byte means something. Base58 keys of 32 bytes: a changed one is another address.
    const { messages } = honest;
    expect(messages).toHaveLength(1);
    for (let at = 0; at < bytes.length; at += 7) {
      const changed = Buffer.from(bytes);
      changed[at] = (changed[at] ?? 0) ^ 0x01;
      if (check({ ...honest, messages: [changed.toString('base64')] }).ok) accepted.push(at);
    }
    // At most the 32 bytes of the blockhash and the compute unit limit are free.
    expect(accepted.length).toBeLessThanOrEqual(Math.ceil((32 + 4) / 7));
  });
  test('a statement or a policy that comes along', async () => {
    const [payment, unfreeze] = await Promise.all([preparedPayment(owner), preparedUnfreeze(owner, nowMs)]);
    expect(refusal({ ...payment, statement: unfreeze.statement })).toContain('statement');
  });
  test('another approval than was asked for', async () => {
    const payment = await preparedPayment(owner);
    expect(refusal({ ...payment, approval: { ...payment.approval, id: 'apr_01KAQ5R9V3N8X2M4T6W8Y0Z1B4' } })).toContain('asked was');
  });
});

describe('INVARIANT I6: a policy is derived again', () => {
  const honest = () => preparedPolicy({ kind: 'create_wallet', owner, nowMs });

  test('an honest wallet creation', async () => {
    const checked = must(check(await honest()));
    expect(checked.summary.join('\n')).toContain('Creates a wallet under policy revision 1');
    expect(checked.summary.join('\n')).toContain('up to 0.5 SOL (500000000)');
    expect(checked.warnings).toEqual([]);
    expect(checked.statement).toContain('install-policy');
  });
  test('an honest new revision that replaces the old limit', async () => {
    const before = await plannedLimits(await addressesFor(owner), 1, POLICY);
    const old = before.map(({ spendingLimit }) => spendingLimit);
    const prepared = await preparedPolicy({ kind: 'install_policy', owner, nowMs, revision: 2, old: before });
    expect(must(check(prepared, old)).warnings).toEqual([]);
    const keeps = await preparedPolicy({ kind: 'install_policy', owner, nowMs, revision: 2 });
    expect(must(check(keeps, old)).warnings.join()).toContain('adds up');
  });
  test('a policy text that is not the one of the bounds', async () => {
    const looser = POLICY.replace('"autonomous": "500000000"', '"autonomous": "900000000"');
    expect(refusal(await preparedPolicy({ kind: 'create_wallet', owner, nowMs, actualText: looser }))).toContain('bounds');
  });
  test('a policy text that was changed after the statement', async () => {
    const prepared = await honest();
    const policy = prepared.policy && { ...prepared.policy, text: `${prepared.policy.text} ` };
    expect(refusal({ ...prepared, policy })).toContain('statement');
  });
  test('bounds with one bit changed', async () => {
    const prepared = await honest();
    const bytes = Buffer.from(prepared.policy?.bounds ?? '', 'base64');
    for (let at = 0; at < bytes.length; at += 11) {
      const changed = Buffer.from(bytes);
      changed[at] = (changed[at] ?? 0) ^ 0x01;
      expect(
        check({ ...prepared, policy: prepared.policy && { ...prepared.policy, bounds: changed.toString('base64') } }).ok,
        `byte ${at}`,
      ).toBe(false);
    }
  });
  test('a limit on chain that is higher, longer, or pays somebody else', async () => {
    const bend = (change: object) =>
      preparedPolicy({ kind: 'create_wallet', owner, nowMs, limits: (all) => all.map((limit) => ({ ...limit, ...change })) });
    expect(refusal(await bend({ amount: 1_000_000_001n }))).toContain('1000000001');
    expect(refusal(await bend({ periodSeconds: 604_800 }))).toContain('604800');
    expect(refusal(await bend({ destinations: [STRANGER] }))).toContain(STRANGER);
    expect(refusal(await bend({ destinations: [] }))).toContain('ANY');
  });
  test('a limit that is missing from the creation', async () => {
    expect(refusal(await preparedPolicy({ kind: 'create_wallet', owner, nowMs, limits: () => [] }))).toContain('not added');
  });
  test('another member than the agent, another owner, another fee account', async () => {
    for (const name of ['agent', 'owner', 'feeAccount'] as const)
      expect(
        check(await preparedPolicy({ kind: 'create_wallet', owner, nowMs, addresses: (same) => ({ ...same, [name]: STRANGER }) })).ok,
        name,
      ).toBe(false);
  });
  test('an extra transaction that pays', async () => {
    const [prepared, payment] = await Promise.all([honest(), preparedPayment(owner)]);
    expect(refusal({ ...prepared, messages: [...prepared.messages, ...payment.messages] })).toContain('does not belong here');
  });
  test('a statement that expired, is good for a week, or is about another wallet', async () => {
    const prepared = await honest();
    const parsed = must(parseOwnerStatement(prepared.statement ?? ''));
    if (parsed.action !== 'install-policy') throw new Error('another action');
    expect(refusal({ ...prepared, statement: formatOwnerStatement({ ...parsed, expiresAtMs: nowMs - 1_000 }) })).toContain('expired');
    expect(refusal({ ...prepared, statement: formatOwnerStatement({ ...parsed, expiresAtMs: nowMs + 7 * 86_400_000 }) })).toContain(
      'more than a day',
    );
    expect(refusal({ ...prepared, statement: formatOwnerStatement({ ...parsed, wallet: STRANGER }) })).toContain('something else');
    expect(refusal({ ...prepared, statement: null })).toContain('no statement');
  });
});

describe('INVARIANT I7: unfreezing', () => {
  test('an honest one, and one that brings a transaction along', async () => {
    const [prepared, payment] = await Promise.all([preparedUnfreeze(owner, nowMs), preparedPayment(owner)]);
    expect(must(check(prepared)).messages).toEqual([]);
    expect(refusal({ ...prepared, messages: payment.messages })).toContain('no transaction');
    const statement = prepared.statement?.replace('action: unfreeze', 'action: freeze') ?? null;
    expect(refusal({ ...prepared, statement })).toContain('something else');
  });
  test('a statement dated ahead, to lift a freeze that comes later', async () => {
    expect(refusal(await preparedUnfreeze(owner, nowMs, 900_000 + 120_000))).toContain('ends later');
    expect(must(check(await preparedUnfreeze(owner, nowMs, 900_000))).messages).toEqual([]);
  });
});
