import { expect } from 'vitest';
import { until } from '../../../end-to-end/stack.ts';
import { approve, consentOf, countersigned, idOf, pay, prepare, preparedOf, untilState } from '../acts.ts';
import type { Runs } from '../registry.ts';
import { keysOf, proposeRotation, untilRotated } from '../rotate.ts';
import { need } from '../stage.ts';
import { answerOf, spendBytes } from '../try-signer.ts';

/** The agent's key changes, on the real chain. */
export const rotationRuns: Runs = {
  inFlightWhileRotating: {
    wallets: ['P0/217'],
    async do({ stage }) {
      const wallet = await stage.wallet('P0', '217');
      const { walletId, addresses } = wallet;
      // What somebody who has the signer for a moment keeps for later: good bytes of the old key.
      const kept = await spendBytes(stage, wallet, { amount: 2_000n });
      const fee = need(await stage.keys.signWithFeeKey({ walletId, message: kept }));
      const { signature } = need(await stage.keys.signWithAgentKey({ walletId, message: kept, kind: 'spend' }));
      const asked = await proposeRotation(stage, wallet);
      expect(asked.status, asked.text).toBe(200);
      const before = await stage.holdings(wallet);
      const inFlight = await pay(stage, wallet, { amount: 1_000_000n });
      expect(inFlight.status, inFlight.text).toBe(202);
      await until('the owner consents', async () => (await countersigned(stage, wallet, idOf(asked))).status === 200, 60_000);
      await untilRotated(stage, wallet);
      const ended = await untilState(stage, wallet, idOf(inFlight), 'finalized', 'expired', 'failed');
      const paid = ended.json?.['state'] === 'finalized' ? 1_000_000n : 0n;
      expect(before.lamports - (await stage.holdings(wallet)).lamports).toBe(paid);
      // INVARIANT I8: the old key has no right on chain any more, and its holder has wiped it.
      const assembled = need(await stage.chain.assembleTransaction(kept, [...fee, { signer: addresses.agent, signature }]));
      await stage.chain.submitTransaction(assembled.wire);
      expect(await answerOf(stage.keys.signWithAgentKey({ walletId, message: kept, kind: 'spend' }))).not.toBe('signed');
      const again = await pay(stage, wallet, { amount: 3_000n });
      await untilState(stage, wallet, idOf(again), 'finalized');
      expect(before.lamports - (await stage.holdings(wallet)).lamports).toBe(paid + 3_000n);
    },
  },
  twoRotationsAtOnce: {
    wallets: ['P0/218'],
    async do({ stage }) {
      const wallet = await stage.wallet('P0', '218');
      const { policyRevision } = await keysOf(stage, wallet);
      const [one, other] = await Promise.all([proposeRotation(stage, wallet), proposeRotation(stage, wallet)]);
      const proposed = [one, other].filter(({ status }) => status === 200);
      expect(proposed.length, `${one?.text} ${other?.text}`).toBeGreaterThan(0);
      expect(new Set(proposed.map(idOf)).size).toBe(1);
      const [first] = proposed;
      const approval = first === undefined ? '' : idOf(first);
      const consent = consentOf(preparedOf(await prepare(stage, approval)), wallet.owner);
      const answers = await Promise.all([approve(stage, approval, consent), approve(stage, approval, consent)]);
      expect(answers.filter(({ status }) => status === 200).length, answers.map(({ text }) => text).join()).toBe(1);
      await untilRotated(stage, wallet);
      const { agent } = await keysOf(stage, wallet);
      expect((await keysOf(stage, wallet)).policyRevision).toBe(policyRevision + 1);
      const onChain = need(await stage.chain.readWallet(wallet.addresses.multisig));
      expect(onChain?.members.map(({ key }) => String(key)).sort()).toEqual([wallet.owner.address, agent].map(String).sort());
      expect(onChain?.limits.every(({ members }) => members.length === 1 && members[0] === agent)).toBe(true);
    },
  },
};
