import { access } from 'node:fs/promises';
import { type Address, type DomainError, decodeBase58, NATIVE_ASSET, type Result, tokenAsset } from '@countersign/core';
import {
  assembleOwnerTransaction,
  buildExit,
  buildRecovery,
  formatRecoveryKit,
  type OwnerMessage,
  parseRecoveryKit,
  readWalletForOwner,
  sendAndFinalize,
} from '@countersign/solana/owner-tools';
import { createTestKey, type TestKey } from '@countersign/testkit';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { asNow, onChain, spendOnChain } from './owner-chain.ts';
import { carryOut, consent, prepare, signPrepared } from './owner-desk.ts';
import { keystoreOf, stealAgentKey } from './read-key-file.ts';
import { must, policyFor, SOL, signInAs, until, untilState } from './stack.ts';
import { answerOf, assetRule, makeVictim, need, type Stage, startStage, type Victim } from './thief-stage.ts';
import { makeMint, type TestMint, tokensOf } from './thief-tokens.ts';

const refusal = (code: string) => ({ ok: false, error: { code } });

describe('what was lost', { timeout: 90_000 }, () => {
  let stage: Stage;
  let mint: TestMint;
  const recovery = createTestKey();
  const lostOwner = createTestKey();
  const awayRecovery = createTestKey();
  let orphan: Victim;
  let away: Victim;
  let robbed: Victim;
  let last: Victim;
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
    [orphan, away, robbed, last] = await Promise.all([
      makeVictim(stage, policyFor, lostOwner, recovery.address),
      makeVictim(stage, policyFor, createTestKey(), awayRecovery.address),
      makeVictim(stage, policyFor),
      makeVictim(stage, withToken),
    ]);
    await mint.give(last.addresses.vault, 9_000_000n);
    for (const key of [recovery, awayRecovery]) await stage.stack.fund(key.address, SOL);
  }, 120_000);
  afterAll(() => stage?.close());

  const rpcUrls = (): readonly string[] => [stage.stack.chain.url];
  /** With keys and a node alone. */
  const land = async (message: OwnerMessage, ...keys: readonly TestKey[]): Promise<Result<unknown, DomainError>> => {
    const signed = keys.filter(({ address }) => message.signers.includes(address));
    const signatures = [...message.given, ...signed.map((key) => ({ signer: key.address, signature: key.sign(message.bytes) }))];
    const { wire } = need(await assembleOwnerTransaction(message.bytes, signatures));
    return sendAndFinalize({ rpcUrls: rpcUrls(), wire, lastValidBlockHeight: message.lastValidBlockHeight, patienceMs: 20_000 });
  };
  /** The file that the owner's tool keeps: nothing of it stays with the service. */
  const makeKit = async (of: Victim): Promise<string> => {
    const { operator } = stage.stack;
    const approval = must(await operator.makeKits(of.id, { purpose: 'recovery' }));
    const prepared = await prepare(operator, approval.id);
    const signed = signPrepared(prepared, { owner: of.owner });
    const [message = ''] = prepared.messages;
    const [kit] = prepared.kits;
    const { multisig, vault, owner } = prepared.addresses;
    const text = formatRecoveryKit({
      network: prepared.network,
      multisig: multisig as Address,
      vault: vault as Address,
      owner: owner as Address,
      recovery: (prepared.recovery ?? '') as Address,
      nonceAccount: (kit?.durableNonce.account ?? '') as Address,
      nonce: kit?.durableNonce.value ?? '',
      message: Uint8Array.from(Buffer.from(message, 'base64')),
      ownerSignature: decodeBase58(signed.messageSignatures[0] ?? '') ?? new Uint8Array(),
    });
    must(await operator.approve(approval.id, signed));
    expect(must(await operator.listKits(of.id)).items.map(({ state }) => state)).toEqual(['handed_out']);
    return text;
  };
  const stateOf = async (of: Victim): Promise<string> => must(await stage.stack.operator.getWallet(of.id)).state;
  const paid = async (of: Victim): Promise<void> => {
    const payment = { asset: 'SOL', amount: '1000', recipient: of.merchant };
    await untilState(of, must(await of.agent.pay(of.id, payment, stage.key())).transaction.id, 'finalized');
  };

  describe.concurrent('is not the wallet', () => {
    test('INVARIANT I7: the owner key is lost: the recovery key takes over by the kit, the wallet freezes, and a new owner unfreezes it', async () => {
      const { operator } = stage.stack;
      const { id, owner: lost } = orphan;
      const next = createTestKey();
      const early = must(await operator.replaceOwnerKey(id, { owner: next.address, consentOf: 'recovery' }));
      expect(await operator.prepareApproval(early.id)).toMatchObject(refusal('chain_differs'));
      const text = await makeKit(orphan);
      // From here on the owner key signs nothing.
      const kit = need(parseRecoveryKit(text));
      const plan = need(await buildRecovery({ rpcUrls: rpcUrls(), kit, newOwner: null }));
      const [handOver] = plan.messages;
      if (!handOver) throw new Error('a hand-over');
      expect(handOver.signers[0]).toBe(recovery.address);
      need(await land(handOver, recovery));
      expect((await onChain(stage, orphan)).configAuthority).toBe(recovery.address);
      await until('the watcher sees it', async () => (await stateOf(orphan)) === 'frozen', 45_000);
      expect(must(await operator.getWallet(id)).frozenReason).toContain('config');

      const approval = must(await operator.replaceOwnerKey(id, { owner: next.address, consentOf: 'recovery' }));
      expect(approval).toMatchObject({ id: early.id, change: { consentOf: 'recovery', owner: next.address } });
      const prepared = await prepare(operator, approval.id);
      for (const desk of [
        { owner: lost, newOwner: next },
        { owner: next, newOwner: next },
        { owner: recovery },
        { owner: recovery, newOwner: lost },
      ])
        expect(await operator.approve(approval.id, signPrepared(prepared, desk))).toMatchObject(refusal('owner_signature_invalid'));
      await carryOut(operator, approval.id, { owner: recovery, newOwner: next });
      const found = await onChain(stage, orphan);
      expect(found.configAuthority).toBe(next.address);
      expect(found.members.map(({ key }) => key).toSorted()).toEqual([next.address, orphan.addresses.agent].toSorted());
      expect(await stateOf(orphan)).toBe('frozen');
      const unfreeze = must(await operator.requestUnfreeze(id));
      for (const owner of [lost, recovery])
        expect(await consent(operator, unfreeze.id, { owner })).toMatchObject(refusal('owner_signature_invalid'));
      const mine = stage.stack.client(await signInAs(stage.stack.client(null), next));
      must(await consent(mine, unfreeze.id, { owner: next }));
      await paid(await asNow(stage, orphan));
      // The kit is used up: the same bytes are the transaction that has landed, and do nothing again.
      need(await land(handOver, recovery));
      expect((await onChain(stage, orphan)).configAuthority).toBe(next.address);
    });

    test('INVARIANT I7: taken over by the recovery key while the service was away, the service follows from there to a new owner', async () => {
      const { operator } = stage.stack;
      const { id } = away;
      const next = createTestKey();
      const kit = need(parseRecoveryKit(await makeKit(away)));
      const asked = { rpcUrls: rpcUrls(), kit, newOwner: null };
      const { messages } = need(await buildRecovery(asked));
      expect(messages).toHaveLength(2);
      for (const message of messages) need(await land(message, awayRecovery));
      expect(need(await buildRecovery(asked)).messages).toEqual([]);
      const found = await onChain(stage, away);
      expect(found.configAuthority).toBe(awayRecovery.address);
      expect(found.members.map(({ key }) => key).toSorted()).toEqual([awayRecovery.address, away.addresses.agent].toSorted());
      const approval = must(await operator.replaceOwnerKey(id, { owner: next.address, consentOf: 'recovery' }));
      await carryOut(operator, approval.id, { owner: awayRecovery, newOwner: next });
      const { configAuthority, members } = await onChain(stage, away);
      expect([configAuthority, ...members.map(({ key }) => key).toSorted()]).toEqual([
        next.address,
        ...[next.address, away.addresses.agent].toSorted(),
      ]);
      if ((await stateOf(away)) === 'frozen') await carryOut(operator, must(await operator.requestUnfreeze(id)).id, { owner: next });
      await paid(await asNow(stage, away));
    });

    test('INVARIANT I8: a stolen agent key that spends on the chain is stopped by a rotation as lost', async () => {
      const { operator } = stage.stack;
      const { id, walletId, owner } = robbed;
      const stolen = (await stealAgentKey(stage.stack, walletId)).key;
      const approval = must(await operator.rotateAgentKey(id, { reason: 'lost' }));
      expect(approval.change?.reason).toBe('lost');
      await carryOut(operator, approval.id, { owner });
      const now = await asNow(stage, robbed);
      const payer = recovery;
      expect(await spendOnChain(stage, now, { agent: stolen, payer, spendingLimit: now.limitOf('SOL') })).toContain('Unauthorized');
      await paid(now);
    });
  });

  test('the service is gone, and the owner key and a node take all of it out: SOL and tokens', async () => {
    const { owner, addresses, walletId } = last;
    const destination = createTestKey().address;
    await stage.stack.fund(owner.address, SOL);
    const keystore = keystoreOf(stage.stack);
    await stage.stack.deleteService();
    await expect(access(keystore)).rejects.toThrow('ENOENT');
    expect(await answerOf(stage.keys.getAgentPublicKey(walletId))).toBe('signer_unavailable');

    const asked = { rpcUrls: rpcUrls(), multisig: addresses.multisig };
    const before = need(await readWalletForOwner(asked));
    expect(before.money.lamports).toBe(5n * SOL);
    const exit = { ...asked, owner: owner.address, payer: owner.address, destination, leave: [], priceMicroLamports: 0n };
    const stranger = createTestKey().address;
    expect(await buildExit({ ...exit, owner: stranger, payer: stranger })).toMatchObject(refusal('chain_differs'));
    let landed = 0;
    for (;;) {
      const plan = need(await buildExit(exit));
      expect(plan.leftBehind).toEqual([]);
      const [message] = plan.messages;
      if (!message) break;
      expect(message.signers).toEqual([owner.address]);
      need(await land(message, owner));
      landed += 1;
    }
    expect(landed).toBe(2);
    expect(need(await stage.chain.getBalance(destination, NATIVE_ASSET))).toBeGreaterThan(4n * SOL);
    expect(await tokensOf(stage.stack, destination, mint.mint)).toBe(9_000_000n);
    const after = need(await readWalletForOwner(asked));
    expect(after.money.lamports).toBe(890_880n);
    expect(after.money.tokens.filter(({ asset, amount }) => asset === tokenAsset(mint.mint) && amount > 0n)).toEqual([]);
    expect(after.wallet).toMatchObject({ threshold: 1, members: [{ key: owner.address }], limits: [] });
  });
});
