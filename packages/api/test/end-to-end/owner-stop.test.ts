import { createHash } from 'node:crypto';
import { type Address, parseOwnerStatement } from '@countersign/core';
import { createTestKey, type TestKey } from '@countersign/testkit';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { asNow, makeFeePayer, onChain, spendOnChain, wouldSpend } from './owner-chain.ts';
import { carryOut, consent, prepare, signPrepared, signText, statementOf } from './owner-desk.ts';
import { freezing } from './owner-freeze.ts';
import { vetoOf } from './owner-says.ts';
import { stealAgentKey } from './read-key-file.ts';
import { must, policyFor, SOL, until, untilState } from './stack.ts';
import { answerOf, assetRule, makeVictim, need, type Stage, spendBytes, startStage, type Victim } from './thief-stage.ts';
import { makeMint, type TestMint, tokensOf } from './thief-tokens.ts';

const refusal = (code: string) => ({ ok: false, error: { code } });
const DELAYED = 20_000_000n;

/** Denied three times it locks itself down. */
const nervous = (merchant: string): string =>
  policyFor(merchant, { otherRecipients: 'denied', denials: { seconds: 600, freezeAt: 2, lockdownAt: 3 } });
const patient = (merchant: string): string =>
  policyFor(merchant, {
    assets: [
      {
        asset: 'SOL',
        perTransaction: { autonomous: '10000000', delayed: { upTo: '50000000', delaySeconds: 3_600 }, ceiling: '1000000000' },
        windows: [{ seconds: 86_400, autonomous: '100000000', ceiling: '3000000000' }],
      },
    ],
  });

