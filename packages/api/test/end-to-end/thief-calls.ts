import { type Address, address } from '@countersign/core';
import { createTestKey } from '@countersign/testkit';
import { expect, test } from 'vitest';
import { consentTo, countersign, must, policyFor, until, untilState } from './stack.ts';
import { ask, confirmed, merchantOf, messageOf, payment, rulesOf, setAccount, signedBy, thaw, untilQuiet, verdictOf } from './thief-ask.ts';
import { systemTransfer } from './thief-bytes.ts';
import { assetRule, type Stage, type Victim } from './thief-stage.ts';
import { assign, chameleon, SYSTEM, squads, tokens } from './thief-steps.ts';
import { type TestMint, tokenAccountOf } from './thief-tokens.ts';

const CEILING = 50_000_000n;
const WINDOW = 120_000_000n;

/** A program that does what a thief likes is listed, as a careless owner may do. */
export const callPolicy =
  (program: Address, ceiling: bigint = CEILING) =>
  (merchant: string): string =>
    policyFor(merchant, {
      assets: [assetRule('SOL', { autonomous: 10_000_000n, ceiling }, [{ seconds: 86_400, autonomous: 100_000_000n, ceiling: WINDOW }])],
      programs: [
        {
          program,
          label: 'Exchange',
          instructions: [
            { name: 'nothing', discriminator: '00', dataBytes: 1 },
            { name: 'relay', discriminator: '01' },
            { name: 'swap', discriminator: '06' },
          ],
        },
      ],
    });

