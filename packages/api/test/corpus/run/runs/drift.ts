import { expect } from 'vitest';
import { until } from '../../../end-to-end/stack.ts';
import { approve, consentOf, countersigned, idOf, prepare, preparedOf, walletState } from '../acts.ts';
import { armLockdown } from '../kits.ts';
import { landInstructions, landRecipes, makeThief, untilFrozenBy, untilProposed } from '../on-chain.ts';
import { LARGE } from '../owner-acts.ts';
import type { Runs } from '../registry.ts';
import { keysOf, proposeRotation } from '../rotate.ts';
import { askToSign, proposalBytes, putTogether, swapAccount, takeApart } from '../try-signer.ts';

/** What lies on the chain that the service did not put there. */
export const driftRuns: Runs = {
  agentProposesOnChain: {
    wallets: ['owner/160 agent'],
    async do({ stage }) {
      const wallet = await stage.wallet('owner', '160 agent');
      const thief = await makeThief(stage, wallet);
      const before = await stage.holdings(wallet);
      // Squads takes no proposal of a setting from a member of a controlled multisig, and one of a payment from any member.
      const setting = [{ ix: 'squads.configTransactionCreate', as: 'agent', payer: 'fee' }];
      expect(await landRecipes(stage, thief, setting, [thief.agent])).not.toBeNull();
      const { instructions } = takeApart(await proposalBytes(stage, wallet, { recipient: 'attacker', amount: 1_000_000_000n }));
      const [, , ...fromTheEnd] = [...instructions].reverse();
      const proposing = swapAccount(fromTheEnd.reverse().slice(0, -1), wallet.addresses.feeAccount, thief.payer.address);
      expect(await landInstructions(stage, thief, proposing, [thief.agent])).toBeNull();
      await untilProposed(stage, wallet, 'active');
      await untilFrozenBy(stage, wallet, [/proposal 1/]);
      expect(await stage.holdings(wallet)).toEqual(before);
    },
  },
  approvedBeforeRotation: {
    wallets: ['owner/157 approved'],
    async do({ stage }) {
      const wallet = await stage.wallet('owner', '157 approved');
      const { owner, feeAccount, agent } = { ...wallet.addresses, owner: wallet.owner };
      const thief = await makeThief(stage, wallet);
      const before = await stage.holdings(wallet);
      // The owner was talked into half a payment, and who has the agent key votes too: approved, and not executed.
      const whole = takeApart(await proposalBytes(stage, wallet, { recipient: 'attacker', amount: 1_000_000_000n }));
      const paidByThief = swapAccount(whole.instructions, feeAccount, thief.payer.address);
      expect(await landInstructions(stage, thief, paidByThief.slice(0, -2), [owner, thief.agent])).toBeNull();
      await untilProposed(stage, wallet, 'approved');
      await untilFrozenBy(stage, wallet, [/proposal 1/]);
      const asked = await proposeRotation(stage, wallet);
      expect(asked.status, asked.text).toBe(200);
      const prepared = preparedOf(await prepare(stage, idOf(asked)));
      expect(prepared.messages.length).toBeGreaterThan(1);
      const done = await approve(stage, idOf(asked), consentOf(prepared, owner));
      expect(done.status, done.text).toBe(200);
      // Two transactions one after the other: on a slow machine the second's blockhash runs out, and the owner signs it again.
      await until(
        'another agent key is in place',
        async () => {
          const now = await keysOf(stage, wallet);
          if (now.agent !== agent && now.rekeyingBy === null) return true;
          const again = await prepare(stage, idOf(asked));
          if (again.status === 200) await approve(stage, idOf(asked), consentOf(preparedOf(again), owner));
          return false;
        },
        200_000,
      );
      // The execution that was held back is worth nothing, whoever sends it: who voted for it, and the owner, who is a member still.
      const execution = paidByThief.slice(-2, -1);
      expect(await landInstructions(stage, thief, execution, [thief.agent])).not.toBeNull();
      expect(await landInstructions(stage, thief, swapAccount(execution, agent, owner.address), [owner])).not.toBeNull();
      expect(await stage.holdings(wallet)).toEqual(before);
      expect(await walletState(stage, wallet)).toBe('frozen');
    },
  },
  settingsDrift: {
    wallets: ['owner/169'],
    async do({ stage }, p) {
      const wallet = await stage.wallet('owner', '169');
      const thief = await makeThief(stage, wallet);
      // Who stole the owner key needs nobody on the chain; the service stops the agent and says what is there.
      for (const ix of p.list('settings')) {
        const seconds = ix === 'squads.setTimeLock' ? { seconds: 3_600 } : {};
        const recipe = { ix, as: 'owner', payer: 'fee', destinations: ['attacker'], member: 'attacker', ...seconds };
        expect(await landRecipes(stage, thief, [recipe], [wallet.owner]), ix).toBeNull();
      }
      const seen = p.list('seen').map((text) => new RegExp(text));
      await untilFrozenBy(stage, wallet, seen);
      // What closes accounts from here on would pay the thief: nothing is signed that closes any, and nothing is unfrozen.
      expect(await askToSign(stage, wallet, 'with_owner', await proposalBytes(stage, wallet))).toBe('suspended');
      const asked = await stage.http.ask(`/v1/wallets/${wallet.id}/unfreeze`, stage.operator, { method: 'POST' });
      const early = await countersigned(stage, wallet, idOf(asked));
      expect(early.json?.['code'], early.text).toBe('chain_differs');
    },
  },
  nonceMoved: {
    wallets: ['owner/164'],
    async do({ stage }) {
      const wallet = await stage.wallet('owner', '164');
      const [kit] = await armLockdown(stage, wallet);
      if (kit === undefined) throw new Error('a kit is armed');
      const thief = await makeThief(stage, wallet);
      // A vote over the kit's own durable nonce, good for as long as the nonce stands: no key of the service has a part in it.
      const proposal = takeApart(await proposalBytes(stage, wallet, { recipient: 'attacker', amount: LARGE }));
      const armed = takeApart(kit.message);
      const advance = armed.instructions.slice(0, 1);
      const vote = putTogether({ ...proposal, blockhash: armed.blockhash, instructions: [...advance, ...proposal.instructions] });
      for (const kind of ['with_owner', 'fee', 'spend', 'step_back'] as const)
        expect(['unknown_shape', 'malformed'], kind).toContain(await askToSign(stage, wallet, kind, vote));
      // The owner key, elsewhere, uses the nonce up: the brake is gone, and somebody has the owner key sign.
      expect(await landInstructions(stage, thief, advance, [wallet.owner])).toBeNull();
      await untilFrozenBy(stage, wallet, [new RegExp(`${kit.nonceAccount} was advanced`)]);
      const list = await stage.http.ask(`/v1/wallets/${wallet.id}/kits`, stage.operator);
      const items = (list.json?.['items'] ?? []) as readonly { readonly nonceAccount: string; readonly state: string }[];
      expect(items.find(({ nonceAccount }) => nonceAccount === kit.nonceAccount)?.state).toBe('stale');
    },
  },
};
