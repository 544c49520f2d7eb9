import type { DecisionView } from '@countersign/sdk';
import { createTestKey } from '@countersign/testkit';
import { expect, test } from 'vitest';
import { countersign, must, policyFor, until } from './stack.ts';
import { ask, merchantOf, messageOf, payment, rulesOf, type Said, sql, thaw, untilQuiet, verdictOf } from './thief-ask.ts';
import { systemTransfer } from './thief-bytes.ts';
import { assetRule, type Stage, type Victim } from './thief-stage.ts';
import { chameleon, memo } from './thief-steps.ts';

/** Everything that a decision says, beside the moment and the place on chain at which it was made. */
function timeless(said: Said): object {
  const told: Partial<DecisionView> = said.json.decision ?? said.json;
  const { verdict, route, delaySeconds, policyRevision, violations, budgets } = told;
  return {
    effects: said.json.effects,
    ...{ verdict, route, delaySeconds, policyRevision },
    violations: violations?.map(({ details: { comesBackAt: _moment, ...details }, ...each }) => ({ ...each, details })),
    budgets: budgets?.map(({ comesBackAt, ...line }) => ({ ...line, comesBack: comesBackAt !== null })),
  };
}

const TABLES = ['transaction_requests', 'attempts', 'approvals', 'budget_reservations', 'budget_settlements', 'idempotency_keys'];

