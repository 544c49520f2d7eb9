import { expect, test } from 'vitest';
import { vetoOf } from './owner-says.ts';
import { consentTo, must, until, untilState } from './stack.ts';
import { ask, merchantOf, messageOf, payment, rulesOf, signedBy, sql, thaw, untilQuiet, verdictOf } from './thief-ask.ts';
import { systemTransfer } from './thief-bytes.ts';
import type { Stage, Victim } from './thief-stage.ts';

const AMOUNT = 20_000_000n;
const no = (code: string) => ({ ok: false, error: { code } });

/** Payments that go without the owner after a minute, unless somebody says no. The policy lets 50,000,000 go so. */
export function delayedAttacks(stage: () => Stage, victim: () => Victim, other: () => Victim): void {
  const waiting = async (
    body: object,
    url?: string,
  ): Promise<{ readonly id: string; readonly approval: string; readonly releasesAt: string }> => {
    const said = await ask(stage(), victim(), body, url === undefined ? {} : { url });
    const { id = '', approval, releasesAt, state, route } = said.json;
    expect([verdictOf(said), state, route], said.text).toEqual(['needs_delay', 'awaiting_delay', 'delayed']);
    return { id, approval: approval ?? '', releasesAt: releasesAt ?? '' };
  };
  const delayed = () => payment(AMOUNT, victim().merchant);
  /** The minute is over, by the database's own rows; every process is told twice over. */
  const passTime = async (approvals: readonly string[]): Promise<void> => {
    await sql(stage(), 'UPDATE approvals SET releases_at_ms = 1 WHERE id = ANY($1) AND releases_at_ms IS NOT NULL', [approvals], true);
    const jobs = "SELECT name, data FROM pgboss.job WHERE name = 'release-payment' AND data::text LIKE ANY($1)";
    const likes = approvals.map((each) => `%${each}%`);
    for (let times = 0; times < 2; times += 1)
      await sql(stage(), `INSERT INTO pgboss.job (name, data) ${jobs} AND state = 'created' AND start_after > now()`, [likes]);
  };
  const stateOf = async (id: string): Promise<string> => must(await victim().agent.getTransaction(victim().id, id)).state;

  test('INVARIANT I7: a delayed payment waits its minute; owner and operator veto it, its own agent and strangers answer nothing', async () => {
    const { agent, ownerClient, id, vault } = victim();
    const { operator } = stage().stack;
    const before = await stage().balance(vault);
    const asMessage = messageOf(victim(), [systemTransfer(victim().addresses.vault, merchantOf(victim()), AMOUNT)]);
    const [one, two, three] = [await waiting(delayed()), await waiting(asMessage), await waiting(delayed(), stage().replica.url)];
    for (const { id: asked, releasesAt, approval } of [one, two, three]) {
      const read = must(await agent.getTransaction(id, asked));
      expect([read.releasesAt, read.approval]).toEqual([releasesAt, approval]);
      const delayMs = Date.parse(releasesAt) - Date.parse(read.createdAt);
      expect(delayMs).toBe(60_000);
    }
    for (const client of [agent, stage().replica.client(victim().agentSecret)]) {
      expect(await client.reject(one.approval)).toMatchObject(no('forbidden'));
      expect(await client.prepareApproval(one.approval)).toMatchObject(no('forbidden'));
      expect(await client.approve(one.approval, { statementSignature: null, messageSignatures: [] })).toMatchObject(no('forbidden'));
    }
    expect(await other().agent.cancelTransaction(id, one.id)).toMatchObject({ ok: false });
    // A session alone says nothing; and what its owner says is about one transaction.
    expect(await ownerClient.reject(one.approval, { reason: 'not this one' })).toMatchObject(no('forbidden'));
    expect(await ownerClient.reject(one.approval, await vetoOf(stage(), victim(), two.id))).toMatchObject(no('statement_invalid'));
    const veto = await vetoOf(stage(), victim(), one.id);
    expect(await other().ownerClient.reject(one.approval, veto)).toMatchObject(no('not_found'));
    must(await ownerClient.reject(one.approval, veto));
    must(await operator.reject(two.approval));
    must(await agent.cancelTransaction(id, three.id));
    await passTime([one.approval, two.approval, three.approval]);
    await new Promise((resolve) => setTimeout(resolve, 1_500));
    expect(await Promise.all([one, two, three].map((each) => stateOf(each.id)))).toEqual(['rejected', 'rejected', 'cancelled']);
    for (const each of [one, two, three])
      expect((await ownerClient.reject(each.approval, await vetoOf(stage(), victim(), each.id))).ok).toBe(false);
    expect(await stage().balance(vault)).toBe(before);
  });

  test('INVARIANT I3: the owner lets it go early at the moment of the release, through another process: one of the two pays, once', async () => {
    const { vault, owner, ownerSecret } = victim();
    const before = await stage().balance(vault);
    const replica = stage().replica.client(ownerSecret);
    const { id, approval } = await waiting(payment(10_000_001n, victim().merchant));
    const prepared = must(await replica.prepareApproval(approval));
    const consent = consentTo(prepared, owner);
    // What is signed is a statement with the effect in it, as the owner's own decoder reads it.
    expect([prepared.messages, prepared.intent === null]).toEqual([[], false]);
    expect(prepared.statement).toContain(`request: ${id}\n`);
    const { addresses, merchant } = victim();
    expect(prepared.statement).toContain(
      `effect: Send 0.010000001 SOL (10000001 lamports) from vault ${addresses.vault} to ${merchant}.\n`,
    );
    await Promise.all([passTime([approval]), replica.approve(approval, consent)]);
    await passTime([approval]);
    await untilState(victim(), id, 'finalized');
    await replica.approve(approval, consent);
    expect(must(await replica.getApproval(approval)).state).toBe('done');
    expect(before - (await stage().balance(vault))).toBe(10_000_001n);
  });

  test('INVARIANT I3, I4: with two processes and every job twice, each released payment goes once, and only as many as the window holds', async () => {
    const { vault, ownerClient } = victim();
    await untilQuiet(victim());
    const before = await stage().balance(vault);
    const room = (await ask(stage(), victim(), payment(1n, victim().merchant), { dry: true })).json.budgets?.find(
      ({ of, limitKind }) => of === 'SOL' && limitKind === 'autonomous',
    )?.remaining;
    const fits = Number(BigInt(room ?? 0) / AMOUNT);
    const asked: Awaited<ReturnType<typeof waiting>>[] = [];
    for (let at = 0; at < fits + 2; at += 1) asked.push(await waiting(delayed(), at % 2 ? stage().replica.url : undefined));
    await passTime(asked.map(({ approval }) => approval));
    await until('all are decided', async () =>
      (await Promise.all(asked.map((each) => stateOf(each.id)))).every((state) => state !== 'awaiting_delay'),
    );
    await untilQuiet(victim());
    const states = await Promise.all(asked.map((each) => stateOf(each.id)));
    expect(fits).toBeGreaterThan(1);
    expect(states.filter((state) => state === 'confirmed' || state === 'finalized')).toHaveLength(fits);
    expect(states.filter((state) => state === 'awaiting_owner')).toHaveLength(2);
    expect(before - (await stage().balance(vault))).toBe(BigInt(fits) * AMOUNT);
    for (const [at, each] of asked.entries())
      if (states[at] === 'awaiting_owner') must(await ownerClient.reject(each.approval, await vetoOf(stage(), victim(), each.id)));
  });

  test('INVARIANT I7: what waits when the wallet freezes goes never, whichever process finds that its time is over', async () => {
    const { vault, agent, ownerClient, id } = victim();
    const { operator } = stage().stack;
    const before = await stage().balance(vault);
    const signed = await signedBy(stage(), victim());
    // The window is full by now: room is made by a delay that the owner need not be asked about.
    const said = await ask(stage(), other(), payment(AMOUNT, other().merchant));
    expect([verdictOf(said), rulesOf(said)]).toEqual(['needs_delay', ['amount-per-transaction']]);
    must(await operator.freeze(other().id));
    const theirs = await stage().balance(other().vault);
    await passTime([said.json.approval ?? '']);
    await until(
      'it is decided',
      async () => must(await other().agent.getTransaction(other().id, said.json.id ?? '')).state !== 'awaiting_delay',
    );
    expect(must(await other().agent.getTransaction(other().id, said.json.id ?? '')).state).toBe('denied');
    await thaw(stage(), other());
    await passTime([said.json.approval ?? '']);
    await new Promise((resolve) => setTimeout(resolve, 1_000));
    expect(must(await other().agent.getTransaction(other().id, said.json.id ?? '')).state).toBe('denied');
    expect(await stage().balance(other().vault)).toBe(theirs);
    expect([await stage().balance(vault), await signedBy(stage(), victim())]).toEqual([before, signed]);
    expect(must(await agent.listTransactions(id, { state: 'awaiting_delay' })).items).toEqual([]);
    expect(must(await ownerClient.getWallet(id)).state).toBe('active');
    await untilState(other(), said.json.id ?? '', 'denied');
  });
}
