import { asPaymentDenied } from '@countersign/sdk';
import { createTestKey } from '@countersign/testkit';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import {
  countersign,
  makeStackWallet,
  must,
  policyFor,
  SOL,
  type Stack,
  type StackWallet,
  startStack,
  until,
  untilState,
} from './stack.ts';

describe('the real composition', () => {
  let stack: Stack;
  let wallet: StackWallet;
  let keys = 0;
  const key = (): string => {
    keys += 1;
    return `e2e-${process.pid}-${keys}`;
  };
  const balanceOf = async (address: string): Promise<bigint> => {
    const { value } = (await stack.rpc('getBalance', [address, { commitment: 'finalized' }])) as { readonly value: number };
    return BigInt(value);
  };
  beforeAll(async () => {
    stack = await startStack();
    wallet = await makeStackWallet(stack);
  }, 120_000);
  afterAll(() => stack?.close());

  test('a payment inside the limits goes alone and arrives', async () => {
    const before = await balanceOf(wallet.merchant);
    const paid = must(
      await wallet.agent.pay(wallet.id, { asset: 'SOL', amount: '1000000', recipient: wallet.merchant, memo: 'order 1' }, key()),
    );
    expect(paid).toMatchObject({ replayed: false, transaction: { state: 'submitted', route: 'autonomous', memo: 'order 1' } });
    await untilState(wallet, paid.transaction.id, 'finalized');
    expect((await balanceOf(wallet.merchant)) - before).toBe(1_000_000n);
    const { balances } = must(await wallet.agent.getWallet(wallet.id));
    expect(BigInt(balances?.[0]?.amount ?? 0)).toBe(5n * SOL - 1_000_000n - 890_880n);
  });

  test('the same key again gives the same payment', async () => {
    const payment = { asset: 'SOL', amount: '2000000', recipient: wallet.merchant };
    const same = key();
    const before = await balanceOf(wallet.merchant);
    const all = await Promise.all(Array.from({ length: 6 }, () => wallet.agent.pay(wallet.id, payment, same)));
    const ids = new Set(all.map((each) => must(each).transaction.id));
    expect(ids.size).toBe(1);
    await untilState(wallet, [...ids][0] ?? '', 'finalized');
    expect(must(await wallet.agent.pay(wallet.id, payment, same))).toMatchObject({ replayed: true, transaction: { state: 'submitted' } });
    expect((await balanceOf(wallet.merchant)) - before).toBe(2_000_000n);
    const other = await wallet.agent.pay(wallet.id, { ...payment, amount: '2000001' }, same);
    expect(other).toMatchObject({ ok: false, error: { code: 'idempotency_key_reused', status: 409 } });
  });

  test('over the ceiling it is denied, and the denial tells what is left', async () => {
    const payment = { asset: 'SOL', amount: (4n * SOL).toString(), recipient: wallet.merchant };
    const same = key();
    const denied = await wallet.agent.pay(wallet.id, payment, same);
    if (denied.ok) throw new Error('it was let through');
    const told = asPaymentDenied(denied.error);
    expect(told).toMatchObject({ state: 'denied', status: 403 });
    expect(told?.violations.map(({ rule }) => rule)).toContain('amount-per-transaction');
    expect(told?.budgets.length).toBeGreaterThan(0);
    const again = await wallet.agent.pay(wallet.id, payment, same);
    expect(again).toMatchObject({ ok: false, error: { code: 'payment_denied', id: told?.id } });
    expect(must(await wallet.agent.dryRun(wallet.id, payment))).toMatchObject({ verdict: 'denied', dryRun: true });
  });

  test('a large payment waits for the owner, who countersigns it', async () => {
    const before = await balanceOf(wallet.merchant);
    const { transaction } = must(
      await wallet.agent.pay(wallet.id, { asset: 'SOL', amount: '500000000', recipient: wallet.merchant }, key()),
    );
    expect(transaction).toMatchObject({ state: 'awaiting_owner', route: 'countersigned' });
    expect((await countersign(wallet.ownerClient, transaction.approval ?? '', createTestKey())).ok).toBe(false);
    expect(must(await countersign(wallet.ownerClient, transaction.approval ?? '', wallet.owner)).state).toMatch(/executing|done/);
    await untilState(wallet, transaction.id, 'finalized');
    expect((await balanceOf(wallet.merchant)) - before).toBe(500_000_000n);
    expect(must(await wallet.ownerClient.getApproval(transaction.approval ?? '')).state).toBe('done');
  });

  test("the wallet's own addresses and those that no key can sign for are no recipients", async () => {
    for (const recipient of [wallet.vault, must(await wallet.agent.getWallet(wallet.id)).agent])
      expect(await wallet.agent.pay(wallet.id, { asset: 'SOL', amount: '1', recipient }, key())).toMatchObject({
        ok: false,
        error: { code: 'recipient_is_own_wallet', field: 'recipient' },
      });
    const [policy] = must(await wallet.agent.listPolicies(wallet.id)).items;
    const recipient = policy?.limits[0]?.spendingLimit ?? '';
    expect(await wallet.agent.pay(wallet.id, { asset: 'SOL', amount: '1', recipient }, key())).toMatchObject({
      ok: false,
      error: { code: 'recipient_off_curve', field: 'recipient' },
    });
  });

  test('a new policy is in force when owner, chain and signer have it', async () => {
    const own = await makeStackWallet(stack);
    const second = createTestKey().address;
    await stack.fund(second, SOL / 100n);
    const before = await own.agent.pay(own.id, { asset: 'SOL', amount: '1000', recipient: second }, key());
    expect(must(before).transaction.state).toBe('awaiting_owner');
    const policy = policyFor(own.merchant, {
      recipients: [
        { address: own.merchant, label: 'Merchant' },
        { address: second, label: 'Second' },
      ],
    });
    const proposed = must(await stack.operator.proposePolicy(own.id, { policy }));
    must(await countersign(own.ownerClient, proposed.approval.id, own.owner));
    await until('the revision is active', async () => must(await own.agent.getWallet(own.id)).policyRevision === 2);
    const { transaction } = must(await own.agent.pay(own.id, { asset: 'SOL', amount: '1000', recipient: second }, key()));
    expect(transaction.route).toBe('autonomous');
    await untilState(own, transaction.id, 'finalized');
  });

  test('INVARIANT I7: a frozen wallet pays nothing until the owner unfreezes it', async () => {
    const own = await makeStackWallet(stack);
    const startedMs = Date.now();
    const frozen = must(await own.agent.freeze(own.id, { reason: 'something is odd' }));
    expect(Date.now() - startedMs).toBeLessThan(1_000);
    expect(frozen).toMatchObject({ wallet: { state: 'frozen' }, signerProblem: null });
    const payment = { asset: 'SOL', amount: '1000000', recipient: own.merchant };
    expect(await own.agent.pay(own.id, payment, key())).toMatchObject({ ok: false, error: { code: 'payment_denied' } });
    const approval = must(await stack.operator.requestUnfreeze(own.id));
    must(await countersign(own.ownerClient, approval.id, own.owner));
    const { transaction } = must(await own.agent.pay(own.id, payment, key()));
    await untilState(own, transaction.id, 'finalized');
  });

  test('with the signer killed a payment waits, and goes when it is back', async () => {
    await stack.killSigner();
    const { transaction } = must(await wallet.agent.pay(wallet.id, { asset: 'SOL', amount: '1000000', recipient: wallet.merchant }, key()));
    expect(transaction).toMatchObject({ state: 'approved', signature: null });
    await until('readiness names the signer', async () => {
      const ready = must(await stack.operator.ready());
      return !ready.ready && ready.checks.some(({ name, ok }) => name === 'signer' && !ok);
    });
    const frozen = must(await stack.operator.freeze((await makeFrozenProbe()).id));
    expect(frozen.wallet.state).toBe('frozen');
    expect(frozen.signerProblem).not.toBeNull();
    await stack.restartSigner();
    await untilState(wallet, transaction.id, 'finalized');
    await until('ready again', async () => must(await stack.operator.ready()).ready);
  });

  /** Any active wallet: the one of the policy test is not needed any more. */
  async function makeFrozenProbe(): Promise<{ readonly id: string }> {
    const { items } = must(await stack.operator.listWallets());
    const other = items.find(({ id, state }) => id !== wallet.id && state === 'active');
    if (!other) throw new Error('there is another wallet');
    return other;
  }

  test('INVARIANT I2, I3: a killed API loses nothing and repeats nothing', async () => {
    const before = await balanceOf(wallet.merchant);
    const sent = Array.from({ length: 5 }, () =>
      wallet.agent.pay(wallet.id, { asset: 'SOL', amount: '1000000', recipient: wallet.merchant }, key()),
    );
    await new Promise((resolve) => setTimeout(resolve, 25));
    await stack.crashApi();
    await Promise.all(sent);
    await stack.startApi();
    await until('all have ended', async () => {
      const { items } = must(await wallet.agent.listTransactions(wallet.id, { limit: '100' }));
      return items.every(({ state }) => ['finalized', 'denied', 'awaiting_owner', 'expired'].includes(state));
    });
    const { items } = must(await wallet.agent.listTransactions(wallet.id, { limit: '100' }));
    const repeated = await Promise.all(
      Array.from({ length: 5 }, (_each, index) =>
        wallet.agent.pay(wallet.id, { asset: 'SOL', amount: '1000000', recipient: wallet.merchant }, `e2e-${process.pid}-${keys - index}`),
      ),
    );
    const ids = repeated.map((each) => must(each).transaction.id);
    expect(new Set(ids).size).toBe(5);
    for (const id of ids) await untilState(wallet, id, 'finalized');
    expect((await balanceOf(wallet.merchant)) - before).toBe(5_000_000n);
    expect(items.length).toBeGreaterThan(0);
  });

  test('with the database killed it answers clearly, and works again without a restart', async () => {
    const payment = { asset: 'SOL', amount: '1000000', recipient: wallet.merchant };
    const same = key();
    const crash = stack.crashDatabase(500);
    await new Promise((resolve) => setTimeout(resolve, 100));
    expect(await wallet.agent.pay(wallet.id, payment, same)).toMatchObject({
      ok: false,
      error: { code: 'database_unavailable', status: 503 },
    });
    await crash;
    await until('ready again', async () => must(await stack.operator.ready()).ready);
    const { transaction } = must(await wallet.agent.pay(wallet.id, payment, same));
    await untilState(wallet, transaction.id, 'finalized');
  });

  test('the audit log of all this verifies', async () => {
    const verified = must(await stack.operator.verifyAudit());
    expect(verified.ok, JSON.stringify(verified)).toBe(true);
    const entries: string[] = [];
    for await (const entry of wallet.agent.eachAuditEntry(wallet.id)) entries.push(must(entry).sequence);
    expect(entries).toEqual(entries.map((_each, index) => String(index + 1)));
  });

  test('no secret stands in the log', () => {
    const log = stack.log();
    expect(log.length).toBeGreaterThan(0);
    expect(log).not.toMatch(/cs_(agent|owner|operator)_/);
    expect(log).not.toContain(new URL(stack.databaseUrl).password || 'no password');
    expect(log).not.toMatch(/Bearer/);
  });

  test('the chain away: a clear answer; freezing and reading still work; SIGTERM ends it well', async () => {
    await stack.chain.kill();
    const dark = await wallet.agent.pay(wallet.id, { asset: 'SOL', amount: '1000', recipient: wallet.merchant }, key());
    expect(dark).toMatchObject({ ok: false, error: { code: 'chain_unavailable', status: 503 } });
    expect(must(await wallet.agent.getWallet(wallet.id)).balances).toBeNull();
    expect(must(await wallet.agent.freeze(wallet.id)).wallet.state).toBe('frozen');
    const startedMs = Date.now();
    expect(await stack.stopApi()).toBe(0);
    expect(Date.now() - startedMs).toBeLessThan(5_000);
  });

  test('started with the chain away it reads and freezes, and says what it waits for', async () => {
    await stack.startApi();
    await until('the database is connected', async () => (await stack.operator.getWallet(wallet.id)).ok);
    const ready = must(await stack.operator.ready());
    expect(ready.ready).toBe(false);
    expect(ready.checks.filter(({ ok }) => !ok).map(({ name }) => name)).toContain('chain');
    expect(must(await stack.operator.freeze(wallet.id)).wallet.state).toBe('frozen');
    const unfreeze = must(await stack.operator.requestUnfreeze(wallet.id));
    expect(await stack.operator.prepareApproval(unfreeze.id)).toMatchObject({ ok: false, error: { code: 'chain_unavailable' } });
  });
});