/** What is told is what is done. */
export function dryRunAttacks(
  stage: () => Stage,
  victim: () => Victim,
  caller: () => Victim,
  full: () => Victim,
  program: () => string,
): void {
  const rows = async (of: Victim): Promise<object> => {
    const counts = TABLES.map((table) =>
      table === 'idempotency_keys' ? `(SELECT count(*) FROM ${table})` : `(SELECT count(*) FROM ${table} WHERE wallet_id = '${of.id}')`,
    );
    const meters = `(SELECT coalesce(json_agg(m ORDER BY meter), '[]')::text FROM budget_meters m WHERE wallet_id = '${of.id}')`;
    const wallet = `(SELECT row_to_json(w)::text FROM wallets w WHERE id = '${of.id}')`;
    const [row] = await sql(stage(), `SELECT ${[...counts, meters, wallet].map((each, at) => `${each} AS c${at}`).join(', ')}`);
    return row ?? {};
  };
  const audited = async (of: Victim): Promise<readonly string[]> =>
    (await sql(stage(), 'SELECT action FROM audit_entries WHERE chain = $1 ORDER BY sequence', [of.id])).map(({ action }) =>
      String(action),
    );

  test('INVARIANT I1: a dry run is the decision that the request then gets, field by field, for every kind of request, and leaves one audit entry', async () => {
    const { vault } = victim().addresses;
    const merchant = merchantOf(victim());
    const stranger = createTestKey().address;
    const message = (of: Victim, ...steps: Parameters<typeof messageOf>[1]) => messageOf(of, steps);
    const transfer = (of: Victim, amount: bigint, to = merchantOf(of)) => systemTransfer(of.addresses.vault, to, amount);
    const kinds: readonly (readonly [string, Victim, object])[] = [
      ['allowed', victim(), payment(1_000n, merchant)],
      ['allowed', victim(), message(victim(), transfer(victim(), 1_000n), memo('with thanks'))],
      ['needs_delay', victim(), payment(20_000_000n, merchant)],
      ['needs_delay', victim(), message(victim(), transfer(victim(), 20_000_000n))],
      ['needs_owner', victim(), payment(60_000_000n, merchant)],
      ['needs_owner', victim(), payment(1n, stranger)],
      ['needs_owner', victim(), message(victim(), transfer(victim(), 1n), transfer(victim(), 2n))],
      ['needs_owner', caller(), message(caller(), chameleon(program() as typeof vault, 'RELAY', transfer(caller(), 1_000n)))],
      ['denied', caller(), message(caller(), chameleon(program() as typeof vault, 'LOG', null))],
      ['denied', victim(), payment(10n ** 12n, merchant)],
      ['denied', victim(), message(victim(), transfer(victim(), 10n ** 12n))],
      ['denied', victim(), { message: 'AAAA' }],
      ['denied', full(), payment(1n, full().merchant)],
      ['denied', full(), message(full(), transfer(full(), 1n), transfer(full(), 1n))],
    ];
    const found: (readonly [string, object])[] = [];
    const real: (readonly [string, object])[] = [];
    for (const [, of, body] of kinds) {
      await untilQuiet(of, { final: true });
      const [before, entries] = [await rows(of), await audited(of)];
      const dry = await ask(stage(), of, body, { dry: true });
      const other = await ask(stage(), of, body, { dry: true, url: stage().replica.url });
      expect(await rows(of)).toEqual(before);
      expect(await audited(of)).toEqual([...entries, 'request.dry_run', 'request.dry_run']);
      const said = await ask(stage(), of, body);
      found.push([verdictOf(dry), timeless(dry)]);
      real.push([verdictOf(said), timeless(said)]);
      expect(timeless(other)).toEqual(timeless(dry));
      if (said.json.state === 'awaiting_owner' || said.json.state === 'awaiting_delay')
        must(await of.agent.cancelTransaction(of.id, said.json.id ?? ''));
      await thaw(stage(), of);
    }
    expect(found).toEqual(real);
    expect(found.map(([verdict]) => verdict)).toEqual(kinds.map(([verdict]) => verdict));
    for (const name of Object.keys(found[0]?.[1] ?? {})) expect(found[0]?.[1]).toHaveProperty(name);
    expect(found.every(([, told]) => Object.values(told).every((value) => value !== undefined))).toBe(true);
  });

  test('INVARIANT I4: no edit of a policy starts a count anew: amounts, transactions, recipients, groups and near-limits of before all count', async () => {
    const { agent, ownerClient, owner, id, merchant } = full();
    await untilQuiet(full(), { final: true });
    const spent = 30_000_000n;
    const [row] = await sql(
      stage(),
      "SELECT count(*)::int AS paid FROM transaction_requests WHERE wallet_id = $1 AND state = 'finalized'",
      [id],
    );
    const paid = Number(row?.['paid']);
    const twice = { autonomous: spent.toString(), ceiling: (2n * spent).toString() };
    const text = policyFor(merchant, {
      assets: [
        assetRule('SOL', { autonomous: 10_000_000n }, [
          { seconds: 3_601, autonomous: spent, ceiling: 2n * spent },
          { seconds: 86_400, autonomous: 2n * spent },
        ]),
      ],
      transactions: [{ seconds: 7_200, autonomous: paid, ceiling: 2 * paid }],
      recipients: [{ address: merchant, label: 'Merchant', windows: [{ asset: 'SOL', seconds: 7_201, ...twice }] }],
      groups: [{ name: 'all', scope: 'wallet', members: [{ asset: 'SOL', weight: '1' }], windows: [{ seconds: 7_202, ...twice }] }],
      fees: {
        perTransactionLamports: '100000',
        rentPerTransactionLamports: '10000000',
        windows: [{ seconds: 3_600, ceilingLamports: String(paid * 10_000) }],
      },
    });
    const proposed = must(await stage().stack.operator.proposePolicy(id, { policy: text }));
    must(await countersign(ownerClient, proposed.approval.id, owner));
    await until('the revision is active', async () => must(await agent.getWallet(id)).policyRevision === 2);
    const said = await ask(stage(), full(), payment(1n, merchant), { dry: true });
    expect(rulesOf(said).toSorted()).toEqual(
      ['amount-per-window', 'fees-per-window', 'group-per-window', 'recipient-per-window', 'transactions-per-window'].toSorted(),
    );
    const used = Object.fromEntries(
      (said.json.budgets ?? [])
        .filter(({ limitKind }) => limitKind === 'ceiling')
        .map(({ of, windowSeconds, used: is }) => [`${of} ${windowSeconds}`, is]),
    );
    expect(used).toEqual({
      'SOL 3601': spent.toString(),
      'SOL 86400': spent.toString(),
      'transactions 7200': String(paid),
      [`SOL to ${merchant} 7201`]: spent.toString(),
      'group all 7202': spent.toString(),
      'fees 3600': String(paid * 10_000),
    });
    expect(verdictOf(await ask(stage(), full(), payment(1n, merchant)))).toBe('denied');
    // Back to the first text: as full as ever.
    const back = must(await stage().stack.operator.proposePolicy(id, { policy: text.replace('"seconds":3601', '"seconds":3600') }));
    must(await countersign(ownerClient, back.approval.id, owner));
    await until('the revision is active', async () => must(await agent.getWallet(id)).policyRevision === 3);
    const again = await ask(stage(), full(), payment(1n, merchant));
    expect(rulesOf(again)).toContain('amount-per-window');
    expect(must(await agent.listTransactions(id, { state: 'finalized', limit: '100' })).items).toHaveLength(paid);
  });
}
