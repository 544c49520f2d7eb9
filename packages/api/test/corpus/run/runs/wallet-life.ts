import { createTestKey } from '@countersign/testkit';
import { expect } from 'vitest';
import { until } from '../../../end-to-end/stack.ts';
import { policyDocument } from '../../cases/load.ts';
import { resolveNames } from '../../cases/resolve.ts';
import {
  approve,
  consentOf,
  countersigned,
  dryPay,
  idIn,
  idOf,
  itemsOf,
  lostSince,
  pay,
  paymentBody,
  prepare,
  preparedOf,
  signedAttempts,
  untilState,
  used,
  verdictOf,
  walletState,
} from '../acts.ts';
import { armLockdown } from '../kits.ts';
import { freeze, installPolicy, LARGE, proposePolicy, revisionOf } from '../owner-acts.ts';
import type { Runs } from '../registry.ts';
import { freezeBy, signedBy, statementOf } from '../says.ts';
import type { CorpusWallet, Stage } from '../stage.ts';
import { askToSign } from '../try-signer.ts';
import { saidByCall, wordsOf } from '../verdict.ts';

/** Policies that change, wallets that stop, lists that are empty. */
export const walletLifeRuns: Runs = {
  counterSurvivesEdit: {
    wallets: ['small/136'],
    async do({ stage }, p) {
      const wallet = await stage.wallet('small', '136');
      const half = p.amount('cap') / 2n;
      for (let turn = 0; turn < 2; turn += 1)
        await untilState(stage, wallet, idOf(await pay(stage, wallet, { amount: half })), 'finalized');
      await installPolicy(stage, wallet, { signaturesPerMinute: 5_999 }, 'small');
      expect(await used(stage, wallet)).toBe(p.amount('cap'));
      expect(saidByCall(await pay(stage, wallet, { amount: 1n }))).toBe('DENY');
      // Also through a revision in which the asset is not listed at all.
      await installPolicy(stage, wallet, { assets: [], groups: [], programs: [] }, 'small');
      await installPolicy(stage, wallet, {}, 'small');
      expect(await used(stage, wallet)).toBe(p.amount('cap'));
      expect(saidByCall(await pay(stage, wallet, { amount: 1n }))).toBe('DENY');
    },
  },
  poisonedRecipients: {
    wallets: ['owner/241'],
    async do({ stage }) {
      const wallet = await stage.wallet('owner', '241');
      const { approval } = await proposePolicy(stage, wallet, { recipients: [{ address: '$attacker', label: 'Merchant' }] });
      // The operator alone installs nothing, with whatever signature.
      const prepared = preparedOf(await prepare(stage, approval));
      const forged = await approve(stage, approval, consentOf(prepared, createTestKey()));
      expect(forged.json?.['code'], forged.text).toBe('owner_signature_invalid');
      expect(saidByCall(await pay(stage, wallet, { amount: 1_000n, recipient: 'attacker' }))).toBe('DENY');
      expect(verdictOf(await dryPay(stage, wallet, { amount: 1_000n }))).toBe('allowed');
      const { spendBytes } = await import('../try-signer.ts');
      expect(await askToSign(stage, wallet, 'spend', await spendBytes(stage, wallet, { recipient: 'attacker' }))).toBe(
        'recipient_not_listed',
      );
    },
  },
  twoPoliciesAtOnce: {
    wallets: ['owner/218'],
    async do({ stage }) {
      const wallet = await stage.wallet('owner', '218');
      const first = await revisionOf(stage, wallet);
      const policy = async (perMinute: number) =>
        JSON.stringify(await resolveNames({ ...policyDocument('owner'), signaturesPerMinute: perMinute }, wallet.names));
      const texts = await Promise.all([policy(10), policy(11)]);
      const proposed = await Promise.all(
        texts.map((text) =>
          stage.http.ask(`/v1/wallets/${wallet.id}/policies`, stage.operator, { method: 'POST', body: { policy: text } }),
        ),
      );
      const approvals = proposed.flatMap(({ status, json }) => (status < 300 ? [idIn({ json } as never, 'approval')] : []));
      expect(approvals.length).toBeGreaterThan(0);
      await Promise.all(approvals.map((each) => countersigned(stage, wallet, each)));
      await until('one is in force', async () => (await revisionOf(stage, wallet)) === first + 1);
      const list = await stage.http.ask(`/v1/wallets/${wallet.id}/policies`, stage.operator);
      const states = itemsOf<{ readonly state: string }>(list).map(({ state }) => state);
      expect(states.filter((state) => state === 'active')).toHaveLength(1);
    },
  },
  proposalSpam: {
    wallets: ['owner/172'],
    async do({ stage }, p) {
      const wallet = await stage.wallet('owner', '172');
      const answers = await inTurns(p.number('most'), 10, () => pay(stage, wallet, { amount: LARGE }));
      const taken = answers.filter(({ status }) => status === 202);
      expect(taken.length).toBeLessThanOrEqual(100);
      const refused = answers.find(({ status }) => status !== 202);
      expect(refused?.status, refused?.text).toBe(429);
      expect(await signedAttempts(stage, wallet)).toBe(0);
    },
  },
  freezeInFlight: {
    wallets: ['P0/257 operator', 'P0/257 statement', 'P0/257 lockdown'],
    async do({ stage }, p) {
      const wallet = await stage.wallet('P0', `257 ${p.text('by')}`);
      const stop = await stopperOf(stage, wallet, p.text('by'));
      const before = (await stage.holdings(wallet)).lamports;
      const paying = Array.from({ length: p.number('requests') }, () => pay(stage, wallet, { amount: 1_000_000n }));
      await Promise.race(paying);
      await stop();
      const signedThen = await signedAttempts(stage, wallet);
      await Promise.all(paying);
      expect(await signedAttempts(stage, wallet)).toBe(signedThen);
      expect(verdictOf(await dryPay(stage, wallet, { amount: 1n }))).toBe('denied');
      // What was signed and not sent before the freeze never goes: it runs out.
      await until('what was sent has ended', async () => (await inState(stage, wallet, ['submitted', 'confirmed', 'unknown'])) === 0);
      const landed = await inState(stage, wallet, ['finalized']);
      expect(landed).toBeLessThanOrEqual(signedThen);
      expect(await lostSince(stage, wallet, before)).toBe(BigInt(landed) * 1_000_000n);
      const { spendBytes } = await import('../try-signer.ts');
      expect(await askToSign(stage, wallet, 'spend', await spendBytes(stage, wallet))).toBe('suspended');
    },
  },
  probing: {
    wallets: ['probed/242'],
    async do({ stage }, p) {
      const wallet = await stage.wallet('probed', '242');
      const before = await stage.holdings(wallet);
      for (let turn = 0; turn < p.number('denials'); turn += 1) {
        expect(await walletState(stage, wallet), `before denial ${turn + 1}`).toBe('active');
        const answer = await pay(stage, wallet, { amount: 1_000n + BigInt(turn), recipient: 'attacker' });
        expect(saidByCall(answer), wordsOf(answer)).toBe('DENY');
      }
      expect(await walletState(stage, wallet)).toBe('frozen');
      expect(saidByCall(await pay(stage, wallet, { amount: 1_000n }))).toBe('DENY');
      const { spendBytes } = await import('../try-signer.ts');
      await until(
        'the signer is suspended',
        async () => (await askToSign(stage, wallet, 'spend', await spendBytes(stage, wallet))) === 'suspended',
      );
      expect(await stage.holdings(wallet)).toEqual(before);
    },
  },
  emptyLists: {
    wallets: ['owner/254'],
    async do({ stage }) {
      const wallet = await stage.wallet('owner', '254');
      await installPolicy(stage, wallet, {}, 'nothing');
      const before = await stage.holdings(wallet);
      for (const wish of [{ amount: 1n }, { amount: 1n, recipient: 'attacker' }, { asset: 'usdc', amount: 1n }]) {
        const answer = await pay(stage, wallet, wish);
        expect(saidByCall(answer), wordsOf(answer)).toBe('DENY');
      }
      expect(await signedAttempts(stage, wallet)).toBe(0);
      expect(await stage.holdings(wallet)).toEqual(before);
    },
  },
  noPolicyInForce: {
    async do({ stage }) {
      const owner = createTestKey();
      const policy = JSON.stringify(await resolveNames(policyDocument('P0'), stage.names));
      const created = await stage.http.ask('/v1/wallets', stage.operator, {
        method: 'POST',
        body: { name: 'never signed', owner: owner.address, policy },
      });
      const id = idIn(created, 'wallet');
      const agent = await stage.http.ask('/v1/credentials', stage.operator, {
        method: 'POST',
        body: { role: 'agent', wallet: id, label: 'early' },
      });
      const early = { id, names: stage.names, credentials: { agent: String(agent.json?.['secret']) } } as unknown as CorpusWallet;
      const dry = await dryPay(stage, early, { amount: 1_000n });
      expect([verdictOf(dry), dry.status]).not.toContain('allowed');
      const real = await stage.http.ask(`/v1/wallets/${id}/transactions`, early.credentials.agent, {
        method: 'POST',
        body: await paymentBody(early, { amount: 1_000n }),
        headers: { 'idempotency-key': stage.key() },
      });
      expect([403, 409], wordsOf(real)).toContain(real.status);
      expect(await signedAttempts(stage, early)).toBe(0);
    },
  },
};

