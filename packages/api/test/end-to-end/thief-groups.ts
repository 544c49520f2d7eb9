import { expect, test } from 'vitest';
import { countersign, must, policyFor, until } from './stack.ts';
import { ask, merchantOf, messageOf, payment, rulesOf, untilQuiet, verdictOf } from './thief-ask.ts';
import { systemTransfer } from './thief-bytes.ts';
import { assetRule, type Stage, type Victim } from './thief-stage.ts';

/** Lamports that both wallets may pay together, alone. */
const SHARED = 20_000_000n;
export const groupPolicy = (merchant: string): string =>
  policyFor(merchant, {
    assets: [assetRule('SOL', { autonomous: 10_000_000n, ceiling: 50_000_000n }, [{ seconds: 86_400, autonomous: 100_000_000n }])],
    groups: [
      {
        name: 'all',
        scope: 'owner',
        members: [{ asset: 'SOL', weight: '3' }],
        windows: [{ seconds: 3_600, autonomous: (3n * SHARED).toString(), ceiling: (3n * SHARED).toString() }],
      },
    ],
  });

/** One budget of several wallets, asked through several processes. */
export function groupAttacks(stage: () => Stage, pair: () => readonly [Victim, Victim]): void {
  const bodyFor = (of: Victim, amount: bigint, at: number): object =>
    at % 3 === 2 ? messageOf(of, [systemTransfer(of.addresses.vault, merchantOf(of), amount)]) : payment(amount, of.merchant);

  test('INVARIANT I4: two wallets of one owner under one budget, asked through two processes at once: never above the cap on chain', async () => {
    const vaults = pair().map(({ vault }) => vault);
    const total = async (): Promise<bigint> =>
      (await Promise.all(vaults.map((vault) => stage().balance(vault)))).reduce((sum, each) => sum + each, 0n);
    const urls = [stage().stack.url, stage().replica.url];
    const before = await total();
    const burst = await Promise.all(
      Array.from({ length: 24 }, (_each, at) => {
        const of = pair()[at % 2 ? 1 : 0];
        return ask(stage(), of, bodyFor(of, 3_000_000n, at), { url: urls[(at >> 1) % 2] ?? '' });
      }),
    );
    expect(burst.filter((said) => verdictOf(said) === 'allowed')).toHaveLength(6);
    for (const each of burst) if (verdictOf(each) !== 'allowed') expect(rulesOf(each), each.text).toEqual(['group-per-window']);
    const [one, two] = pair();
    for (const [at, of] of pair().entries()) expect(verdictOf(await ask(stage(), of, bodyFor(of, 2_000_001n, at)))).toBe('denied');
    // The owner who signs for one wallet opens no second budget at the other.
    const rest = await ask(stage(), two, payment(2_000_000n, two.merchant));
    expect(verdictOf(rest)).toBe('allowed');
    for (const [at, of] of pair().entries()) expect(verdictOf(await ask(stage(), of, bodyFor(of, 1n, at + 1)))).toBe('denied');
    await untilQuiet(one);
    await untilQuiet(two);
    expect(before - (await total())).toBe(SHARED);
  });

  test('INVARIANT I4: an edit of one policy, with another weight and window, does not make the other wallet’s payments forgotten', async () => {
    const [one, two] = pair();
    const wider = JSON.parse(groupPolicy(one.merchant)) as { groups: { members: { weight: string }[]; windows: { seconds: number }[] }[] };
    const [group] = wider.groups;
    if (!group) throw new Error('it has a group');
    group.members = [{ asset: 'SOL', weight: '3' } as never];
    group.windows = [{ ...group.windows[0], seconds: 7_200 } as never];
    const proposed = must(await stage().stack.operator.proposePolicy(one.id, { policy: JSON.stringify(wider) }));
    must(await countersign(one.ownerClient, proposed.approval.id, one.owner));
    await until('the revision is active', async () => must(await one.agent.getWallet(one.id)).policyRevision === 2);
    const said = await ask(stage(), one, payment(1n, one.merchant), { dry: true });
    expect([verdictOf(said), rulesOf(said)]).toEqual(['denied', ['group-per-window']]);
    const line = said.json.budgets?.find(({ scope, limitKind }) => scope === 'owner' && limitKind === 'ceiling');
    expect([line?.used, line?.remaining]).toEqual([(3n * SHARED).toString(), '0']);
    expect(verdictOf(await ask(stage(), two, payment(1n, two.merchant), { dry: true }))).toBe('denied');
  });
}
