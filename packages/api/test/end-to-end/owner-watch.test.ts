import { address, decodeBase58 } from '@countersign/core';
import { createTestKey, type TestKey } from '@countersign/testkit';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { addLimit, asNow, makeFeePayer, onChain, proposeAlone, spendOnChain } from './owner-chain.ts';
import { carryOut, consent } from './owner-desk.ts';
import { stealAgentKey } from './read-key-file.ts';
import { must, policyFor, SOL, until, untilState } from './stack.ts';
import { setAccount } from './thief-ask.ts';
import { answerOf, assetRule, makeVictim, type Stage, spendBytes, startStage, type Victim } from './thief-stage.ts';
import { TOKEN, tokenAccountData } from './thief-steps.ts';
import { makeMint, type TestMint, tokenAccountOf } from './thief-tokens.ts';

/** Two rounds of ten seconds see a difference, and the rest is finality. */
const SEEN_WITHIN_MS = 45_000;

describe('a third party at the chain', { timeout: 90_000 }, () => {
  let stage: Stage;
  let mint: TestMint;
  let delegated: Victim;
  let limited: Victim;
  let proposed: Victim;
  let drained: Victim;
  let quiet: Victim;
  let payer: TestKey;
  let agents: ReadonlyMap<Victim, TestKey>;
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
    [payer, delegated, limited, proposed, drained, quiet] = await Promise.all([
      makeFeePayer(stage),
      make(withToken),
      make(policyFor),
      make(policyFor),
      make(policyFor),
      make(withToken),
    ]);
    for (const each of [delegated, quiet]) await mint.give(each.addresses.vault, 9_000_000n);
    const victims = [proposed, drained, limited];
    agents = new Map(
      await Promise.all(victims.map(async (each) => [each, (await stealAgentKey(stage.stack, each.walletId)).key] as const)),
    );
  }, 120_000);
  afterAll(() => stage?.close());

  const agentOf = (of: Victim): TestKey => {
    const key = agents.get(of);
    if (!key) throw new Error('its key was taken');
    return key;
  };
  const walletOf = async (of: Victim) => must(await stage.stack.operator.getWallet(of.id));
  const signerOf = async (of: Victim): Promise<string> =>
    answerOf(stage.keys.signWithAgentKey({ walletId: of.walletId, kind: 'spend', message: await spendBytes(stage, of, 1_000n) }));
  const untilFrozen = async (of: Victim, why: RegExp): Promise<void> => {
    await until('it is frozen', async () => (await walletOf(of)).state === 'frozen', SEEN_WITHIN_MS);
    expect((await walletOf(of)).frozenReason).toMatch(why);
    await until('the signer is told', async () => (await signerOf(of)) === 'suspended');
    const seen = must(await stage.stack.operator.changesSinceFreeze(of.id));
    expect(seen.by).toBe('service');
    const drift = must(await stage.stack.operator.listAudit({ chain: of.id })).items.find(({ action }) => action === 'chain.drifted');
    expect(JSON.stringify(drift?.details)).toMatch(why);
    const key = must(await stage.stack.operator.listKeys(of.id)).items.find(({ role }) => role === 'agent');
    expect(key).toMatchObject({ state: 'suspended', notice: 'called_for' });
  };
  const paid = async (of: Victim): Promise<void> => {
    const payment = { asset: 'SOL', amount: '1000', recipient: of.merchant };
    await untilState(of, must(await of.agent.pay(of.id, payment, stage.key())).transaction.id, 'finalized');
  };

  describe.concurrent('INVARIANT I11', () => {
    test('a delegate on a token account of the vault freezes it', async () => {
      const thief = createTestKey();
      const account = await tokenAccountOf(delegated.addresses.vault, mint.mint);
      const data = Buffer.from(tokenAccountData(mint.mint, delegated.addresses.vault, 9_000_000n));
      data.writeUInt32LE(1, 72);
      data.set(decodeBase58(thief.address) ?? [], 76);
      data.writeBigUInt64LE(9_000_000n, 121);
      await setAccount(stage, account, { owner: TOKEN, data, lamports: 2_039_280n });
      await untilFrozen(delegated, /delegate/);
      expect(must(await delegated.ownerClient.changesSinceFreeze(delegated.id)).seenByWatcher).toEqual([
        expect.stringContaining(thief.address),
      ]);
    });

    test('a limit that is nobody’s policy freezes it, and unfreezing waits until it is gone', async () => {
      await addLimit(stage, limited, payer, createTestKey().address);
      await untilFrozen(limited, /limit/);
      const { operator } = stage.stack;
      const { id, owner } = limited;
      const unfreeze = must(await operator.requestUnfreeze(id));
      expect(await consent(operator, unfreeze.id, { owner })).toMatchObject({ ok: false, error: { code: 'chain_differs' } });
      // A rotation goes from what is found to what shall be: the stranger's limit goes too.
      await carryOut(operator, must(await operator.rotateAgentKey(id)).id, { owner });
      expect((await onChain(stage, limited)).limits).toHaveLength(1);
      must(await consent(operator, unfreeze.id, { owner }));
      await paid(await asNow(stage, limited));
    });

    test('a proposal that the agent key made outside its signer freezes it', async () => {
      await proposeAlone(stage, proposed, agentOf(proposed), payer);
      await untilFrozen(proposed, /proposal/);
    });

    test('money that the agent key moved outside its signer freezes it, inside the limit too', async () => {
      const spend = { agent: agentOf(drained), payer, spendingLimit: drained.limitOf('SOL'), amount: 2_000_000n };
      expect(await spendOnChain(stage, drained, spend)).toBeNull();
      await untilFrozen(drained, /moved|fell|transaction/);
    });

    test('gifts freeze nothing: money, tokens, a token account with a close authority', async () => {
      await stage.stack.fund(quiet.addresses.vault, SOL);
      await mint.give(quiet.addresses.vault, 5n);
      const gift = Buffer.from(tokenAccountData(address(createTestKey().address), quiet.addresses.vault, 7n));
      gift.writeUInt32LE(1, 129);
      gift.set(decodeBase58(createTestKey().address) ?? [], 133);
      await setAccount(stage, address(createTestKey().address), { owner: TOKEN, data: gift, lamports: 2_039_280n });
      await paid(quiet);
      const frozen = async (of: Victim): Promise<boolean> => (await walletOf(of)).state === 'frozen';
      // As long as it takes to see the others.
      await until('the others are frozen', async () => (await frozen(drained)) && (await frozen(delegated)), SEEN_WITHIN_MS);
      expect(await frozen(quiet)).toBe(false);
      await paid(quiet);
    });
  });
});
