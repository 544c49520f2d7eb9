import { expect } from 'vitest';
import { until } from '../../../end-to-end/stack.ts';
import {
  advance,
  approve,
  consentOf,
  countersigned,
  dryPay,
  idOf,
  lostSince,
  pay,
  prepare,
  preparedOf,
  read,
  signedFor,
  untilState,
  used,
  verdictOf,
  waiting,
} from '../acts.ts';
import type { Runs } from '../registry.ts';
import { need } from '../stage.ts';
import { spendBytes } from '../try-signer.ts';
import { saidByCall, wordsOf } from '../verdict.ts';

/** How long a signed transaction can land, in slots, and some. */
const EXPIRED_SLOTS = 200;

/** Blockhashes, replays, lost answers. They bend the chain, so nothing runs beside them. */
export const landingRuns: Runs = {
  firstSubmissionIsDropped: {
    wallets: ['P0/116'],
    alone: true,
    async do({ stage }, p) {
      const wallet = await stage.wallet('P0', '116');
      const before = (await stage.holdings(wallet)).lamports;
      await stage.stack.rpc('weather_drop', [{ count: 1 }]);
      const key = stage.key();
      const paid = await pay(stage, wallet, { amount: p.amount('lamports') }, key);
      expect(saidByCall(paid), wordsOf(paid)).toBe('ALLOW');
      const again = await pay(stage, wallet, { amount: p.amount('lamports') }, key);
      expect(idOf(again)).toBe(idOf(paid));
      await untilState(stage, wallet, idOf(paid), 'finalized');
      expect(await lostSince(stage, wallet, before)).toBe(p.amount('lamports'));
      expect(await signedFor(stage, idOf(paid))).toBe(1);
    },
  },
  arrivesTwice: {
    wallets: ['P0/116'],
    alone: true,
    async do({ stage }, p) {
      const wallet = await stage.wallet('P0', '116');
      const before = (await stage.holdings(wallet)).lamports;
      await stage.stack.rpc('weather_duplicate', [{ count: 2 }]);
      const paid = await pay(stage, wallet, { amount: p.amount('lamports') });
      await untilState(stage, wallet, idOf(paid), 'finalized');
      await stage.stack.rpc('weather_clear', []);
      expect(await lostSince(stage, wallet, before)).toBe(p.amount('lamports'));
    },
  },
  approvalOutlivesBlockhash: {
    wallets: ['owner/118'],
    alone: true,
    async do({ stage }, p) {
      const wallet = await stage.wallet('owner', '118');
      const before = (await stage.holdings(wallet)).lamports;
      const asked = waiting(await pay(stage, wallet, { amount: p.amount('lamports') }));
      const prepared = preparedOf(await prepare(stage, asked.approval));
      await advance(stage, EXPIRED_SLOTS);
      const late = await approve(stage, asked.approval, consentOf(prepared, wallet.owner));
      if (late.status === 200) await untilState(stage, wallet, asked.id, 'awaiting_owner', 'expired');
      expect(await lostSince(stage, wallet, before)).toBe(0n);
      const again = preparedOf(
        await prepare(stage, asked.approval).then(async (one) =>
          one.status === 200 ? one : prepare(stage, String((await read(stage, wallet, asked.id)).json?.['approval'])),
        ),
      );
      expect(again.messages).not.toEqual(prepared.messages);
      const approval = String((await read(stage, wallet, asked.id)).json?.['approval'] ?? asked.approval);
      const done = await countersigned(stage, wallet, approval);
      expect(done.status, done.text).toBe(200);
      await untilState(stage, wallet, asked.id, 'finalized');
      expect(await lostSince(stage, wallet, before)).toBe(p.amount('lamports'));
    },
  },
  identicalPayments: {
    wallets: ['P0/121'],
    async do({ stage }, p) {
      const wallet = await stage.wallet('P0', '121');
      const before = (await stage.holdings(wallet)).lamports;
      const answers = await Promise.all(
        Array.from({ length: p.number('count') }, () => pay(stage, wallet, { amount: p.amount('lamports') })),
      );
      const signatures = new Set<string>();
      for (const each of answers) signatures.add(String((await untilState(stage, wallet, idOf(each), 'finalized')).json?.['signature']));
      expect(signatures.size).toBe(p.number('count'));
      expect(await lostSince(stage, wallet, before)).toBe(p.amount('lamports') * BigInt(p.number('count')));
    },
  },
  statusIsLost: {
    wallets: ['P0/122'],
    alone: true,
    async do({ stage }, p) {
      const wallet = await stage.wallet('P0', '122');
      const before = (await stage.holdings(wallet)).lamports;
      await stage.stack.rpc('weather_hide', [{ signature: '*', queries: p.number('queries') }]);
      const paid = await pay(stage, wallet, { amount: p.amount('lamports') });
      expect(saidByCall(paid), wordsOf(paid)).toBe('ALLOW');
      await until('it landed', async () => (await lostSince(stage, wallet, before)) === p.amount('lamports'));
      expect(String((await read(stage, wallet, idOf(paid))).json?.['state'])).not.toBe('failed');
      expect(await used(stage, wallet)).toBe(p.amount('lamports'));
      await untilState(stage, wallet, idOf(paid), 'finalized');
      expect(await lostSince(stage, wallet, before)).toBe(p.amount('lamports'));
      expect(await signedFor(stage, idOf(paid))).toBe(1);
    },
  },
  keptSignedTransaction: {
    wallets: ['P0/124'],
    alone: true,
    async do({ stage }, p) {
      const wallet = await stage.wallet('P0', '124');
      const { walletId, addresses } = wallet;
      const before = (await stage.holdings(wallet)).lamports;
      const message = await spendBytes(stage, wallet, { amount: 5_000n });
      const agent = need(await stage.keys.signWithAgentKey({ walletId, message, kind: 'spend' }));
      const fee = need(await stage.keys.signWithFeeKey({ walletId, message }));
      const { wire, signature } = need(
        await stage.chain.assembleTransaction(message, [...fee, { signer: addresses.agent, signature: agent.signature }]),
      );
      await advance(stage, p.number('slots'));
      await stage.chain.submitTransaction(wire);
      await new Promise((resolve) => setTimeout(resolve, 500));
      const { statuses } = need(await stage.chain.getTransactionStatus([signature]));
      expect(statuses[0]?.kind).toBe('not_found');
      expect(await lostSince(stage, wallet, before)).toBe(0n);
      // Sent in time the limit on chain is what is left: 5 SOL a day, never more.
      const limit = need(await stage.chain.readWallet(addresses.multisig))?.limits[0];
      expect(limit?.remaining).toBeLessThanOrEqual(5_000_000_000n);
    },
  },
  reservationOutlivesSilence: {
    wallets: ['small/137'],
    alone: true,
    async do({ stage }, p) {
      const wallet = await stage.wallet('small', '137');
      const before = (await stage.holdings(wallet)).lamports;
      const amount = p.amount('cap') / 2n;
      // Every submission of a while vanishes: nobody can know that it will not land.
      await stage.stack.rpc('weather_drop', [{ count: 100_000 }]);
      const paid = await pay(stage, wallet, { amount });
      expect(saidByCall(paid), wordsOf(paid)).toBe('ALLOW');
      await new Promise((resolve) => setTimeout(resolve, 1_500));
      expect(await used(stage, wallet)).toBe(amount);
      expect(verdictOf(await dryPay(stage, wallet, { amount: amount + 1n }))).not.toBe('allowed');
      await stage.stack.rpc('weather_clear', []);
      // The same bytes go out again and land: the reservation was right.
      await untilState(stage, wallet, idOf(paid), 'finalized');
      expect(await used(stage, wallet)).toBe(amount);
      expect(await lostSince(stage, wallet, before)).toBe(amount);
    },
  },
  crashAfterApproval: {
    wallets: ['owner/185'],
    alone: true,
    async do({ stage }, p) {
      const wallet = await stage.wallet('owner', '185');
      const before = (await stage.holdings(wallet)).lamports;
      const asked = waiting(await pay(stage, wallet, { amount: p.amount('lamports') }));
      const consent = consentOf(preparedOf(await prepare(stage, asked.approval)), wallet.owner);
      await stage.stack.rpc('weather_delay', [{ ms: 500, count: 1 }]);
      const approving = approve(stage, asked.approval, consent).catch(() => null);
      await until('it is signed', async () => (await signedFor(stage, asked.id)) > 0);
      await stage.stack.crashApi();
      await approving;
      await stage.stack.startApi();
      const again = await approve(stage, asked.approval, consent);
      expect(again.status, again.text).not.toBe(200);
      await untilState(stage, wallet, asked.id, 'finalized');
      expect(await lostSince(stage, wallet, before)).toBe(p.amount('lamports'));
      expect(await signedFor(stage, asked.id)).toBe(1);
    },
  },
  queueDeliversTwice: {
    wallets: ['P0/256'],
    async do({ stage }, p) {
      const wallet = await stage.wallet('P0', '256');
      const before = (await stage.holdings(wallet)).lamports;
      const paid = await pay(stage, wallet, { amount: p.amount('lamports') });
      expect(saidByCall(paid), wordsOf(paid)).toBe('ALLOW');
      const { rows } = await stage.database.query<{ id: string }>('SELECT id FROM attempts WHERE request_id = $1', [idOf(paid)]);
      const attempt = rows[0]?.id ?? '';
      // The jobs that look after the attempt, several times over and at once: copies of whatever the queue holds for it.
      const found = await stage.database.query<{ name: string; data: unknown }>(
        "SELECT DISTINCT name, data::text AS data FROM pgboss.job WHERE data::text LIKE '%' || $1 || '%'",
        [attempt],
      );
      expect(found.rows.length).toBeGreaterThan(0);
      for (let turn = 0; turn < p.number('times'); turn += 1)
        for (const { name, data } of found.rows)
          await stage.database.query('INSERT INTO pgboss.job (name, data) VALUES ($1, $2::jsonb)', [name, data]);
      await untilState(stage, wallet, idOf(paid), 'finalized');
      for (const { name, data } of found.rows)
        await stage.database.query('INSERT INTO pgboss.job (name, data) VALUES ($1, $2::jsonb)', [name, data]);
      await new Promise((resolve) => setTimeout(resolve, 1_000));
      expect(await lostSince(stage, wallet, before)).toBe(p.amount('lamports'));
      expect(await used(stage, wallet)).toBe(p.amount('lamports'));
    },
  },
};
