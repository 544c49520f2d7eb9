import { readdir, rm } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { NATIVE_ASSET } from '@countersign/core';
import { createTestKey } from '@countersign/testkit';
import { expect, test } from 'vitest';
import { SOL } from './stack.ts';
import { advanceNonce, compile, edit, systemTransfer, unitPrice } from './thief-bytes.ts';
import { answerOf, landAll, need, proposalBytes, type Stage, signSpend, spendBytes, type Victim } from './thief-stage.ts';

export const PER_TRANSACTION = 10_000_000n;
export const PER_MINUTE = 30_000_000n;
/** Also the spending limit on chain. */
export const PER_DAY = 50_000_000n;

/** What a hostile API process can do: it talks to the signer's socket and to the chain, and obeys no policy. */
export function signerAttacks(stage: () => Stage, victim: () => Victim, other: () => Victim): void {
  const thief = createTestKey();
  const spend = (message: Uint8Array, on = victim()) =>
    answerOf(stage().keys.signWithAgentKey({ walletId: on.walletId, message, kind: 'spend' }));
  const withOwner = (message: Uint8Array, ownerSignature: Uint8Array, on = victim()) =>
    answerOf(stage().keys.signWithAgentKey({ walletId: on.walletId, message, kind: 'with_owner', ownerSignature }));
  const fee = (message: Uint8Array, on = victim()) => answerOf(stage().keys.signWithFeeKey({ walletId: on.walletId, message }));

  test('INVARIANT I1, I5: a spend over the bound of one transaction, to a stranger, or of nothing, is not signed', async () => {
    expect(await spend(await spendBytes(stage(), victim(), PER_TRANSACTION + 1n))).toBe('over_transaction_cap');
    expect(await spend(await spendBytes(stage(), victim(), 2n ** 64n - 1n))).toBe('over_transaction_cap');
    expect(await spend(await spendBytes(stage(), victim(), 1_000n, { recipient: thief.address }))).toBe('recipient_not_listed');
    expect(await spend(await spendBytes(stage(), victim(), 1_000n, { recipient: victim().addresses.agent }))).toBe('recipient_not_listed');
    expect(await spend(await spendBytes(stage(), victim(), 1_000n, { recipient: other().merchant }))).toBe('recipient_not_listed');
  });

  test("INVARIANT I5: another wallet's spending limit, vault or agent is not used", async () => {
    const foreign = await spendBytes(stage(), victim(), 1_000n, { spendingLimit: other().limitOf(NATIVE_ASSET) });
    expect(await spend(foreign)).toBe('wrong_wallet');
    const theirs = await spendBytes(stage(), other(), 1_000n);
    // The shape is refused first: the required signers are not this wallet's.
    expect(await spend(theirs)).toMatch(/unknown_shape|wrong_wallet/);
    const crossed = edit(await spendBytes(stage(), victim(), 1_000n), ({ instructions }) => ({
      instructions: instructions.map((each) => ({
        ...each,
        accounts: each.accounts.map((one) => (one.address === victim().vault ? { ...one, address: other().addresses.vault } : one)),
      })),
    }));
    expect(await spend(crossed)).toBe('wrong_wallet');
    const twice = { ...victim(), merchant: other().addresses.vault };
    expect(await spend(await spendBytes(stage(), twice, 1_000n))).toBe('recipient_not_listed');
  });

  test('INVARIANT I1: a spend with anything added to it is not signed: nonce, second spend, lookup table, trailing byte, other payer, huge fee', async () => {
    const { agent, feeAccount } = victim().addresses;
    const good = await spendBytes(stage(), victim(), 1_000n);
    const rebuilt = edit(good, () => ({}));
    // The thief's compiler makes bytes that are fine: what is refused below is refused for what was added.
    expect(Buffer.from(rebuilt)).toEqual(Buffer.from(good));
    const nonce = createTestKey().address;
    const changes: readonly [string, Uint8Array][] = [
      ['unknown_shape', edit(good, ({ instructions }) => ({ instructions: [advanceNonce(nonce, agent), ...instructions] }))],
      ['unknown_shape', edit(good, ({ instructions }) => ({ instructions: [advanceNonce(nonce, feeAccount), ...instructions] }))],
      ['unknown_shape', edit(good, ({ instructions }) => ({ instructions: [...instructions, advanceNonce(nonce, thief.address)] }))],
      ['unknown_shape', edit(good, ({ instructions }) => ({ instructions: [...instructions, ...instructions.slice(-1)] }))],
      [
        'unknown_shape',
        edit(good, ({ instructions }) => ({ instructions: [...instructions, systemTransfer(feeAccount, thief.address, 1n)] })),
      ],
      ['unknown_shape', edit(good, () => ({ payer: agent }))],
      ['unknown_shape', edit(good, () => ({ payer: thief.address }))],
      ['fee_too_high', edit(good, ({ instructions }) => ({ instructions: [unitPrice(2n ** 64n - 1n), ...instructions] }))],
      ['malformed', Uint8Array.of(...good, 0)],
      ['malformed', Uint8Array.of(...good.slice(0, -1), 1, ...new Uint8Array(32).fill(7), 1, 0, 0)],
      ['malformed', Uint8Array.of(0x81, ...good.slice(1))],
    ];
    const answers: string[] = [];
    for (const [, message] of changes) answers.push(await spend(message));
    // A lookup table may be refused as a shape or as bytes.
    expect(answers.map((each, index) => (index >= 8 ? each.replace('unknown_shape', 'malformed') : each))).toEqual(
      changes.map(([code]) => code),
    );
  });

  test('INVARIANT I6: nothing is signed "with the owner" without the owner: no signature, a forged one, one over other bytes', async () => {
    const asked = await proposalBytes(stage(), victim(), 60_000_000n);
    const stolen = await proposalBytes(stage(), victim(), 60_000_000n, thief.address);
    const { owner } = victim();
    expect(await withOwner(stolen, new Uint8Array(64))).toBe('bad_owner_signature');
    expect(await withOwner(stolen, thief.sign(stolen))).toBe('bad_owner_signature');
    expect(await withOwner(stolen, owner.sign(asked))).toBe('bad_owner_signature');
    expect(await withOwner(stolen, other().owner.sign(stolen))).toBe('bad_owner_signature');
    // The small order point with any message: R = identity, s = 0.
    expect(await withOwner(stolen, Uint8Array.from([1, ...new Uint8Array(63)]))).toBe('bad_owner_signature');
    const longer = Uint8Array.of(...asked, 0);
    expect(await withOwner(longer, owner.sign(asked))).toBe('bad_owner_signature');
    expect(await spend(asked)).toBe('unknown_shape');
    const foreign = await proposalBytes(stage(), other(), 60_000_000n);
    expect(await withOwner(foreign, other().owner.sign(foreign))).toBe('bad_owner_signature');
    // One owner of two wallets: the shape still ties the message to the wallet.
    expect(await withOwner(foreign, owner.sign(foreign))).not.toBe('signed');
  });

  test('INVARIANT I5: the fee account signs no transfer, no execution that touches it, no rent to somebody else', async () => {
    const { feeAccount, agent } = victim().addresses;
    const before = await stage().balance(feeAccount);
    const good = await proposalBytes(stage(), victim(), 60_000_000n);
    const { blockhash } = await stage()
      .stack.rpc('getLatestBlockhash', [])
      .then((it) => (it as { value: { blockhash: string } }).value);
    expect(await fee(compile(feeAccount, [systemTransfer(feeAccount, thief.address, 1n)], blockhash))).toBe('unknown_shape');
    const last = (message: Uint8Array, back: number, from: string | null, to: typeof feeAccount) =>
      edit(message, ({ instructions }) => ({
        instructions: instructions.map((each, index) =>
          index !== instructions.length - back
            ? each
            : {
                ...each,
                accounts:
                  from === null
                    ? [...each.accounts, { address: to, signer: false, writable: true }]
                    : each.accounts.map((one) => (one.address === from ? { ...one, address: to } : one)),
              },
        ),
      }));
    // Of the six steps the last closes and the one before executes.
    const executes = last(good, 2, null, feeAccount);
    expect(await fee(executes)).toBe('unknown_shape');
    expect(await withOwner(executes, victim().owner.sign(executes))).toBe('unknown_shape');
    expect(await fee(last(good, 2, agent, feeAccount))).toBe('unknown_shape');
    expect(await fee(last(good, 1, feeAccount, thief.address))).toBe('unknown_shape');
    expect(await fee(await spendBytes(stage(), other(), 1_000n))).toBe('wrong_wallet');
    expect(await stage().balance(feeAccount)).toBe(before);
  });

  test('INVARIANT I11: the agent makes no second spending limit, and the thief none with a signature of its own', async () => {
    const { keys, chain } = stage();
    const { addresses, walletId } = victim();
    const wish = { asset: NATIVE_ASSET, amount: 5n * SOL, periodSeconds: 86_400, destinations: [thief.address] };
    const add = need(await chain.planSpendingLimits(addresses.multisig, 999, [wish]));
    const build = async (owner: typeof thief.address) => {
      const found = need(await chain.readWallet(addresses.multisig));
      if (found === null) throw new Error('the wallet is on chain');
      const { agent, feeAccount } = addresses;
      const members = [owner, agent].map((key) => ({ key, permissions: 7 }));
      const pretended = { ...found, configAuthority: owner, members, rentCollector: feeAccount, limits: [] };
      const [built] = need(await chain.changeSettings({ addresses, found: pretended, wanted: { owner, agent, feeAccount, limits: add } }));
      if (!built) throw new Error('one message adds a limit');
      return built.bytes;
    };
    const byAgent = await build(addresses.agent);
    expect(await spend(byAgent)).toBe('unknown_shape');
    expect(await withOwner(byAgent, victim().owner.sign(byAgent))).toBe('unknown_shape');
    expect(await answerOf(keys.signWithAgentKey({ walletId, message: byAgent, kind: 'step_back' }))).toBe('unknown_shape');
    const byThief = await build(thief.address);
    const paid = await keys.signWithFeeKey({ walletId, message: byThief });
    const before = need(await chain.readWallet(addresses.multisig));
    if (paid.ok) {
      const signatures = [...paid.value, { signer: thief.address, signature: thief.sign(byThief) }];
      expect(await landAll(stage(), [{ message: byThief, signatures }])).not.toContain(null);
    }
    const after = need(await chain.readWallet(addresses.multisig));
    expect(after?.limits).toHaveLength(1);
    expect(after?.limits).toEqual(before?.limits);
  });

  test('INVARIANT I4: forty spends at once past the API: the signer signs what its window holds, to the lamport', async () => {
    const before = await stage().balance(victim().vault);
    const messages = await Promise.all(Array.from({ length: 40 }, () => spendBytes(stage(), victim(), PER_TRANSACTION)));
    const signed = (await Promise.all(messages.map((message) => signSpend(stage(), victim(), message)))).flatMap((each) => each ?? []);
    expect(signed).toHaveLength(Number(PER_MINUTE / PER_TRANSACTION));
    expect(await spend(await spendBytes(stage(), victim(), 1n))).toBe('over_window_cap');
    // The same bytes again are the same signature, which lands once.
    const again = await signSpend(stage(), victim(), signed[0]?.message ?? new Uint8Array());
    expect(again?.signatures).toEqual(signed[0]?.signatures);
    expect(await landAll(stage(), [...signed, ...signed])).toEqual(Array.from({ length: 6 }, () => null));
    expect(before - (await stage().balance(victim().vault))).toBe(PER_MINUTE);
  });

  test('INVARIANT I4: with the receipts destroyed and the signer started again, the chain still holds its limit, to the lamport', async () => {
    const { stack } = stage();
    const before = await stage().balance(victim().vault);
    await stack.killSigner();
    const keystore = join(dirname(stack.signer.socketPath), 'keystore');
    const files = await readdir(keystore, { recursive: true });
    const receipts = files.filter((name) => name.endsWith('receipts.log'));
    expect(receipts.length).toBeGreaterThan(0);
    for (const name of receipts) await rm(join(keystore, name));
    await stack.restartSigner();
    const messages = await Promise.all(Array.from({ length: 6 }, () => spendBytes(stage(), victim(), PER_TRANSACTION)));
    const signed = (await Promise.all(messages.map((message) => signSpend(stage(), victim(), message)))).flatMap((each) => each ?? []);
    expect(signed).toHaveLength(3);
    const outcomes = await landAll(stage(), signed);
    expect(outcomes.filter((outcome) => outcome === null)).toHaveLength(2);
    expect(before - (await stage().balance(victim().vault))).toBe(PER_DAY - PER_MINUTE);
    const remaining = need(await stage().chain.readWallet(victim().addresses.multisig))?.limits[0]?.remaining;
    expect(remaining).toBe(0n);
  });

  test('INVARIANT I3: the owner signed two preparations of one payment: both are signed by the agent, one lands', async () => {
    const { keys } = stage();
    const { walletId, addresses, owner } = other();
    const before = await stage().balance(addresses.vault);
    const signed = [];
    for (let each = 0; each < 2; each += 1) {
      const message = await proposalBytes(stage(), other(), 60_000_000n);
      const ownerSignature = owner.sign(message);
      const agent = need(await keys.signWithAgentKey({ walletId, message, kind: 'with_owner', ownerSignature }));
      const paid = need(await keys.signWithFeeKey({ walletId, message }));
      const signatures = [
        ...paid,
        { signer: addresses.agent, signature: agent.signature },
        { signer: owner.address, signature: ownerSignature },
      ];
      signed.push({ message, signatures });
    }
    const outcomes = await landAll(stage(), signed);
    expect(outcomes.filter((outcome) => outcome === null)).toHaveLength(1);
    expect(before - (await stage().balance(addresses.vault))).toBe(60_000_000n);
  });
}
