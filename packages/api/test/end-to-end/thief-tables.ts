import { type Address, address } from '@countersign/core';
import { createTestKey } from '@countersign/testkit';
import { expect, test } from 'vitest';
import { consentTo, countersign, must } from './stack.ts';
import { ask, confirmed, merchantOf, messageOf, setAccount, signedBy, thaw, untilLanded, verdictOf } from './thief-ask.ts';
import { systemTransfer } from './thief-bytes.ts';
import type { Stage, Victim } from './thief-stage.ts';
import { LOOKUP_TABLES, memo, SYSTEM, TOKEN, tableData } from './thief-steps.ts';

/** Lookup tables that change under a message. */
export function tableAttacks(stage: () => Stage, victim: () => Victim): void {
  const newTable = (): Address => address(createTestKey().address);
  const setTable = async (table: Address, holds: readonly Address[], change: Parameters<typeof tableData>[1] = {}): Promise<void> => {
    await setAccount(stage(), table, { owner: LOOKUP_TABLES, data: tableData(holds, change) });
    await confirmed(stage());
  };
  /** 1,000 lamports to the merchant, and 2,000 to whoever stands first in the table. */
  const asked = async (table: Address, holds: readonly Address[], steps = 2) => {
    const { vault } = victim().addresses;
    const [first = vault] = holds;
    const both = [systemTransfer(vault, first, 2_000n), ...(steps === 1 ? [] : [systemTransfer(vault, merchantOf(victim()), 1_000n)])];
    return ask(stage(), victim(), messageOf(victim(), both, { lookups: [{ table, holds, writable: [0], readonly: [] }] }));
  };

  test('INVARIANT I6: a table that changes between request, preparation and approval ends the request: lookup_changed, and nothing leaves', async () => {
    const { ownerClient, owner, agent, id } = victim();
    const { vault } = victim().addresses;
    const thief = newTable();
    const friend = newTable();
    await setAccount(stage(), friend, { owner: SYSTEM, data: new Uint8Array() });
    const changes: readonly (readonly [string, (table: Address) => Promise<void>])[] = [
      ['replaced', (table) => setTable(table, [thief, friend])],
      ['closed', async (table) => setAccount(stage(), table, null).then(() => confirmed(stage()))],
      ['deactivated', (table) => setTable(table, [friend], { deactivated: true })],
      [
        'given to another program',
        async (table) => setAccount(stage(), table, { owner: SYSTEM, data: tableData([friend]) }).then(() => confirmed(stage())),
      ],
    ];
    const before = await stage().balance(vault);
    const signed = await signedBy(stage(), victim());
    const found: (readonly unknown[])[] = [];
    for (const [what, change] of changes)
      for (const late of [false, true]) {
        const table = newTable();
        await setTable(table, [friend]);
        const said = await asked(table, [friend]);
        expect(verdictOf(said), said.text).toBe('needs_owner');
        const approval = said.json.approval ?? '';
        const prepared = late ? must(await ownerClient.prepareApproval(approval)) : null;
        await change(table);
        const answer = prepared
          ? await ownerClient.approve(approval, consentTo(prepared, owner))
          : await ownerClient.prepareApproval(approval);
        await setTable(table, [friend]);
        // What was asked for once with another table is not taken up again when the table is as it was.
        const again = await countersign(ownerClient, approval, owner);
        const state = must(await agent.getTransaction(id, said.json.id ?? '')).state;
        found.push([what, late, answer.ok ? 'let through' : answer.error.code, again.ok ? 'let through' : again.error.code, state]);
      }
    expect(found).toEqual(
      changes.flatMap(([what]) => [false, true].map((late) => [what, late, 'lookup_changed', 'approval_not_waiting', 'cancelled'])),
    );
    expect(await signedBy(stage(), victim())).toBe(signed);
    expect(await stage().balance(vault)).toBe(before);
  });

  test('INVARIANT I6: a table that only grows changes nothing: what was pinned is paid, and the signed bytes hold no table', async () => {
    const { ownerClient, owner } = victim();
    const { vault } = victim().addresses;
    const [table, friend, thief] = [newTable(), newTable(), newTable()];
    await stage().stack.fund(friend, 1_000_000n);
    await setTable(table, [friend]);
    const before = await stage().balance(vault);
    const said = await asked(table, [friend]);
    await setTable(table, [friend, thief]);
    must(await countersign(ownerClient, said.json.approval ?? '', owner));
    await untilLanded(victim(), said.json.id ?? '');
    expect(before - (await stage().balance(vault))).toBe(3_000n);
    expect(await stage().balance(friend)).toBe(1_002_000n);
    expect(await stage().balance(thief)).toBe(0n);
  });

  test('INVARIANT I1: a payment over a table pays who stood there when it was decided; afterwards the table is somebody else', async () => {
    const { vault } = victim().addresses;
    const merchant = merchantOf(victim());
    const [table, thief] = [newTable(), newTable()];
    await setTable(table, [merchant]);
    const before = await stage().balance(vault);
    const said = await asked(table, [merchant], 1);
    expect([verdictOf(said), said.json.recipient]).toEqual(['allowed', merchant]);
    await setTable(table, [thief]);
    await untilLanded(victim(), said.json.id ?? '');
    expect(before - (await stage().balance(vault))).toBe(2_000n);
    // The same bytes again are now a payment to a stranger.
    expect(verdictOf(await asked(table, [merchant], 1))).toBe('needs_owner');
    expect(await stage().balance(thief)).toBe(0n);
  });

  test('INVARIANT I5: what is no active table of the chain, or does not reach so far, resolves to nothing', async () => {
    const { vault } = victim().addresses;
    const merchant = merchantOf(victim());
    const [none, foreign, tiny, odd, fresh, closing] = [newTable(), newTable(), newTable(), newTable(), newTable(), newTable()];
    await setAccount(stage(), foreign, { owner: TOKEN, data: tableData([merchant]) });
    await setAccount(stage(), tiny, { owner: LOOKUP_TABLES, data: tableData([]) });
    await setAccount(stage(), odd, { owner: LOOKUP_TABLES, data: Uint8Array.of(...tableData([merchant]), 0) });
    await setAccount(stage(), closing, { owner: LOOKUP_TABLES, data: tableData([merchant], { deactivated: true }) });
    await setTable(fresh, [merchant], { lastExtendedSlot: 2n ** 40n });
    const before = await signedBy(stage(), victim());
    const found: string[] = [];
    for (const table of [none, foreign, tiny, odd, fresh, closing]) found.push(verdictOf(await asked(table, [merchant], 1)));
    const [table, known] = [newTable(), newTable()];
    await setTable(table, [merchant, known, TOKEN]);
    const lookups = (writable: readonly number[], readonly: readonly number[] = []) => ({
      lookups: [{ table, holds: [merchant, known, TOKEN], writable, readonly }],
    });
    const pays = [systemTransfer(vault, merchant, 1n)];
    const bad = [
      // The merchant only read; one that the message has already; a table twice; a program from a table.
      messageOf(victim(), pays, lookups([], [0])),
      messageOf(victim(), pays, { lookups: [...lookups([0]).lookups, ...lookups([0]).lookups] }),
      messageOf(victim(), [...pays, { program: TOKEN, accounts: [], data: Uint8Array.of(22) }], lookups([0], [2])),
      messageOf(victim(), [...pays, memo('x')], { lookups: [{ table, holds: [merchant], writable: [0], readonly: [9] }] }),
    ];
    for (const each of bad) {
      found.push(verdictOf(await ask(stage(), victim(), each)));
      await thaw(stage(), victim());
    }
    expect(found).toEqual(found.map(() => 'denied'));
    // What only a version 1 message has room for does not fit what the owner signs.
    const many = Array.from({ length: 40 }, (_each, at) => systemTransfer(vault, merchant, BigInt(at)));
    expect(verdictOf(await ask(stage(), victim(), messageOf(victim(), many, { version: 1 })))).toBe('refused message_too_large');
    expect(await signedBy(stage(), victim())).toBe(before);
  });
}
