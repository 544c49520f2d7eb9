import { expect } from 'vitest';
import { dryPay, idOf, pay, paymentBody, signedAttempts, untilState, used, verdictOf, waiting } from '../acts.ts';
import { call, dryRun } from '../ask.ts';
import type { Runs } from '../registry.ts';
import { objectionsOf, saidByCall, wordsOf } from '../verdict.ts';

/** What is left of a minute before its boundary when the first half of the burst goes, in milliseconds. */
const BEFORE_MS = 1_500;

/** Amounts, windows, many at once. */
export const amountRuns: Runs = {
  parallelPayments: {
    wallets: ['parallel/131'],
    async do({ stage }, p) {
      const wallet = await stage.wallet('parallel', '131');
      const before = await stage.holdings(wallet);
      const asked = Array.from({ length: p.number('requests') }, () => pay(stage, wallet, { amount: p.amount('amount') }));
      const answers = await Promise.all(asked);
      const allowed = answers.filter((each) => saidByCall(each) === 'ALLOW');
      expect(allowed.length, answers.map(wordsOf).join('\n').slice(0, 2_000)).toBe(p.number('fit'));
      for (const each of answers) if (!allowed.includes(each)) expect(saidByCall(each), wordsOf(each)).toBe('DENY');
      const sum = p.amount('amount') * BigInt(p.number('fit'));
      expect(await used(stage, wallet)).toBe(sum);
      for (const each of allowed) await untilState(stage, wallet, idOf(each), 'finalized');
      expect(before.lamports - (await stage.holdings(wallet)).lamports).toBe(sum);
      expect(await used(stage, wallet)).toBe(sum);
    },
  },
  burstAtMidnight: {
    wallets: ['minute/133'],
    async do({ stage }, p) {
      const wallet = await stage.wallet('minute', '133');
      const windowMs = p.number('seconds') * 1_000;
      // A fixed window of this length would begin anew at each whole multiple of it.
      const restMs = windowMs - (Date.now() % windowMs);
      await new Promise((resolve) => setTimeout(resolve, Math.max(0, restMs - BEFORE_MS)));
      const boundaryMs = Math.ceil(Date.now() / windowMs) * windowMs;
      const first = await pay(stage, wallet, { amount: 10_000_000n });
      expect(saidByCall(first), wordsOf(first)).toBe('ALLOW');
      await new Promise((resolve) => setTimeout(resolve, Math.max(0, boundaryMs + 500 - Date.now())));
      const second = await pay(stage, wallet, { amount: 10_000_000n });
      expect(Date.now()).toBeGreaterThan(boundaryMs);
      expect(saidByCall(second), wordsOf(second)).toBe('DENY');
      expect(objectionsOf(second).map(({ rule }) => rule)).toContain('amount-per-window');
      expect(await signedAttempts(stage, wallet)).toBe(1);
    },
  },
  refundRestoresNothing: {
    wallets: ['small/139'],
    async do({ stage }, p) {
      const wallet = await stage.wallet('small', '139');
      for (let half = 0; half < 2; half += 1)
        await untilState(stage, wallet, idOf(await pay(stage, wallet, { amount: p.amount('cap') / 2n })), 'finalized');
      expect(verdictOf(await dryPay(stage, wallet, { amount: 1n }))).toBe('denied');
      const { lamports } = await stage.holdings(wallet);
      await stage.stack.fund(wallet.addresses.vault, lamports + p.amount('cap'));
      expect(verdictOf(await dryPay(stage, wallet, { amount: 1n }))).toBe('denied');
      expect(await used(stage, wallet)).toBe(p.amount('cap'));
    },
  },
  twoAgents: {
    wallets: ['small/140'],
    async do({ stage }, p) {
      const wallet = await stage.wallet('small', '140');
      const other = await stage.http.ask('/v1/credentials', stage.operator, {
        method: 'POST',
        body: { role: 'agent', wallet: wallet.id, label: 'second agent' },
      });
      const second = { ...wallet, credentials: { ...wallet.credentials, agent: String(other.json?.['secret']) } };
      const half = p.amount('cap') / 2n;
      const answers = await Promise.all([wallet, second, wallet, second].map((as) => pay(stage, as, { amount: half })));
      expect(answers.filter((each) => saidByCall(each) === 'ALLOW')).toHaveLength(2);
      expect(answers.filter((each) => saidByCall(each) === 'DENY')).toHaveLength(2);
      expect(await used(stage, wallet)).toBe(p.amount('cap'));
    },
  },
  twoMerchants: {
    wallets: ['small/236'],
    async do({ stage }, p) {
      const wallet = await stage.wallet('small', '236');
      const half = p.amount('cap') / 2n;
      expect(saidByCall(await pay(stage, wallet, { amount: half, memo: 'mandate 7' }))).toBe('ALLOW');
      expect(saidByCall(await pay(stage, wallet, { amount: half, recipient: 'R2', memo: 'mandate 7' }))).toBe('ALLOW');
      expect(saidByCall(await pay(stage, wallet, { amount: half, recipient: 'R4', memo: 'mandate 7' }))).toBe('DENY');
    },
  },
  groupCap: {
    wallets: ['group/142'],
    async do({ stage }, p) {
      const wallet = await stage.wallet('group', '142');
      const cap = p.amount('cap');
      // A base unit of USDC weighs ten lamports.
      expect(saidByCall(await pay(stage, wallet, { amount: cap / 2n }))).toBe('ALLOW');
      expect(saidByCall(await pay(stage, wallet, { asset: 'usdc', amount: cap / 20n }))).toBe('ALLOW');
      for (const wish of [{ amount: 1n }, { asset: 'usdc', amount: 1n }]) {
        const more = await pay(stage, wallet, wish);
        expect(saidByCall(more), wordsOf(more)).toBe('DENY');
        expect(objectionsOf(more).map(({ rule }) => rule)).toContain('group-per-window');
      }
    },
  },
  countsUp: {
    wallets: ['P0/143'],
    async do({ stage }, p) {
      const wallet = await stage.wallet('P0', '143');
      const amount = p.amount('lamports');
      for (let turn = 1n; turn <= 3n; turn += 1n) {
        expect(saidByCall(await pay(stage, wallet, { amount }))).toBe('ALLOW');
        expect(await used(stage, wallet)).toBe(turn * amount);
        expect(await used(stage, wallet, 'SOL', 'autonomous')).toBe(turn * amount);
      }
    },
  },
  callsCount: {
    wallets: ['P0/145'],
    async do({ stage }, p) {
      const wallet = await stage.wallet('P0', '145');
      const { callMessage } = await import('./calls.ts');
      const recipe = {
        instructions: [
          { ix: 'system.transfer', to: 'R', lamports: p.text('lamports') },
          { ix: 'token.transferChecked', to: 'usdc@R', amount: '1000000' },
        ],
      };
      const asked = waiting(await call(stage, wallet, await callMessage(stage, wallet, recipe)));
      const { countersigned } = await import('../acts.ts');
      const done = await countersigned(stage, wallet, asked.approval);
      expect(done.status, done.text).toBe(200);
      await untilState(stage, wallet, asked.id, 'finalized');
      expect(await used(stage, wallet)).toBe(p.amount('lamports'));
      expect(await used(stage, wallet, await wallet.names.of('usdc'))).toBe(1_000_000n);
    },
  },
  structuring: {
    wallets: ['structured/148'],
    async do({ stage }, p) {
      const wallet = await stage.wallet('structured', '148');
      for (let turn = 0; turn < p.number('most'); turn += 1) {
        const near = await pay(stage, wallet, { amount: 990_000n });
        expect(saidByCall(near), wordsOf(near)).toBe('ALLOW');
      }
      const next = await pay(stage, wallet, { amount: 990_000n });
      expect(saidByCall(next), wordsOf(next)).toBe('ESC');
      expect(objectionsOf(next).map(({ rule }) => rule)).toContain('near-limit');
      expect(verdictOf(await dryPay(stage, wallet, { amount: 100_000n }))).toBe('allowed');
    },
  },
  rawCapBesideGroup: {
    wallets: ['thin/154'],
    async do({ stage }) {
      const wallet = await stage.wallet('thin', '154');
      // By the weights of the group the whole bag is next to nothing.
      const bag = await dryRun(stage, wallet, await paymentBody(wallet, { asset: 'thin', amount: 10_000_000_000n }));
      expect(verdictOf(bag)).toBe('denied');
      const rules = objectionsOf(bag).map(({ rule }) => rule);
      expect(rules).toContain('amount-per-transaction');
      expect(rules).not.toContain('group-per-window');
      expect(saidByCall(await pay(stage, wallet, { asset: 'thin', amount: 1_000_001n }))).toBe('DENY');
      expect(await signedAttempts(stage, wallet)).toBe(0);
    },
  },
  retryStorm: {
    wallets: ['storm/233'],
    async do({ stage }, p) {
      const wallet = await stage.wallet('storm', '233');
      const answers = await Promise.all(
        Array.from({ length: 25 }, (_each, turn) => pay(stage, wallet, { asset: 'usdc', amount: 10_000n, memo: `x402 ${turn}` })),
      );
      expect(answers.filter((each) => saidByCall(each) === 'ALLOW')).toHaveLength(p.number('most'));
      for (const each of answers)
        if (saidByCall(each) !== 'ALLOW') expect(objectionsOf(each).map(({ rule }) => rule)).toContain('transactions-per-window');
    },
  },
  recipientCap: {
    wallets: ['counterparty/245'],
    async do({ stage }, p) {
      const wallet = await stage.wallet('counterparty', '245');
      const paid = await pay(stage, wallet, { amount: p.amount('cap') });
      expect(saidByCall(paid), wordsOf(paid)).toBe('ALLOW');
      const more = await pay(stage, wallet, { amount: 1n });
      expect(saidByCall(more), wordsOf(more)).toBe('DENY');
      expect(objectionsOf(more).map(({ rule }) => rule)).toContain('recipient-per-window');
      expect(verdictOf(await dryPay(stage, wallet, { amount: 1_000_000n, recipient: 'R2' }))).toBe('allowed');
      // Whose credential asked stands in the log.
      const who = await stage.http.ask('/v1/whoami', wallet.credentials.agent);
      const audit = await stage.http.ask(`/v1/audit?chain=${wallet.id}&limit=20`, stage.operator);
      const entries = (audit.json?.['items'] ?? []) as readonly { readonly actor: string; readonly subject: string }[];
      expect(entries.find(({ subject }) => subject === idOf(paid))?.actor).toBe(who.json?.['id']);
    },
  },
};