/** Calls of a listed program: always the owner, exactly the bytes that were shown, once, and within the ceilings. */
export function callAttacks(
  stage: () => Stage,
  victim: () => Victim,
  mint: () => TestMint,
  program: () => Address,
  copy: () => Address,
): void {
  const relay = (amount: bigint, to: Address) => chameleon(program(), 'RELAY', systemTransfer(victim().addresses.vault, to, amount));
  const message = (...steps: Parameters<typeof messageOf>[1]) => messageOf(victim(), steps);
  const waiting = async (body: object): Promise<{ readonly id: string; readonly approval: string }> => {
    const said = await ask(stage(), victim(), body);
    expect(verdictOf(said), said.text).toBe('needs_owner');
    return { id: said.json.id ?? '', approval: said.json.approval ?? '' };
  };

  test('INVARIANT I5: a listed program is called with the owner or not at all; another shape, program or signer is denied', async () => {
    const { vault, agent } = victim().addresses;
    const merchant = merchantOf(victim());
    const nothing = chameleon(program(), 'NOTHING', null);
    for (const each of [message(nothing), message(relay(1n, merchant)), message(systemTransfer(vault, merchant, 1n), nothing)])
      expect(verdictOf(await ask(stage(), victim(), each, { dry: true }))).toBe('needs_owner');
    const bad: readonly object[] = [
      message(chameleon(program(), 'LOG', null)),
      message({ ...nothing, data: Uint8Array.of(0, 0) }),
      message({ ...nothing, data: new Uint8Array() }),
      message(chameleon(copy(), 'NOTHING', null)),
      message(chameleon(program(), 'RELAY', chameleon(copy(), 'NOTHING', null))),
      message(nothing, chameleon(copy(), 'NOTHING', null)),
      message(chameleon(program(), 'RELAY', systemTransfer(agent, merchant, 1n))),
      message(chameleon(program(), 'FAIL', null)),
      message(relay(CEILING + 1n, merchant)),
      message(relay(CEILING, merchant), systemTransfer(vault, merchant, 1n)),
      message(relay(CEILING, merchant), relay(1n, merchant)),
    ];
    const found: string[] = [];
    for (const each of bad) {
      found.push(verdictOf(await ask(stage(), victim(), each)));
      await thaw(stage(), victim());
    }
    expect(found).toEqual(bad.map(() => 'denied'));
  });

  test('INVARIANT I5: what a listed program does under the surface is judged as if it stood there: authority, delegate, burn, closing, governance', async () => {
    const { vault, multisig, feeAccount } = victim().addresses;
    const thief = createTestKey().address;
    const ours = await tokenAccountOf(vault, mint().mint);
    await Promise.all([mint().give(vault, 1_000n), mint().give(thief, 1n)]);
    const hidden = [
      assign(vault, program()),
      tokens.approve(ours, thief, vault, 1n),
      tokens.setAuthority(ours, vault, 2, thief),
      tokens.setAuthority(ours, vault, 3, thief),
      tokens.burn(ours, mint().mint, vault, 1n),
      tokens.transfer(ours, await tokenAccountOf(thief, mint().mint), vault, 1n),
      squads(
        'proposal_approve',
        [
          [multisig, '-'],
          [vault, 's'],
          [thief, 'w'],
        ],
        Uint8Array.of(0),
      ),
      squads(
        'multisig_remove_spending_limit',
        [
          [multisig, '-'],
          [vault, 's'],
          [victim().limitOf('SOL'), 'w'],
          [thief, 'w'],
        ],
        Uint8Array.of(0),
      ),
      chameleon(program(), 'RELAY', tokens.approve(ours, thief, vault, 1n)),
      systemTransfer(feeAccount, thief, 1n),
    ];
    const found: string[] = [];
    for (const each of hidden) {
      const said = await ask(stage(), victim(), message(chameleon(program(), 'RELAY', each)));
      found.push(verdictOf(said));
      await thaw(stage(), victim());
    }
    expect(found).toEqual(hidden.map(() => 'denied'));
  });

  test('INVARIANT I1, I6: the bytes that the owner was shown are the bytes that land, once, and what they take counts', async () => {
    const { ownerClient, owner, vault } = victim();
    const thief = createTestKey().address;
    await stage().stack.fund(thief, 1_000_000n);
    const before = await stage().balance(vault);
    const one = await waiting(message(relay(5_000_000n, thief)));
    const two = await waiting(message(relay(5_000_000n, thief)));
    const [prepared, other] = [
      must(await ownerClient.prepareApproval(one.approval)),
      must(await ownerClient.prepareApproval(two.approval)),
    ];
    expect(prepared.messages).not.toEqual(other.messages);
    const consent = consentTo(prepared, owner);
    // A signature over equal instructions of another request.
    expect(await ownerClient.approve(two.approval, consent)).toMatchObject({ ok: false, error: { code: 'owner_signature_invalid' } });
    const replica = stage().replica.client(victim().ownerSecret);
    const answers = await Promise.all(
      Array.from({ length: 8 }, (_each, at) => (at % 2 ? ownerClient : replica).approve(one.approval, consent)),
    );
    expect(answers.filter(({ ok }) => ok)).toHaveLength(1);
    const { signature } = await untilState(victim(), one.id, 'finalized');
    expect((await ownerClient.approve(one.approval, consent)).ok).toBe(false);
    const landed = (await stage().stack.rpc('getTransaction', [signature, { encoding: 'base64', maxSupportedTransactionVersion: 0 }])) as {
      readonly transaction: readonly [string, string];
    };
    const wire = Buffer.from(landed.transaction[0], 'base64');
    expect(wire.subarray(1 + 64 * (wire[0] ?? 0)).toString('base64')).toBe(prepared.messages[0]);
    expect(before - (await stage().balance(vault))).toBe(5_000_000n);
    const { budgets } = (await ask(stage(), victim(), payment(1n, victim().merchant), { dry: true })).json;
    expect(budgets?.find(({ of, limitKind }) => of === 'SOL' && limitKind === 'ceiling')?.used).toBe('5000000');
    must(await victim().agent.cancelTransaction(victim().id, two.id));
    expect((await ownerClient.approve(two.approval, consentTo(other, owner))).ok).toBe(false);
  });

  test('INVARIANT I4: gross outflow counts where a program pays back: exactly the ceiling of the window goes through it', async () => {
    const { vault } = victim().addresses;
    const pool = createTestKey().address;
    await setAccount(stage(), pool, { owner: program(), data: new Uint8Array(), lamports: 400_000_000n });
    await confirmed(stage());
    const ceiling = async () => {
      const { budgets } = (await ask(stage(), victim(), payment(1n, victim().merchant), { dry: true })).json;
      return BigInt(budgets?.find(({ of, limitKind }) => of === 'SOL' && limitKind === 'ceiling')?.used ?? -1);
    };
    const used = await ceiling();
    const before = await stage().balance(vault);
    /** 30,000,000 go to the pool and 29,000,000 come back to the vault. */
    const back = chameleon(program(), 'SWAP', chameleon(program(), 'NOTHING', null), {
      argument: 29_000_000n,
      accounts: [
        [SYSTEM, '-'],
        [vault, 'w'],
        [pool, 'w'],
      ],
    });
    const swap = () => message(relay(30_000_000n, pool), back);
    const said = await waiting(swap());
    must(await countersign(victim().ownerClient, said.approval, victim().owner));
    await untilState(victim(), said.id, 'finalized');
    expect(before - (await stage().balance(vault))).toBe(1_000_000n);
    expect((await ceiling()) - used).toBe(30_000_000n);
  });

  test('INVARIANT I6, I7: a signature from before a freeze or a tighter policy is good for nothing', async () => {
    const { ownerClient, owner, agent, id, vault, merchant } = victim();
    const before = await stage().balance(vault);
    const signed = await signedBy(stage(), victim());
    const one = await waiting(message(relay(2_000_000n, merchantOf(victim()))));
    const two = await waiting(message(relay(2_000_000n, merchantOf(victim()))));
    const early = consentTo(must(await ownerClient.prepareApproval(one.approval)), owner);
    must(await agent.freeze(id));
    for (const approve of [ownerClient.approve, stage().replica.client(victim().ownerSecret).approve])
      expect((await approve(one.approval, early)).ok).toBe(false);
    expect((await countersign(ownerClient, one.approval, owner)).ok).toBe(false);
    await thaw(stage(), victim());
    const middle = consentTo(must(await ownerClient.prepareApproval(two.approval)), owner);
    // The program is no longer listed.
    const proposed = must(await stage().stack.operator.proposePolicy(id, { policy: policyFor(merchant) }));
    must(await countersign(ownerClient, proposed.approval.id, owner));
    await until('the revision is active', async () => must(await agent.getWallet(id)).policyRevision === 2);
    for (const each of [one, two]) {
      expect((await ownerClient.approve(each.approval, middle)).ok).toBe(false);
      const again = await countersign(ownerClient, each.approval, owner);
      expect(again).toMatchObject({ ok: false, error: { code: 'approval_denied' } });
    }
    const late = await ask(stage(), victim(), message(relay(1n, address(merchant))));
    expect([verdictOf(late), rulesOf(late).includes('permitted-programs')]).toEqual(['denied', true]);
    await untilQuiet(victim());
    expect(await signedBy(stage(), victim())).toBe(signed);
    expect(await stage().balance(vault)).toBe(before);
  });
}
