import { expect, test } from 'vitest';
import { must, until } from './stack.ts';
import { ask, merchantOf, messageOf, payment, type Said, untilLanded, untilQuiet, verdictOf, type Wish } from './thief-ask.ts';
import { systemTransfer } from './thief-bytes.ts';
import type { Stage, Victim } from './thief-stage.ts';

/** One key is one request, for ever, wherever it is asked. */
export function replayAttacks(stage: () => Stage, victim: () => Victim, full: () => Victim): void {
  const same = (one: Said, other: Said): void => {
    expect([other.text, other.status, other.replayed]).toEqual([one.text, one.status, true]);
  };

  test('INVARIANT I3: the first answer is given again to the byte, by any process, after a crash too, and for denials as well', async () => {
    const { vault } = victim().addresses;
    const before = await stage().balance(vault);
    const transfer = (amount: bigint) => messageOf(victim(), [systemTransfer(vault, merchantOf(victim()), amount)]);
    const bodies = [
      payment(3_000n, victim().merchant),
      transfer(4_000n),
      payment(60_000_000n, victim().merchant),
      payment(10n ** 12n, victim().merchant),
      transfer(10n ** 12n),
      { message: 'AAAA' },
    ];
    const firsts: { readonly body: object; readonly key: string; readonly first: Said }[] = [];
    for (const body of bodies) {
      const key = stage().key();
      firsts.push({ body, key, first: await ask(stage(), victim(), body, { key }) });
    }
    expect(firsts.map(({ first }) => [first.status, first.replayed])).toEqual(
      [202, 202, 202, 403, 403, 403].map((status) => [status, false]),
    );
    const again = async (wish: Wish = {}): Promise<void> => {
      for (const { body, key, first } of firsts) same(first, await ask(stage(), victim(), body, { ...wish, key }));
    };
    await again();
    await again({ url: stage().replica.url });
    for (const { first } of firsts.slice(0, 2)) await untilLanded(victim(), first.json.id ?? '');
    must(await victim().agent.cancelTransaction(victim().id, firsts[2]?.first.json.id ?? ''));
    await stage().stack.crashApi();
    await again({ url: stage().replica.url });
    await stage().stack.startApi();
    await until('it is ready', async () => must(await stage().stack.operator.ready()).ready);
    await again();
    // The same key for anything else, on either process: the other form of the same payment too.
    const others = [payment(3_001n, victim().merchant), transfer(3_000n), { ...payment(3_000n, victim().merchant), memo: 'x' }];
    for (const url of [stage().stack.url, stage().replica.url])
      for (const body of others) {
        const { status, json } = await ask(stage(), victim(), body, { url, key: firsts[0]?.key ?? '' });
        expect([status, json.code]).toEqual([409, 'idempotency_key_reused']);
      }
    expect(before - (await stage().balance(vault))).toBe(7_000n);
  });

  test('INVARIANT I3: two processes, one key, thirty at once: one effect and one answer; a key of another credential is another key', async () => {
    const { vault } = victim().addresses;
    const before = await stage().balance(vault);
    const secret = must(
      await stage().stack.operator.createCredential({ role: 'agent', wallet: victim().id, label: 'second agent' }),
    ).secret;
    const key = stage().key();
    const body = payment(5_000n, victim().merchant);
    const both = [stage().stack.url, stage().replica.url];
    const mine = await Promise.all(
      Array.from({ length: 30 }, (_each, at) => ask(stage(), victim(), body, { url: both[at % 2] ?? '', key })),
    );
    const theirs = await Promise.all(both.map((url) => ask(stage(), victim(), body, { url, key, secret })));
    expect(new Set(mine.map(({ status }) => status))).toEqual(new Set([202]));
    expect(new Set(mine.map(({ text }) => text)).size).toBe(1);
    expect(mine.filter(({ replayed }) => !replayed)).toHaveLength(1);
    expect(new Set(theirs.map(({ text }) => text)).size).toBe(1);
    expect(theirs[0]?.json.id).not.toBe(mine[0]?.json.id);
    expect((await ask(stage(), full(), payment(1n, full().merchant), { key })).json.id).not.toBe(mine[0]?.json.id);
    // Another wallet's credential does not reach this one.
    expect((await ask(stage(), victim(), body, { key, secret: full().agentSecret })).status).toBeGreaterThanOrEqual(403);
    // The same key with different bodies at once: one of them is what it stands for.
    const mixed = stage().key();
    const raced = await Promise.all(
      [1n, 2n, 3n, 1n, 2n, 3n].map((amount, at) =>
        ask(stage(), victim(), payment(amount * 1_000n, victim().merchant), { url: both[at % 2] ?? '', key: mixed }),
      ),
    );
    expect(raced.map(({ status }) => status).sort()).toEqual([202, 202, 409, 409, 409, 409]);
    const won = BigInt(raced.find(({ status }) => status === 202)?.json.amount ?? 0);
    await untilQuiet(victim());
    expect(before - (await stage().balance(vault))).toBe(10_000n + won);
    expect(raced.map(verdictOf).filter((verdict) => verdict === 'allowed')).toHaveLength(2);
  });
}
