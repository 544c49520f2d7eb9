import { encodeBase58 } from '@countersign/core';
import { createTestKey } from '@countersign/testkit';
import { expect } from 'vitest';
import {
  approve,
  consentOf,
  countersigned,
  itemsOf,
  lostSince,
  pay,
  prepare,
  preparedOf,
  signedAttempts,
  signedFor,
  thaw,
  untilState,
  waiting,
  walletState,
} from '../acts.ts';
import { cancel } from '../ask.ts';
import { sentencesOf } from '../decoded.ts';
import { freeze, LARGE, tighten } from '../owner-acts.ts';
import type { Runs } from '../registry.ts';
import { proposalBytes, putTogether, swapAccount, takeApart } from '../try-signer.ts';
import { wordsOf } from '../verdict.ts';

/** What the owner consents to, when, and to what else it is no consent. */
export const approvalRuns: Runs = {
  consentIsForOneApproval: {
    wallets: ['owner/163'],
    async do({ stage }) {
      const wallet = await stage.wallet('owner', '163');
      const before = await stage.holdings(wallet);
      const one = waiting(await pay(stage, wallet, { amount: LARGE }));
      const two = waiting(await pay(stage, wallet, { amount: LARGE + 1n, recipient: 'R2' }));
      const consent = consentOf(preparedOf(await prepare(stage, one.approval)), wallet.owner);
      const unprepared = await approve(stage, two.approval, consent);
      expect(unprepared.status, unprepared.text).not.toBe(200);
      await prepare(stage, two.approval);
      const swapped = await approve(stage, two.approval, consent);
      expect(swapped.json?.['code'], swapped.text).toBe('owner_signature_invalid');
      expect(await signedAttempts(stage, wallet)).toBe(0);
      expect(await stage.holdings(wallet)).toEqual(before);
    },
  },
  preparedHasNoNonce: {
    wallets: ['owner/163'],
    async do({ stage }) {
      const wallet = await stage.wallet('owner', '163');
      const asked = waiting(await pay(stage, wallet, { amount: LARGE + 2n }));
      const { messages } = preparedOf(await prepare(stage, asked.approval));
      const system = await wallet.names.of('system');
      for (const message of messages)
        for (const { program } of takeApart(Buffer.from(message, 'base64')).instructions) expect(program).not.toBe(system);
      await cancel(stage, wallet, asked.id);
    },
  },
  secondRenderer: {
    wallets: ['owner/175'],
    async do({ stage }) {
      const wallet = await stage.wallet('owner', '175');
      const asked = waiting(await pay(stage, wallet, { amount: LARGE }));
      const { messages } = preparedOf(await prepare(stage, asked.approval));
      const bytes = Buffer.from(messages[0] ?? '', 'base64');
      const shown = await sentencesOf(stage, [bytes], wallet);
      expect(shown).toContain(await wallet.names.of('R'));
      // The page says the same and the bytes are others: the owner's own decoder says what they are, and the service takes no signature over them.
      const taken = takeApart(bytes);
      const attacker = await wallet.names.of('attacker');
      const recipient = await wallet.names.of('R');
      const swapped = putTogether({
        ...taken,
        instructions: swapAccount(taken.instructions, recipient, attacker),
      });
      const told = await sentencesOf(stage, [swapped], wallet);
      expect(told).not.toContain(recipient);
      expect(told).toContain(attacker);
      const refused = await approve(stage, asked.approval, {
        statementSignature: null,
        messageSignatures: [encodeBase58(wallet.owner.sign(swapped))],
      });
      expect(refused.json?.['code'], refused.text).toBe('owner_signature_invalid');
      expect(await signedAttempts(stage, wallet)).toBe(0);
      await cancel(stage, wallet, asked.id);
    },
  },
  mutatedAfterApproval: {
    wallets: ['owner/175'],
    async do({ stage }) {
      const wallet = await stage.wallet('owner', '175');
      const asked = waiting(await pay(stage, wallet, { amount: LARGE + 3n }));
      const prepared = preparedOf(await prepare(stage, asked.approval));
      const consent = consentOf(prepared, wallet.owner);
      for (const at of [0.3, 0.6, 0.99]) {
        const bytes = Buffer.from(prepared.messages[0] ?? '', 'base64');
        const place = Math.floor(bytes.length * at);
        bytes.writeUInt8(bytes.readUInt8(place) ^ 1, place);
        const changed = await approve(stage, asked.approval, { ...consent, messageSignatures: [encodeBase58(wallet.owner.sign(bytes))] });
        expect(changed.json?.['code'], changed.text).toBe('owner_signature_invalid');
      }
      // Past the API: bytes that the owner did not sign.
      const mine = await proposalBytes(stage, wallet, { recipient: 'attacker', amount: LARGE });
      const answer = await stage.keys.signWithAgentKey({
        walletId: wallet.walletId,
        message: mine,
        kind: 'with_owner',
        ownerSignature: wallet.owner.sign(Buffer.from(prepared.messages[0] ?? '', 'base64')),
      });
      expect(answer).toMatchObject({ ok: false, error: { signerCode: 'bad_owner_signature' } });
      await prepare(stage, asked.approval);
      const stale = await approve(stage, asked.approval, consent);
      expect(stale.status, stale.text).not.toBe(200);
      expect(await signedAttempts(stage, wallet)).toBe(0);
    },
  },
  approvedTooLate: {
    wallets: ['owner/178 expiry', 'owner/178 freeze', 'owner/178 tightening'],
    async do({ stage }, p) {
      const after = p.text('after');
      const wallet = await stage.wallet('owner', `178 ${after}`);
      const before = await stage.holdings(wallet);
      const asked = waiting(await pay(stage, wallet, { amount: LARGE }));
      const consent = consentOf(preparedOf(await prepare(stage, asked.approval)), wallet.owner);
      if (after === 'expiry') {
        // The day is over: written from outside, with the database's own guards asleep.
        const client = await stage.database.connect();
        try {
          await client.query("SET session_replication_role = 'replica'");
          await client.query('UPDATE approvals SET expires_at_ms = created_at_ms WHERE id = $1', [asked.approval]);
        } finally {
          await client.query("SET session_replication_role = 'origin'");
          client.release();
        }
      } else if (after === 'freeze') await freeze(stage, wallet);
      else await tighten(stage, wallet, { recipients: [{ address: '$R2', label: 'Second merchant' }] });
      const late = await approve(stage, asked.approval, consent);
      expect(late.status, late.text).not.toBe(200);
      const again = await countersigned(stage, wallet, asked.approval);
      expect(again.status, again.text).not.toBe(200);
      expect(await signedFor(stage, asked.id)).toBe(0);
      expect(await stage.holdings(wallet)).toEqual(before);
    },
  },
  statementIsUsedOnce: {
    wallets: ['owner/179', 'owner/179 freeze'],
    async do({ stage }) {
      const wallet = await stage.wallet('owner', '179');
      const unfreeze = async (): Promise<string> => {
        const answer = await stage.http.ask(`/v1/wallets/${wallet.id}/unfreeze`, stage.operator, { method: 'POST' });
        return String(answer.json?.['id']);
      };
      await freeze(stage, wallet);
      const first = await unfreeze();
      const prepared = preparedOf(await prepare(stage, first));
      expect(prepared.statement).toMatch(/nonce: [0-9a-f]{32}/);
      expect(prepared.statement).toContain(`wallet: ${wallet.addresses.multisig}`);
      const consent = consentOf(prepared, wallet.owner);
      const other = await stage.wallet('owner', '179 freeze');
      await freeze(stage, other);
      const theirs = String((await stage.http.ask(`/v1/wallets/${other.id}/unfreeze`, stage.operator, { method: 'POST' })).json?.['id']);
      await prepare(stage, theirs);
      expect((await approve(stage, theirs, consent)).status).not.toBe(200);
      await thaw(stage, other);
      expect((await approve(stage, first, consent)).status).toBe(200);
      expect(await walletState(stage, wallet)).toBe('active');
      await freeze(stage, wallet);
      const second = await unfreeze();
      await prepare(stage, second);
      expect((await approve(stage, second, consent)).status).not.toBe(200);
      expect((await approve(stage, first, consent)).status).not.toBe(200);
      const statement = prepared.statement ?? '';
      const order = { walletId: wallet.walletId, statement, ownerSignature: wallet.owner.sign(new TextEncoder().encode(statement)) };
      expect(await stage.keys.resumeAgentKey(order)).toMatchObject({ ok: false, error: { signerCode: 'bad_statement' } });
      expect(await walletState(stage, wallet)).toBe('frozen');
    },
  },
  assertionIsNoConsent: {
    wallets: ['owner/175'],
    async do({ stage }) {
      const wallet = await stage.wallet('owner', '175');
      const asked = waiting(await pay(stage, wallet, { amount: LARGE + 4n }));
      await prepare(stage, asked.approval);
      const assertion = { clientDataJSON: 'e30', authenticatorData: 'AA', signature: 'AA' };
      for (const body of [
        { assertion },
        { statementSignature: null, messageSignatures: [], assertion },
        { statementSignature: null, messageSignatures: [''] },
      ]) {
        const answer = await stage.http.ask(`/v1/approvals/${asked.approval}/approve`, stage.operator, { method: 'POST', body });
        expect(answer.status, answer.text).toBe(400);
      }
      expect(await signedFor(stage, asked.id)).toBe(0);
      await cancel(stage, wallet, asked.id);
    },
  },
  selfApproval: {
    wallets: ['owner/182'],
    async do({ stage }) {
      const wallet = await stage.wallet('owner', '182');
      const before = (await stage.holdings(wallet)).lamports;
      const asked = waiting(await pay(stage, wallet, { amount: LARGE }));
      const path = `/v1/approvals/${asked.approval}`;
      expect((await stage.http.ask(`${path}/prepare`, wallet.credentials.agent, { method: 'POST' })).status).toBe(403);
      const prepared = preparedOf(await prepare(stage, asked.approval));
      for (const pretender of [createTestKey(), (await stage.wallet('owner', '175')).owner]) {
        const answer = await approve(stage, asked.approval, consentOf(prepared, pretender));
        expect(answer.json?.['code'], answer.text).toBe('owner_signature_invalid');
      }
      const consent = consentOf(prepared, wallet.owner);
      expect((await stage.http.ask(`${path}/approve`, wallet.credentials.agent, { method: 'POST', body: consent })).status).toBe(403);
      const twice = { ...consent, messageSignatures: [...consent.messageSignatures, ...consent.messageSignatures] };
      expect((await approve(stage, asked.approval, twice)).status).not.toBe(200);
      expect(await signedFor(stage, asked.id)).toBe(0);
      expect((await approve(stage, asked.approval, consent)).status).toBe(200);
      expect((await approve(stage, asked.approval, consent)).status).not.toBe(200);
      await untilState(stage, wallet, asked.id, 'finalized');
      expect(await lostSince(stage, wallet, before)).toBe(LARGE);
    },
  },
  twoReplicasApprove: {
    wallets: ['owner/184'],
    second: true,
    async do({ stage, second }, p) {
      const wallet = await stage.wallet('owner', '184');
      const other = (await second()).stage;
      const before = (await stage.holdings(wallet)).lamports;
      const asked = waiting(await pay(stage, wallet, { amount: p.amount('lamports') }));
      const consent = consentOf(preparedOf(await prepare(stage, asked.approval)), wallet.owner);
      const answers = await Promise.all(
        Array.from({ length: 8 }, (_each, turn) => approve(turn % 2 === 0 ? stage : other, asked.approval, consent)),
      );
      expect(answers.filter(({ status }) => status === 200)).toHaveLength(1);
      await untilState(stage, wallet, asked.id, 'finalized');
      expect(await lostSince(stage, wallet, before)).toBe(p.amount('lamports'));
      expect(await signedFor(stage, asked.id)).toBe(1);
    },
  },
  sameKeySameApproval: {
    wallets: ['owner/188'],
    async do({ stage }) {
      const wallet = await stage.wallet('owner', '188');
      const key = stage.key();
      const answers = await Promise.all(Array.from({ length: 6 }, () => pay(stage, wallet, { amount: LARGE }, key)));
      const good = answers.filter(({ status }) => status === 202);
      expect(good.length, answers.map(wordsOf).join('\n')).toBeGreaterThan(0);
      for (const each of answers) expect([202, 409], wordsOf(each)).toContain(each.status);
      expect(new Set(good.map((each) => each.json?.['approval'])).size).toBe(1);
      const again = await pay(stage, wallet, { amount: LARGE }, key);
      expect(again.text).toBe(good[0]?.text);
      expect(again.headers.get('idempotency-replayed')).toBe('true');
      const list = await stage.http.ask(`/v1/approvals?wallet=${wallet.id}&kind=approve_payment`, stage.operator);
      expect(itemsOf(list).length).toBe(1);
    },
  },
};
