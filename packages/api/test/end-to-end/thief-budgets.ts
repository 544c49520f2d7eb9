import type { Result } from '@countersign/core';
import type { ClientProblem, Paid } from '@countersign/sdk';
import pg from 'pg';
import { expect, test } from 'vitest';
import { must, policyFor, untilState } from './stack.ts';
import { assetRule, type Stage, type Victim } from './thief-stage.ts';

const CAP = 30_000_000n;
/** Nothing is for the owner here: over a cap is denied. */
export const hardPolicy = (merchant: string): string =>
  policyFor(merchant, {
    assets: [
      assetRule('SOL', { autonomous: 10_000_000n }, [
        { seconds: 60, autonomous: CAP },
        { seconds: 86_400, autonomous: 2n * CAP },
      ]),
    ],
    otherRecipients: 'denied',
  });

/** Amounts at and around every cap, and many requests where the window has room for few. */
export function budgetAttacks(stage: () => Stage, victims: () => readonly [Victim, Victim, Victim]): void {
  const pay = (on: Victim, amount: bigint) =>
    on.agent.pay(on.id, { asset: 'SOL', amount: amount.toString(), recipient: on.merchant }, stage().key());
  const settled = async (on: Victim, answers: readonly Result<Paid, ClientProblem>[]): Promise<bigint> => {
    let sum = 0n;
    for (const answer of answers) {
      if (!answer.ok) continue;
      const { id, amount } = answer.value.transaction;
      await untilState(on, id, 'finalized');
      sum += BigInt(amount ?? 0);
    }
    return sum;
  };

  test('INVARIANT I4: exactly the cap goes and one lamport more does not, for one transaction and at the end of a window, with 30 at once', async () => {
    const victim = victims()[0];
    const before = await stage().balance(victim.vault);
    expect(await pay(victim, 10_000_001n)).toMatchObject({ ok: false, error: { code: 'payment_denied' } });
    const exact = await pay(victim, 10_000_000n);
    // 20,000,000 are left: seven of thirty payments of 2,800,000 fit, and then 400,000.
    const burst = await Promise.all(Array.from({ length: 30 }, () => pay(victim, 2_800_000n)));
    expect(burst.filter(({ ok }) => ok)).toHaveLength(7);
    for (const each of burst)
      if (!each.ok) expect(each.error).toMatchObject({ code: 'payment_denied', violations: [{ rule: 'amount-per-window' }] });
    expect(await pay(victim, 400_001n)).toMatchObject({ ok: false, error: { code: 'payment_denied' } });
    const last = await pay(victim, 400_000n);
    expect(await pay(victim, 1n)).toMatchObject({ ok: false, error: { code: 'payment_denied' } });
    expect(await settled(victim, [exact, ...burst, last])).toBe(CAP);
    expect(before - (await stage().balance(victim.vault))).toBe(CAP);
    // What settled counts on; so does what came before a new revision of the policy.
    expect(await pay(victim, 1n)).toMatchObject({ ok: false, error: { code: 'payment_denied' } });
  });

  test('INVARIANT I4: payments that are cancelled, repeated and asked again while they go give no budget back', async () => {
    const victim = victims()[1];
    const before = await stage().balance(victim.vault);
    const answers: Result<Paid, ClientProblem>[] = [];
    for (let round = 0; round < 4; round += 1) {
      const paid = await Promise.all(Array.from({ length: 4 }, () => pay(victim, 3_000_000n)));
      await Promise.all(paid.flatMap((each) => (each.ok ? [victim.agent.cancelTransaction(victim.id, each.value.transaction.id)] : [])));
      answers.push(...paid);
    }
    expect(answers.filter(({ ok }) => ok)).toHaveLength(10);
    expect(await settled(victim, answers)).toBe(CAP);
    expect(before - (await stage().balance(victim.vault))).toBe(CAP);
  });

  test('INVARIANT I4, I7: with the database rewritten (budgets gone, policy loosened, wallet unfrozen) the signer still keeps its bounds', async () => {
    const victim = victims()[2];
    const before = await stage().balance(victim.vault);
    const first = await Promise.all(Array.from({ length: 3 }, () => pay(victim, 9_000_000n)));
    expect(await settled(victim, first)).toBe(27_000_000n);
    const client = new pg.Client({ connectionString: stage().stack.databaseUrl });
    await client.connect();
    const rewrite = async (sql: string, values: readonly unknown[]) => {
      await client.query("SET session_replication_role = 'replica'");
      return client.query(sql, [...values]);
    };
    try {
      const loose = policyFor(victim.merchant);
      const sha = (await client.query('SELECT encode(sha256($1), $2) AS sha', [Buffer.from(loose), 'hex'])).rows[0] as { sha: string };
      for (const table of ['budget_reservations', 'budget_settlements', 'budget_meters'])
        await rewrite(`DELETE FROM ${table} WHERE wallet_id = $1`, [victim.id]);
      await rewrite("UPDATE policy_revisions SET text = $2, policy_sha256 = $3 WHERE wallet_id = $1 AND state = 'active'", [
        victim.id,
        loose,
        sha.sha,
      ]);
      // The server is fooled, the signer is not: its window has 3,000,000 left.
      const fooled = await Promise.all([10_000_000n, 3_000_001n].map((amount) => pay(victim, amount)));
      for (const each of fooled) {
        const { transaction } = must(each);
        expect(transaction).toMatchObject({ state: 'approved', signature: null });
        expect(transaction.problem).toContain('over what the window of 60 seconds has left');
      }
      must(await victim.agent.freeze(victim.id));
      await rewrite("UPDATE wallets SET state = 'active', frozen_reason = NULL WHERE id = $1", [victim.id]);
      const thawed = must(await pay(victim, 1n)).transaction;
      expect(thawed).toMatchObject({ signature: null });
      expect(thawed.problem).toContain('suspended');
    } finally {
      await client.end();
    }
    expect(before - (await stage().balance(victim.vault))).toBe(27_000_000n);
  });
}
