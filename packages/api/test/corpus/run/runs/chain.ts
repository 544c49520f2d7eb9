import { address, type WalletOnChain } from '@countersign/core';
import { expect } from 'vitest';
import { until } from '../../../end-to-end/stack.ts';
import { createNames } from '../../bytes/addresses.ts';
import { buildInstructions } from '../../bytes/build-message.ts';
import { policyDocument } from '../../cases/load.ts';
import { resolveNames } from '../../cases/resolve.ts';
import { countersigned, idIn, itemsOf, pay, signedAttempts, untilState, waiting } from '../acts.ts';
import { latestBlockhash } from '../ask.ts';
import { makeNakedWallet, nakedSpend } from '../naked-wallet.ts';
import { untilFrozenBy } from '../on-chain.ts';
import type { Runs } from '../registry.ts';
import { finality, need, type Stage } from '../stage.ts';
import { putTogether } from '../try-signer.ts';
import { saidByCall, wordsOf } from '../verdict.ts';

const SETTINGS = [
  'squads.addMember',
  'squads.removeMember',
  'squads.changeThreshold',
  'squads.setTimeLock',
  'squads.setConfigAuthority',
  'squads.addSpendingLimit',
  'squads.setRentCollector',
];

/** What the chain itself says to someone with the keys that an attacker would have. */
export const chainRuns: Runs = {
  belowRentExemption: {
    wallets: ['P0/50'],
    async do({ stage }, p) {
      const wallet = await stage.wallet('P0', '50');
      const holds = p.amount('holds');
      const system = await stage.names.of('system');
      await stage.setAccount(wallet.addresses.vault, { lamports: Number(holds), owner: system, data: new Uint8Array() });
      await finality(stage.stack);
      // 890,880 lamports keep an account without data alive.
      for (const amount of [holds, holds - 1n, holds - 890_879n]) {
        const answer = await pay(stage, wallet, { amount });
        expect(saidByCall(answer), wordsOf(answer)).toBe('DENY');
      }
      expect(await signedAttempts(stage, wallet)).toBe(0);
      const naked = await makeNakedWallet(stage, [address(await stage.names.of('R'))], 5_000_000_000n);
      const message = await nakedSpend(stage, naked, 2_000_000_000n - 890_879n);
      expect(await naked.send(message, [naked.agent, naked.fee])).not.toBeNull();
      expect(Number(await balanceOf(stage, naked.addresses.vault))).toBe(2_000_000_000);
    },
  },
  noProposalIsLeft: {
    wallets: ['owner/157'],
    async do({ stage }) {
      const wallet = await stage.wallet('owner', '157');
      const asked = waiting(await pay(stage, wallet, { amount: 60_000_000n }));
      expect((await countersigned(stage, wallet, asked.approval)).status).toBe(200);
      await untilState(stage, wallet, asked.id, 'finalized');
      const found = need(await stage.chain.readWallet(wallet.addresses.multisig));
      expect(found?.transactionIndex).toBe(1n);
      const { squadsAddress } = await import('../../bytes/addresses.ts');
      const { u64 } = await import('../../bytes/encode.ts');
      const transaction = await squadsAddress(wallet.addresses.multisig, 'transaction', u64(1n));
      const proposal = await squadsAddress(wallet.addresses.multisig, 'transaction', u64(1n), 'proposal');
      for (const account of [transaction, proposal])
        expect(await stage.stack.rpc('getAccountInfo', [account, { encoding: 'base64' }])).toMatchObject({ value: null });
    },
  },
  noLimitWithoutDestinations: {
    async do({ stage }) {
      // A policy without recipients either is refused or leaves the agent no limit at all.
      const policy = JSON.stringify(
        await resolveNames({ ...policyDocument('owner'), recipients: [], otherRecipients: 'countersigned' }, stage.names),
      );
      const { owner } = await makeNakedWallet(stage, [address(await stage.names.of('R'))], 1n);
      const answer = await stage.http.ask('/v1/wallets', stage.operator, {
        method: 'POST',
        body: { name: 'no recipients', owner: owner.address, policy },
      });
      if (answer.status < 300) {
        const approval = idIn(answer, 'approval');
        const id = idIn(answer, 'wallet');
        const made = await countersigned(stage, { owner } as never, approval);
        expect(made.status, made.text).toBe(200);
        const policies = await stage.http.ask(`/v1/wallets/${id}/policies`, stage.operator);
        const [first] = itemsOf<{ readonly limits: readonly unknown[] }>(policies);
        expect(first?.limits).toEqual([]);
      } else expect(answer.status, wordsOf(answer)).toBe(422);
      // Whatever is planned, the adapter builds none either: an empty list would mean everybody.
      const limits = await stage.chain.planSpendingLimits(address(await stage.names.of('anyMultisig')), 1, [
        { asset: 'SOL' as never, amount: 1n, periodSeconds: 86_400, destinations: [] },
      ]);
      if (limits.ok) {
        const addresses = {
          multisig: address(await stage.names.of('a')),
          vault: address(await stage.names.of('b')),
          owner: owner.address,
          agent: address(await stage.names.of('c')),
          createKey: address(await stage.names.of('d')),
          feeAccount: address(await stage.names.of('e')),
        };
        const { multisig, agent, feeAccount } = addresses;
        const members = [owner.address, agent].map((key) => ({ key, permissions: 7 }));
        const found: WalletOnChain = {
          multisig,
          configAuthority: owner.address,
          threshold: 2,
          timeLockSeconds: 0,
          members,
          rentCollector: feeAccount,
          transactionIndex: 0n,
          limits: [],
          proposals: [],
          slot: 1n,
        };
        const wanted = { owner: owner.address, agent, feeAccount, limits: limits.value };
        const built = await stage.chain.changeSettings({ addresses, found, wanted }).catch(() => ({ ok: false as const }));
        expect(built.ok, 'a limit without destinations was built').toBe(false);
      }
    },
  },
  agentChangesWalletOnChain: {
    async do({ stage }) {
      const naked = await makeNakedWallet(stage, [address(await stage.names.of('R'))], 1_000_000n);
      const { addresses } = naked;
      const names = createNames({ ...addresses, fee: addresses.feeAccount, agent: addresses.agent, limit: naked.limit.spendingLimit });
      const before = need(await stage.chain.readWallet(addresses.multisig));
      for (const ix of SETTINGS) {
        const instructions = await buildInstructions([{ ix, as: 'agent', payer: 'fee' }], names);
        const message = putTogether({ payer: addresses.feeAccount, blockhash: await latestBlockhash(stage), instructions });
        expect(await naked.send(message, [naked.agent, naked.fee]), ix).not.toBeNull();
      }
      // The agent alone approves nothing: a spend over the limit, and to a stranger.
      expect(await naked.send(await nakedSpend(stage, naked, 1_000_001n), [naked.agent, naked.fee])).not.toBeNull();
      expect(await naked.send(await nakedSpend(stage, naked, 1n, 'attacker'), [naked.agent, naked.fee])).not.toBeNull();
      const after = need(await stage.chain.readWallet(addresses.multisig));
      expect({ ...after, slot: 0 }).toEqual({ ...before, slot: 0 });
    },
  },
  removedKeyOnChain: {
    async do({ stage }) {
      const naked = await makeNakedWallet(stage, [address(await stage.names.of('R'))], 1_000_000n);
      const { addresses, owner, fee, agent } = naked;
      const kept = await nakedSpend(stage, naked, 1_000n);
      const found = need(await stage.chain.readWallet(addresses.multisig));
      if (found === null) throw new Error('the wallet is on chain');
      const wanted = { owner: owner.address, agent: addresses.agent, feeAccount: addresses.feeAccount, limits: [] };
      const [removal] = need(await stage.chain.changeSettings({ addresses, found, wanted }));
      expect(await naked.send(removal?.bytes ?? new Uint8Array(), [owner, fee])).toBeNull();
      // Signed before, sent after; and signed after.
      expect(await naked.send(kept, [agent, fee])).not.toBeNull();
      expect(await naked.send(await nakedSpend(stage, naked, 2_000n), [agent, fee])).not.toBeNull();
      expect(Number(await balanceOf(stage, addresses.vault))).toBe(2_000_000_000);
    },
  },
  thresholdIsTwo: {
    wallets: ['P0/112'],
    async do({ stage }) {
      const wallet = await stage.wallet('P0', '112');
      const found = need(await stage.chain.readWallet(wallet.addresses.multisig));
      expect({ threshold: found?.threshold, authority: found?.configAuthority, members: found?.members.length }).toEqual({
        threshold: 2,
        authority: wallet.addresses.owner,
        members: 2,
      });
    },
  },
  driftFreezes: {
    wallets: ['owner/160'],
    async do({ stage }) {
      const wallet = await stage.wallet('owner', '160');
      const member = address(await stage.names.of('attacker'));
      const built = need(await stage.chain.addMember({ addresses: wallet.addresses, member }));
      const fee = need(await stage.keys.signWithFeeKey({ walletId: wallet.walletId, message: built.bytes }));
      const { wire } = need(
        await stage.chain.assembleTransaction(built.bytes, [
          ...fee,
          { signer: wallet.owner.address, signature: wallet.owner.sign(built.bytes) },
        ]),
      );
      need(await stage.chain.submitTransaction(wire));
      await until(
        'a third member is on chain',
        async () => need(await stage.chain.readWallet(wallet.addresses.multisig))?.members.length === 3,
      );
      await untilFrozenBy(stage, wallet, [new RegExp(member)]);
    },
  },
};

async function balanceOf({ stack }: Stage, account: string): Promise<bigint> {
  const { value } = (await stack.rpc('getBalance', [account, { commitment: 'confirmed' }])) as { readonly value: number };
  return BigInt(value);
}
