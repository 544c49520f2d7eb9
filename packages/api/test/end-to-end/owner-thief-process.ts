import { type Address, address, NATIVE_ASSET } from '@countersign/core';
import { createTestKey, type TestKey } from '@countersign/testkit';
import { expect, test } from 'vitest';
import { asNow, onChain, wouldSpend } from './owner-chain.ts';
import { carryOut, prepare, signPrepared, untilDone } from './owner-desk.ts';
import { stealAgentKey } from './read-key-file.ts';
import { must, until } from './stack.ts';
import { sql } from './thief-ask.ts';
import { advanceNonce, compile, edit, type Step, systemTransfer } from './thief-bytes.ts';
import { answerOf, landAll, need, type Stage, signSpend, spendBytes, type Victim } from './thief-stage.ts';
import { SYSTEM, squads, step } from './thief-steps.ts';

export const PER_DAY = 30_000_000n;
export const EACH = 10_000_000n;

/** The hostile API process and what is new: kits, sealed bytes, the fee account's new shapes, orders that change keys. */
export function processAttacks(
  stage: () => Stage,
  spent: () => Victim,
  armed: () => Victim,
  swapped: () => Victim,
  payer: () => TestKey,
): void {
  const thief = createTestKey();
  const spendOf = async (of: Victim, amount: bigint): Promise<string> =>
    answerOf(stage().keys.signWithAgentKey({ walletId: of.walletId, kind: 'spend', message: await spendBytes(stage(), of, amount) }));

  test('INVARIANT I4: neither another agent key, nor another owner, nor a key after a revocation gives anything of a used-up window back', async () => {
    const { operator } = stage().stack;
    const { id, vault, owner } = spent();
    const before = await stage().balance(vault);
    const messages = await Promise.all(Array.from({ length: 3 }, () => spendBytes(stage(), spent(), EACH)));
    const signed = (await Promise.all(messages.map((message) => signSpend(stage(), spent(), message)))).flatMap((each) => each ?? []);
    expect(await landAll(stage(), signed)).toEqual([null, null, null]);
    expect(await spendOf(spent(), 1n)).toBe('over_window_cap');

    await carryOut(operator, must(await operator.rotateAgentKey(id)).id, { owner });
    const rotated = await asNow(stage(), spent());
    // The chain's new limit is whole again: what is left is the signer's count.
    expect((await onChain(stage(), spent())).limits[0]?.remaining).toBe(PER_DAY);
    expect(await spendOf(rotated, 1n)).toBe('over_window_cap');

    const next = createTestKey();
    await carryOut(operator, must(await operator.replaceOwnerKey(id, { owner: next.address })).id, { owner, newOwner: next });
    expect(await spendOf(await asNow(stage(), spent()), 1n)).toBe('over_window_cap');

    await carryOut(operator, must(await operator.revokeAgentKey(id)).id, { owner: next });
    await carryOut(operator, must(await operator.rotateAgentKey(id)).id, { owner: next });
    await carryOut(operator, must(await operator.requestUnfreeze(id)).id, { owner: next });
    const again = await asNow(stage(), spent());
    expect(await spendOf(again, 1n)).toBe('over_window_cap');
    expect(before - (await stage().balance(vault))).toBe(PER_DAY);
  });

  test('INVARIANT I6: an order to rotate, used before the chain changed, with other bounds or for another wallet, lets nothing out', async () => {
    const { keys, stack } = stage();
    const { operator } = stack;
    const { id, walletId, owner, vault } = swapped();
    const before = await stage().balance(vault);
    const approval = must(await operator.rotateAgentKey(id));
    const prepared = await prepare(operator, approval.id);
    const consent = signPrepared(prepared, { owner });
    const statement = prepared.statement ?? '';
    const ownerSignature = owner.sign(new TextEncoder().encode(statement));
    const bounds = Uint8Array.from(Buffer.from(prepared.policy?.bounds ?? '', 'base64'));
    const altered = Uint8Array.from(bounds, (byte, at) => (at === bounds.length - 1 ? byte ^ 1 : byte));
    expect(await answerOf(keys.rotateAgentKey({ walletId, statement, ownerSignature, bounds: altered }))).toBe('bad_statement');
    expect(await answerOf(keys.installBounds({ walletId, statement, ownerSignature, bounds }))).toBe('bad_statement');
    expect(await answerOf(keys.revokeAgentKey({ walletId, statement, ownerSignature }))).toBe('bad_statement');
    expect(await answerOf(keys.resumeAgentKey({ walletId, statement, ownerSignature }))).toBe('bad_statement');
    const elsewhere = { walletId: armed().walletId, statement, ownerSignature, bounds };
    expect(await answerOf(keys.rotateAgentKey(elsewhere))).toMatch(/wrong_wallet|bad_owner_signature/);
    // What the owner signed, too early: the signer has the new key, and the chain knows neither it nor its limit.
    need(await keys.rotateAgentKey({ walletId, statement, ownerSignature, bounds }));
    expect(await spendOf(swapped(), EACH)).not.toBe('signed');
    const early = { ...swapped(), addresses: { ...swapped().addresses, agent: need(await keys.getAgentPublicKey(walletId)) } };
    const limits = await sql(stage(), "SELECT limits FROM policy_revisions WHERE wallet_id = $1 AND state = 'proposed'", [id]);
    const [limit] = (limits[0]?.['limits'] ?? []) as { readonly spendingLimit: string }[];
    const message = await spendBytes(stage(), early, EACH, { spendingLimit: address(limit?.spendingLimit ?? '') });
    const signed = await signSpend(stage(), early, message);
    if (signed === null) throw new Error('its bounds name that limit');
    const [outcome] = await landAll(stage(), [signed]);
    expect(outcome).toMatch(/AccountNotInitialized|Unauthorized/);
    expect(await stage().balance(vault)).toBe(before);
    must(await operator.approve(approval.id, consent));
    await untilDone(operator, approval.id);
    expect(await spendOf(await asNow(stage(), swapped()), 1_000n)).toBe('signed');
  });

  test('INVARIANT I7: the fee account signs nothing over a durable nonce but the lockdown, and makes nonces for the owner alone', async () => {
    const { addresses, walletId, id, vault } = armed();
    const { feeAccount, owner, agent, multisig } = addresses;
    const before = [await stage().balance(vault), await stage().balance(feeAccount)];
    const [kit] = await sql(stage(), "SELECT message FROM kits WHERE wallet_id = $1 AND state = 'armed' ORDER BY part", [id]);
    const good = Uint8Array.from(kit?.['message'] as Buffer);
    const rebuilt = edit(good, () => ({}));
    expect(Buffer.from(rebuilt)).toEqual(Buffer.from(good));
    const fee = (message: Uint8Array) => answerOf(stage().keys.signWithFeeKey({ walletId, message }));
    const more = (added: Step): Uint8Array => edit(good, ({ instructions }) => ({ instructions: [...instructions, added] }));
    const nonce = (): { readonly advance: Step; readonly account: Address } => {
      let found: Step | null = null;
      edit(good, ({ instructions }) => {
        [found = null] = instructions as readonly Step[];
        return {};
      });
      if (found === null) throw new Error('it begins with a nonce');
      const advance: Step = found;
      return { advance, account: advance.accounts[0]?.address ?? SYSTEM };
    };
    const { advance, account } = nonce();
    const only = (...steps: readonly Step[]): Uint8Array => edit(good, () => ({ instructions: [advance, ...steps] }));
    const u32 = (value: number): Uint8Array => Uint8Array.of(value, 0, 0, 0);
    const withdraw = step(
      SYSTEM,
      [
        [account, 'w'],
        [address(thief.address), 'w'],
        [owner, 's'],
      ],
      Uint8Array.of(...u32(5), 64, 66, 15, 0, 0, 0, 0, 0),
    );
    const authorize = step(
      SYSTEM,
      [
        [account, 'w'],
        [owner, 's'],
      ],
      Uint8Array.of(...u32(7), ...Buffer.alloc(32, 7)),
    );
    const handOver = squads(
      'multisig_set_config_authority',
      [
        [multisig, 'w'],
        [owner, 's'],
      ],
      Uint8Array.of(...Buffer.alloc(32, 7), 0),
    );
    const spendBy = need(
      await stage().chain.buildTransaction({
        ...{ route: 'autonomous', addresses, spendingLimit: armed().limitOf('SOL') },
        payment: { asset: NATIVE_ASSET, amount: 1_000n, recipient: address(armed().merchant), memo: null },
      }),
    ).bytes;
    const durableSpend = edit(spendBy, ({ instructions }) => ({ instructions: [advanceNonce(account, owner), ...instructions] }));
    const evil: readonly Uint8Array[] = [
      more(systemTransfer(feeAccount, thief.address, 1n)),
      more(withdraw),
      more(authorize),
      more(handOver),
      more(advance),
      only(handOver),
      only(systemTransfer(feeAccount, thief.address, 1n)),
      only(),
      only(withdraw),
      durableSpend,
      edit(good, ({ instructions }) => ({ instructions: [advanceNonce(account, agent), ...instructions.slice(1)] })),
      edit(good, ({ instructions }) => ({ instructions: [advanceNonce(account, feeAccount), ...instructions.slice(1)] })),
      edit(good, ({ instructions }) => ({ instructions: [...instructions.slice(1), advance] })),
      edit(good, ({ instructions }) => ({
        instructions: instructions.map((each, at) =>
          at === 0
            ? each
            : {
                ...each,
                accounts: each.accounts.map((one) => (one.address === feeAccount ? { ...one, address: address(thief.address) } : one)),
              },
        ),
      })),
      compile(feeAccount, [withdraw], await blockhash()),
    ];
    const answers: string[] = [];
    for (const message of evil) answers.push(await fee(message));
    expect(answers.filter((each) => !/unknown_shape|wrong_wallet|malformed/.test(each))).toEqual([]);
    expect(await answerOf(stage().keys.signWithAgentKey({ walletId, kind: 'spend', message: durableSpend }))).toBe('unknown_shape');
    // The lockdown itself it signs for anybody: without the owner's signature that lands nothing.
    expect(await fee(good)).toBe('signed');
    const made = need(await stage().chain.createNonceAccounts({ feeAccount, authority: address(thief.address), seeds: ['mine'] }));
    for (const { bytes } of made) expect(await fee(bytes)).toBe('wrong_wallet');
    expect([await stage().balance(vault), await stage().balance(feeAccount)]).toEqual(before);
  });

  async function blockhash(): Promise<string> {
    const { value } = (await stage().stack.rpc('getLatestBlockhash', [])) as { readonly value: { readonly blockhash: string } };
    return value.blockhash;
  }

  test('INVARIANT I7, I9: what the signer sealed opens for its own label, and all that it gives a thief is to take the agent’s rights away', async () => {
    const { keys, chain, stack } = stage();
    const { addresses, walletId, id, vault, owner } = armed();
    const before = await stage().balance(vault);
    const rows = await sql(stage(), "SELECT id, message, sealed_signature FROM kits WHERE wallet_id = $1 AND state = 'armed'", [id]);
    const [kit] = rows;
    const sealed = Uint8Array.from(kit?.['sealed_signature'] as Buffer);
    const label = `kit ${String(kit?.['id'])}`;
    const open = (input: Parameters<typeof keys.openBytes>[0]) => answerOf(keys.openBytes(input));
    expect(await open({ walletId, label: 'kit kit_00000000000000000000000000', sealed })).toBe('malformed');
    expect(await open({ walletId: spent().walletId, label, sealed })).toBe('malformed');
    const file = need(await keys.readBackup(walletId));
    expect(await open({ walletId, label, sealed: file })).toBe('malformed');
    const { ciphertext, nonce } = JSON.parse(Buffer.from(file).toString()) as { readonly ciphertext: string; readonly nonce: string };
    const asSealed = Uint8Array.from(Buffer.from(`01${nonce}${ciphertext}`, 'hex'));
    expect(await open({ walletId, label, sealed: asSealed })).toBe('malformed');
    const planted = need(await keys.sealBytes({ walletId, label: 'agent.json', bytes: file }));
    expect(await answerOf(keys.restoreAgentKey(planted))).toBe('malformed');
    expect(await answerOf(keys.restoreAgentKey(file))).not.toBe('signed');

    const message = Uint8Array.from(kit?.['message'] as Buffer);
    const signature = need(await keys.openBytes({ walletId, label, sealed }));
    const fee = need(await keys.signWithFeeKey({ walletId, message }));
    const agent = (await stealAgentKey(stack, walletId)).key;
    const signed = { message, signatures: [...fee, { signer: owner.address, signature }] };
    expect(need(chain.checkLockdown(message, addresses)).limits).toEqual([armed().limitOf('SOL')]);
    expect(await landAll(stage(), [signed])).toEqual([null]);
    expect((await onChain(stage(), armed())).limits).toEqual([]);
    expect(await wouldSpend(stage(), armed(), { agent, payer: payer(), spendingLimit: armed().limitOf('SOL') })).toContain(
      'AccountNotInitialized',
    );
    const { configAuthority, threshold, members } = await onChain(stage(), armed());
    expect([configAuthority, threshold, members.length]).toEqual([owner.address, 2, 2]);
    expect(await stage().balance(vault)).toBe(before);
    await until('the watcher sees it', async () => must(await stack.operator.getWallet(id)).state === 'frozen', 45_000);
  });
}