/** What stops it, made ready, so that nothing but the stopping is raced with. */
async function stopperOf(stage: Stage, wallet: CorpusWallet, by: string): Promise<() => Promise<void>> {
  if (by === 'operator') return () => freeze(stage, wallet);
  const said = signedBy(wallet.owner, await statementOf(stage, wallet, { action: 'freeze' }));
  if (by === 'lockdown') await armLockdown(stage, wallet);
  const path = `/v1/wallets/${wallet.id}/lockdown`;
  return async () => {
    const stopped = by === 'statement' ? freezeBy(stage, wallet, said) : stage.http.ask(path, stage.operator, { method: 'POST', body: {} });
    const { status, text } = await stopped;
    expect(status, text).toBe(200);
  };
}

async function inState({ database }: Stage, wallet: CorpusWallet, states: readonly string[]): Promise<number> {
  const { rows } = await database.query<{ count: string }>(
    'SELECT count(*) FROM attempts WHERE wallet_id = $1 AND request_id IS NOT NULL AND state = ANY($2)',
    [wallet.id, states],
  );
  return Number(rows[0]?.count);
}

/** Many, a few at a time. */
async function inTurns<T>(count: number, atOnce: number, one: () => Promise<T>): Promise<readonly T[]> {
  const made: T[] = [];
  while (made.length < count) made.push(...(await Promise.all(Array.from({ length: Math.min(atOnce, count - made.length) }, one))));
  return made;
}