describe('stopping', { timeout: 90_000 }, () => {
  let stage: Stage;
  let mint: TestMint;
  let payer: TestKey;
  let locked: Victim;
  let watchful: Victim;
  let waits: Victim;
  let plain: Victim;
  let busy: Victim;
  const withToken = (merchant: string): string =>
    policyFor(merchant, {
      assets: [
        assetRule('SOL', { autonomous: 10_000_000n, ceiling: SOL }, [{ seconds: 86_400, autonomous: 100_000_000n, ceiling: 3n * SOL }]),
        assetRule(mint.mint, { autonomous: 1_000_000n }, [{ seconds: 86_400, autonomous: 5_000_000n }]),
      ],
    });
  beforeAll(async () => {
    stage = await startStage();
    mint = await makeMint(stage.stack, 'token');
    const make = (policyOf: (merchant: string) => string): Promise<Victim> => makeVictim(stage, policyOf);
    [payer, locked, watchful, waits, plain, busy] = await Promise.all([
      makeFeePayer(stage),
      make(withToken),
      make(nervous),
      make(patient),
      make(policyFor),
      make(policyFor),
    ]);
    await mint.give(locked.addresses.vault, 9_000_000n);
  }, 120_000);
  afterAll(() => stage?.close());

  const pay = async (of: Victim, amount = 1_000_000n, recipient = of.merchant) =>
    of.agent.pay(of.id, { asset: 'SOL', amount: amount.toString(), recipient }, stage.key());
  const paid = async (of: Victim): Promise<void> => {
    await untilState(of, must(await pay(of)).transaction.id, 'finalized');
  };
  const stateOf = async (of: Victim): Promise<string> => must(await stage.stack.operator.getWallet(of.id)).state;
  const signerOf = async (of: Victim): Promise<string> =>
    answerOf(stage.keys.signWithAgentKey({ walletId: of.walletId, kind: 'spend', message: await spendBytes(stage, of, 1_000n) }));
  const unfreeze = async (of: Victim): Promise<void> => {
    await carryOut(stage.stack.operator, must(await stage.stack.operator.requestUnfreeze(of.id)).id, { owner: of.owner });
  };
  const arm = async (of: Victim): Promise<void> => {
    await carryOut(stage.stack.operator, must(await stage.stack.operator.makeKits(of.id, { purpose: 'lockdown' })).id, { owner: of.owner });
  };
  const kitsOf = async (of: Victim) => must(await stage.stack.operator.listKits(of.id));
  const byStatement = async (of: Victim, by: TestKey = of.owner) => {
    const statement = await statementOf(stage, of, { action: 'freeze' });
    return { statement, signature: signText(by, statement) };
  };

  describe.concurrent('with the owner asleep', () => {
    test('INVARIANT I7, I8: a lockdown takes every limit off the chain, and the agent key itself can spend nothing any more', async () => {
      const { operator } = stage.stack;
      const { id, owner, walletId } = locked;
      expect((await kitsOf(locked)).warnings.length).toBeGreaterThan(0);
      await arm(locked);
      const armed = await kitsOf(locked);
      expect(armed.items.map(({ state, limits }) => [state, limits.length])).toEqual(
        expect.arrayContaining([
          ['armed', 2],
          ['armed', 1],
          ['armed', 1],
        ]),
      );
      expect(armed.warnings).toEqual([]);
      const agent = (await stealAgentKey(stage.stack, walletId)).key;
      const limit = locked.limitOf('SOL');
      expect(await wouldSpend(stage, locked, { agent, payer, spendingLimit: limit })).toBeNull();

      const called = must(await operator.lockDown(id, { reason: 'the agent was talked into something' }));
      expect(called.frozen).toMatchObject({ wallet: { state: 'frozen' }, signerProblem: null });
      expect(called.armed.length).toBeGreaterThan(0);
      await until('the limits are gone', async () => (await onChain(stage, locked)).limits.length === 0);
      expect(await spendOnChain(stage, locked, { agent, payer, spendingLimit: limit })).toContain('AccountNotInitialized');
      await until('it is on record', async () => (await kitsOf(locked)).items.every(({ state }) => state === 'used' || state === 'stale'));
      expect(await signerOf(locked)).toBe('suspended');

      // The owner wakes up: looks, installs the limits again, unfreezes.
      const changes = must(await locked.ownerClient.changesSinceFreeze(id));
      expect(changes).toMatchObject({ reason: 'the agent was talked into something', lockedDown: true });
      expect(changes.differencesOnChain?.length).toBe(2);
      const early = must(await operator.requestUnfreeze(id));
      expect(await consent(operator, early.id, { owner })).toMatchObject(refusal('chain_differs'));
      expect([await stateOf(locked), await signerOf(locked)]).toEqual(['frozen', 'suspended']);
      const proposed = must(await operator.proposePolicy(id, { policy: withToken(locked.merchant) }));
      await carryOut(operator, proposed.approval.id, { owner });
      expect((await onChain(stage, locked)).limits).toHaveLength(2);
      expect(await stateOf(locked)).toBe('frozen');
      expect(must(await locked.ownerClient.changesSinceFreeze(id)).differencesOnChain).toEqual([]);
      must(await consent(operator, early.id, { owner }));
      const now = await asNow(stage, locked);
      await paid(now);
      const before = await tokensOf(stage.stack, now.merchant as Address, mint.mint);
      const token = { asset: mint.mint, amount: '1000', recipient: now.merchant };
      await untilState(now, must(await now.agent.pay(id, token, stage.key())).transaction.id, 'finalized');
      expect(await tokensOf(stage.stack, now.merchant as Address, mint.mint)).toBe((before ?? 0n) + 1_000n);
    });

    test('INVARIANT I7: an agent that tries forbidden things is stopped, and its limits leave the chain, by themselves', async () => {
      await arm(watchful);
      const thief = createTestKey().address;
      const said: (readonly [boolean, string])[] = [];
      for (let probe = 0; probe < 3; probe += 1) {
        expect(await pay(watchful, 1n, thief)).toMatchObject(refusal('payment_denied'));
        said.push([(await onChain(stage, watchful)).limits.length > 0, await stateOf(watchful)]);
      }
      expect(said.map(([, state]) => state)).toEqual(['active', 'frozen', 'frozen']);
      await until('the limits are gone', async () => (await onChain(stage, watchful)).limits.length === 0);
      const agent = (await stealAgentKey(stage.stack, watchful.walletId)).key;
      const spend = { agent, payer, spendingLimit: watchful.limitOf('SOL') };
      expect(await spendOnChain(stage, watchful, spend)).toContain('AccountNotInitialized');
      expect(must(await stage.stack.operator.getWallet(watchful.id)).frozenReason).toContain('FREEZE_AND_ALERT');
      await until('it is on record', async () =>
        must(await stage.stack.operator.listAudit({ chain: watchful.id })).items.some(({ action }) => action === 'wallet.locked_down'),
      );
      const agentKey = must(await stage.stack.operator.listKeys(watchful.id)).items.find(({ role }) => role === 'agent');
      expect(agentKey).toMatchObject({ state: 'suspended', notice: 'called_for', reason: 'violation_attempts' });
    });

    test('INVARIANT I7: the operator alone tightens at once and loosens nothing; the owner vetoes and lets go by statement', async () => {
      const { operator } = stage.stack;
      const { id, owner, ownerClient, agent, merchant, vault } = waits;
      const before = await stage.balance(vault);
      const veto = must(await pay(waits, DELAYED)).transaction;
      const early = must(await pay(waits, DELAYED)).transaction;
      for (const each of [veto, early]) expect(each).toMatchObject({ state: 'awaiting_delay', route: 'delayed' });
      expect(must(await ownerClient.reject(veto.approval ?? '', await vetoOf(stage, waits, veto.id))).state).toBe('rejected');

      const prepared = await prepare(ownerClient, early.approval ?? '');
      expect(prepared.messages).toEqual([]);
      const statement = need(parseOwnerStatement(prepared.statement ?? ''));
      const intent = Buffer.from(prepared.intent ?? '', 'base64');
      expect(statement).toMatchObject({
        action: 'approve-request',
        wallet: waits.addresses.multisig,
        request: early.id,
        policySha256: prepared.inForce?.policySha256,
        messageSha256: createHash('sha256').update(intent).digest('hex'),
        effects: [expect.stringMatching(/0\.02 SOL.*/)],
      });
      expect(await ownerClient.approve(early.approval ?? '', signPrepared(prepared, { owner: createTestKey() }))).toMatchObject(
        refusal('owner_signature_invalid'),
      );
      must(await ownerClient.approve(early.approval ?? '', signPrepared(prepared, { owner })));
      await untilState(waits, early.id, 'finalized');
      expect(must(await agent.getTransaction(id, veto.id)).state).toBe('rejected');
      expect(before - (await stage.balance(vault))).toBe(DELAYED);
      const again = await ownerClient.approve(early.approval ?? '', signPrepared(prepared, { owner }));
      expect(again).toMatchObject(refusal('approval_not_waiting'));

      const document = JSON.parse(patient(merchant)) as { assets: object[] };
      const with_ = (perTransaction: object): string =>
        JSON.stringify({ ...document, assets: document.assets.map((each) => ({ ...each, perTransaction })) });
      const looser = with_({ autonomous: '11000000', delayed: { upTo: '50000000', delaySeconds: 3_600 }, ceiling: '1000000000' });
      expect(await operator.tightenPolicy(id, { policy: looser })).toMatchObject(refusal('policy_loosens'));
      const small = await pay(waits, 5_000_000n);
      expect(must(small).transaction.route).toBe('autonomous');
      const tighter = with_({ autonomous: '1000000', ceiling: '1000000' });
      must(await operator.tightenPolicy(id, { policy: tighter }));
      expect(await pay(waits, 5_000_000n)).toMatchObject(refusal('payment_denied'));
      expect(must(await pay(waits, 1_000_000n)).transaction.route).toBe('autonomous');
      expect(await operator.tightenPolicy(id, { policy: patient(merchant) })).toMatchObject(refusal('policy_loosens'));
      expect(await agent.tightenPolicy(id, { policy: tighter })).toMatchObject(refusal('forbidden'));
      expect(await ownerClient.tightenPolicy(id, { policy: tighter })).toMatchObject(refusal('forbidden'));
    });

    test('INVARIANT I7: an owner stops a wallet by a statement alone; it is good once, for this wallet, from this owner', async () => {
      const anybody = stage.stack.client(null);
      const { id, owner } = plain;
      expect(await anybody.freeze(id)).toMatchObject(refusal('unauthenticated'));
      expect(await anybody.freeze(id, await byStatement(plain, createTestKey()))).toMatchObject(refusal('owner_signature_invalid'));
      expect(await anybody.freeze(id, await byStatement(locked))).toMatchObject(refusal('statement_invalid'));
      const other = await statementOf(stage, plain, { action: 'unfreeze' });
      expect(await anybody.freeze(id, { statement: other, signature: signText(owner, other) })).toMatchObject(refusal('statement_invalid'));
      expect(await stateOf(plain)).toBe('active');
      const right = await byStatement(plain);
      const frozen = must(await anybody.freeze(id, right));
      expect(frozen).toMatchObject({ wallet: { state: 'frozen' }, signerProblem: null });
      expect(await signerOf(plain)).toBe('suspended');
      await unfreeze(plain);
      expect(await anybody.freeze(id, right)).toMatchObject(refusal('statement_invalid'));
      expect(await stateOf(plain)).toBe('active');
    });

    test("INVARIANT I6: an owner's session reads its own wallets, hands in signatures, and can do nothing else", async () => {
      const { operator } = stage.stack;
      const { id, ownerClient, merchant } = waits;
      must(await ownerClient.getWallet(id));
      must(await ownerClient.listKeys(id));
      must(await ownerClient.listKits(id));
      must(await ownerClient.listPolicies(id));
      must(await ownerClient.listApprovals({ wallet: id }));
      must(await ownerClient.listTransactions(id));
      must(await ownerClient.listAudit({ chain: id }));
      must(await ownerClient.diffPolicy(id, { policy: patient(merchant) }));
      expect(must(await ownerClient.verifyAudit()).chains.map(({ chain }) => chain)).toEqual([id]);
      expect(must(await ownerClient.whoami())).toMatchObject({ role: 'owner', owner: waits.owner.address });
      const policy = patient(merchant);
      const open = must(await operator.rotateAgentKey(id));
      const asked: readonly Promise<unknown>[] = [
        ownerClient.pay(id, { asset: 'SOL', amount: '1', recipient: merchant }, stage.key()),
        ownerClient.createWallet({ name: 'mine', owner: waits.owner.address, policy }),
        ownerClient.proposePolicy(id, { policy }),
        ownerClient.freeze(id),
        ownerClient.requestUnfreeze(id),
        ownerClient.lockDown(id),
        ownerClient.rotateAgentKey(id),
        ownerClient.replaceOwnerKey(id, { owner: createTestKey().address }),
        ownerClient.revokeAgentKey(id),
        ownerClient.getAgentBackup(id),
        ownerClient.restoreAgentKey(id, { backup: 'AAAA' }),
        ownerClient.makeKits(id, { purpose: 'lockdown' }),
        ownerClient.reject(open.id),
        ownerClient.approveHere(open.id, { passphrase: 'x' }),
        ownerClient.createCredential({ role: 'agent', wallet: id, label: 'mine' }),
        ownerClient.listCredentials(),
      ];
      for (const each of asked) expect(await each).toMatchObject(refusal('forbidden'));
      for (const each of [ownerClient.getWallet(plain.id), ownerClient.listKeys(plain.id), ownerClient.listAudit({ chain: plain.id })])
        expect(await each).toMatchObject(refusal('not_found'));
      expect(must(await ownerClient.listWallets()).items.map((each) => each.id)).toEqual([id]);
      must(await operator.reject(open.id));
    });
  });

  describe('at once', () =>
    freezing(
      () => stage,
      () => plain,
      () => busy,
    ));
});
