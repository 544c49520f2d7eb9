import { type Address, address } from '@countersign/core';
import { createTestKey } from '@countersign/testkit';
import { expect, test } from 'vitest';
import type { Rewrite } from './lying-node.ts';
import { consentTo, must, until, untilState } from './stack.ts';
import { ask, confirmed, merchantOf, messageOf, payment, setAccount, signedBy, thaw, untilLanded, verdictOf } from './thief-ask.ts';
import { systemTransfer } from './thief-bytes.ts';
import type { Stage, Victim } from './thief-stage.ts';
import { LOOKUP_TABLES, tableData, tokenAccountData, tokens } from './thief-steps.ts';
import { type TestMint, tokenAccountOf } from './thief-tokens.ts';

interface Account {
  lamports: number;
  data: [string, string];
}

/** One of the two nodes of the second process lies. */
export function nodeAttacks(stage: () => Stage, victim: () => Victim, mint: () => TestMint): void {
  const here = () => ({ url: stage().replica.url });
  /** Changes an account in an answer to getMultipleAccounts. */
  const account =
    (of: Address, change: (found: Account | null) => Account | null): Rewrite =>
    (params, result) => {
      const at = (params[0] as readonly string[]).indexOf(of);
      const { value } = result as { value: (Account | null)[] };
      if (at >= 0) value[at] = change(value[at] ?? null);
      return result;
    };
  const withData =
    (data: Uint8Array) =>
    (found: Account | null): Account | null =>
      found && { ...found, data: [Buffer.from(data).toString('base64'), 'base64'] };
  /** Changes what a simulation says. */
  const simulation =
    (
      change: (value: { err: unknown; accounts: (Account | null)[] | null; innerInstructions: unknown[]; logs: string[] }) => void,
    ): Rewrite =>
    (_params, result) => {
      change((result as { value: Parameters<typeof change>[0] }).value);
      return result;
    };

  test('INVARIANT I5: of two nodes one lies about accounts, tables, blockhashes or simulations: nothing is signed, and the honest two agree', async () => {
    const { vault } = victim().addresses;
    const merchant = merchantOf(victim());
    const { node } = stage().replica;
    const [ours, there] = await Promise.all([tokenAccountOf(vault, mint().mint), tokenAccountOf(merchant, mint().mint)]);
    const thief = createTestKey().address;
    const table = address(createTestKey().address);
    await setAccount(stage(), table, { owner: LOOKUP_TABLES, data: tableData([merchant]) });
    await confirmed(stage());
    const transfer = systemTransfer(vault, merchant, 1_000n);
    const tokensOut = messageOf(victim(), [
      tokens.transferChecked(ours, mint().mint, there, vault, 1n, 6),
      systemTransfer(vault, merchant, 1n),
    ]);
    const overTable = messageOf(victim(), [transfer], { lookups: [{ table, holds: [merchant], writable: [0], readonly: [] }] });
    const stale = messageOf(victim(), [transfer], { blockhash: stage().staleBlockhash });
    const lies: readonly (readonly [string, object, string, Rewrite])[] = [
      [
        'more money than there is',
        payment(1_000n, merchant),
        'getMultipleAccounts',
        account(vault, (found) => found && { ...found, lamports: found.lamports + 1_000_000 }),
      ],
      [
        'an account emptied by the run',
        payment(1_000n, merchant),
        'simulateTransaction',
        simulation((value) => {
          for (const each of value.accounts ?? []) if (each) each.lamports += 1;
        }),
      ],
      [
        'hidden inner instructions',
        payment(1_000n, merchant),
        'simulateTransaction',
        simulation((value) => {
          value.innerInstructions = [];
          value.logs = [];
        }),
      ],
      [
        'a failure that is none',
        payment(1_000n, merchant),
        'simulateTransaction',
        simulation((value) => {
          value.err = { InstructionError: [0, 'Custom'] };
        }),
      ],
      [
        'no accounts at all',
        payment(1_000n, merchant),
        'simulateTransaction',
        simulation((value) => {
          value.accounts = null;
        }),
      ],
      ['another owner of tokens', tokensOut, 'getMultipleAccounts', account(there, withData(tokenAccountData(mint().mint, thief, 0n)))],
      ['no token account', tokensOut, 'getMultipleAccounts', account(there, () => null)],
      ['another table', overTable, 'getMultipleAccounts', account(table, withData(tableData([thief])))],
      ['no table', overTable, 'getMultipleAccounts', account(table, () => null)],
      ['a stale blockhash that is fresh', stale, 'isBlockhashValid', (_params, result) => ({ ...(result as object), value: true })],
    ];
    const [before, signed] = [await stage().balance(victim().vault), await signedBy(stage(), victim())];
    const found: (readonly [string, string, boolean])[] = [];
    for (const [what, body, method, rewrite] of lies) {
      node.lie(method, rewrite);
      for (const dry of [true, false]) {
        const said = await ask(stage(), victim(), body, { ...here(), dry });
        found.push([what, verdictOf(said), node.told() > 0]);
      }
      node.lie(null);
    }
    expect(
      found.filter(
        ([, verdict, told]) => !told || !/^(refused (nodes_disagree|simulation_failed|chain_unavailable)|denied)$/.test(verdict),
      ),
    ).toEqual([]);
    expect(await signedBy(stage(), victim())).toBe(signed);
    expect(await stage().balance(victim().vault)).toBe(before);
    await thaw(stage(), victim());
    for (const body of [payment(1_000n, merchant), overTable]) {
      const said = await ask(stage(), victim(), body, here());
      expect(verdictOf(said), said.text).toBe('allowed');
      await untilLanded(victim(), said.json.id ?? '');
    }
    expect(before - (await stage().balance(victim().vault))).toBe(2_000n);
  });

  test('INVARIANT I5, I6: a lie between preparation and approval, and one about what landed, move and settle nothing', async () => {
    const { node, client } = stage().replica;
    const { owner, ownerSecret, vault } = victim();
    const before = await stage().balance(vault);
    const asked = await ask(stage(), victim(), payment(60_000_000n, victim().merchant), here());
    const approval = asked.json.approval ?? '';
    const there = client(ownerSecret);
    node.lie(
      'simulateTransaction',
      simulation((value) => {
        value.innerInstructions = [];
      }),
    );
    expect((await there.prepareApproval(approval)).ok).toBe(false);
    node.lie(null);
    const consent = consentTo(must(await there.prepareApproval(approval)), owner);
    const signed = await signedBy(stage(), victim());
    node.lie(
      'simulateTransaction',
      simulation((value) => {
        for (const each of value.accounts ?? []) if (each) each.lamports -= 1;
      }),
    );
    expect((await there.approve(approval, consent)).ok).toBe(false);
    expect(await signedBy(stage(), victim())).toBe(signed);
    expect(await stage().balance(vault)).toBe(before);
    node.lie(null);
    must(await there.approve(approval, consent));
    await untilState(victim(), asked.json.id ?? '', 'finalized');
    await until('it left', async () => before - (await stage().balance(vault)) === 60_000_000n);
    expect(must(await victim().agent.getWallet(victim().id)).state).toBe('active');
  });
}
