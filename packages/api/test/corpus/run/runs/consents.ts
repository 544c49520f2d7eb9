import { encodeBase58 } from '@countersign/core';
import { createTestKey, type TestKey } from '@countersign/testkit';
import { expect } from 'vitest';
import {
  approve,
  type Consent,
  consentOf,
  countersigned,
  idOf,
  itemsOf,
  lostSince,
  type Prepared,
  pay,
  prepare,
  preparedOf,
  signedAttempts,
  signedFor,
  untilState,
  waiting,
} from '../acts.ts';
import { sentencesOf } from '../decoded.ts';
import type { HttpAnswer } from '../http.ts';
import { prepareLockdown } from '../kits.ts';
import { freeze, LARGE } from '../owner-acts.ts';
import type { Runs } from '../registry.ts';
import { keysOf, proposeRotation, rotate, untilRotated } from '../rotate.ts';
import type { Stage } from '../stage.ts';
import { askToSign, proposalBytes, putTogether, swapAccount, takeApart } from '../try-signer.ts';

/** Consent to what is no payment: keys, limits, kits. */
export const consentRuns: Runs = {
  settingsRenderer: {
    wallets: ['owner/175 keys'],
    async do({ stage }) {
      const wallet = await stage.wallet('owner', '175 keys');
      const attacker = createTestKey();
      const asked = await proposeRotation(stage, wallet);
      const prepared = preparedOf(await prepare(stage, idOf(asked)));
      const { agent: next } = (asked.json?.['change'] ?? { agent: '' }) as { readonly agent: string };
      const shown = await sentencesOf(stage, messagesOf(prepared), wallet);
      expect(shown).toContain(next);
      // The page says the same; one byte string in statement or message is the thief's key.
      const swapped = messagesOf(prepared).map((message) => {
        const taken = takeApart(message);
        return putTogether({ ...taken, instructions: swapAccount(taken.instructions, next, attacker.address) });
      });
      const told = await sentencesOf(stage, swapped, wallet);
      expect(told).not.toContain(next);
      expect(told).toContain(attacker.address);
      const statement = (prepared.statement ?? '').replace(next, attacker.address);
      expect(statement).not.toBe(prepared.statement);
      const encoded = swapped.map((each) => Buffer.from(each).toString('base64'));
      const tries: readonly Prepared[] = [
        { ...prepared, messages: encoded },
        { ...prepared, statement },
        { statement, messages: encoded },
      ];
      for (const each of tries) await isNoConsent(stage, idOf(asked), consentOf(each, wallet.owner));
      // A page that shows a payment and hands over this, or the other way round: a signature is over bytes, and these are not those.
      const large = waiting(await pay(stage, wallet, { amount: LARGE }));
      const payment = preparedOf(await prepare(stage, large.approval));
      await isNoConsent(stage, large.approval, consentOf({ ...payment, messages: prepared.messages.slice(0, 1) }, wallet.owner));
      await isNoConsent(stage, idOf(asked), consentOf({ ...prepared, messages: payment.messages }, wallet.owner));
      expect((await keysOf(stage, wallet)).agent).toBe(wallet.addresses.agent);
      expect(await signedAttempts(stage, wallet)).toBe(0);
    },
  },
  mutatedInTheDatabase: {
    wallets: ['owner/175 keys'],
    async do({ stage }) {
      const wallet = await stage.wallet('owner', '175 keys');
      const before = await stage.holdings(wallet);
      const asked = waiting(await pay(stage, wallet, { amount: LARGE + 5n }));
      const prepared = preparedOf(await prepare(stage, asked.approval));
      const theirs = await proposalBytes(stage, wallet, { recipient: 'attacker', amount: LARGE });
      // Whoever writes to the database past its guards puts other bytes under the owner's consent.
      const client = await stage.database.connect();
      try {
        await client.query("SET session_replication_role = 'replica'");
        const changed = await client.query("UPDATE attempts SET message = $2 WHERE request_id = $1 AND state = 'prepared'", [
          asked.id,
          Buffer.from(theirs),
        ]);
        expect(changed.rowCount).toBe(1);
      } finally {
        await client.query("SET session_replication_role = 'origin'");
        client.release();
      }
      await isNoConsent(stage, asked.approval, consentOf(prepared, wallet.owner));
      // Asked again, the owner is shown what is there: bytes made anew from the intent, or the thief's for what they are.
      const again = preparedOf(await prepare(stage, asked.approval));
      expect(await sentencesOf(stage, messagesOf(again), wallet)).not.toContain(await wallet.names.of('attacker'));
      expect(await signedFor(stage, asked.id)).toBe(0);
      expect(await stage.holdings(wallet)).toEqual(before);
    },
  },
  approvedAfterRotation: {
    wallets: ['owner/178 rotation'],
    async do({ stage }) {
      const wallet = await stage.wallet('owner', '178 rotation');
      const before = (await stage.holdings(wallet)).lamports;
      const asked = waiting(await pay(stage, wallet, { amount: LARGE }));
      const consent = consentOf(preparedOf(await prepare(stage, asked.approval)), wallet.owner);
      await rotate(stage, wallet);
      const late = await approve(stage, asked.approval, consent);
      expect(['approval_not_prepared', 'approval_not_waiting'], late.text).toContain(late.json?.['code']);
      expect(await signedFor(stage, asked.id)).toBe(0);
      expect(await lostSince(stage, wallet, before)).toBe(0n);
      // The intent is pinned, not the bytes: with bytes for the new key the owner may still say yes, once.
      const again = await countersigned(stage, wallet, asked.approval);
      if (again.status === 200) await untilState(stage, wallet, asked.id, 'finalized');
      expect(await lostSince(stage, wallet, before)).toBe(again.status === 200 ? LARGE : 0n);
      expect((await approve(stage, asked.approval, consent)).status).not.toBe(200);
    },
  },
  selfReplacement: {
    wallets: ['owner/182 keys'],
    async do({ stage }) {
      const wallet = await stage.wallet('owner', '182 keys');
      const operators = createTestKey();
      const asked = await stage.http.ask(`/v1/wallets/${wallet.id}/replace-owner-key`, stage.operator, {
        method: 'POST',
        body: { owner: operators.address },
      });
      expect(asked.status, asked.text).toBe(200);
      const prepared = preparedOf(await prepare(stage, idOf(asked)));
      const by = (old: TestKey, next: TestKey | null): Consent => ({
        ...consentOf(prepared, old),
        newOwnerSignature: next && encodeBase58(next.sign(Buffer.from(prepared.statement ?? ''))),
      });
      // The operator holds the key that shall be the owner: it is not the one that consents, however often it signs.
      for (const [old, next] of [
        [operators, operators],
        [wallet.owner, null],
        [wallet.owner, wallet.owner],
        [operators, null],
      ] as const)
        await isNoConsent(stage, idOf(asked), by(old, next));
      const byRecovery = await stage.http.ask(`/v1/wallets/${wallet.id}/replace-owner-key`, stage.operator, {
        method: 'POST',
        body: { owner: operators.address, consentOf: 'recovery' },
      });
      expect(byRecovery.status, byRecovery.text).not.toBe(200);
      const here = await stage.http.ask(`/v1/approvals/${idOf(asked)}/approve-here`, stage.operator, {
        method: 'POST',
        body: { passphrase: 'whatever the operator guesses' },
      });
      expect(here.json?.['code'], here.text).toBe('owner_key_not_here');
      expect((await keysOf(stage, wallet)).owner).toBe(wallet.owner.address);
    },
  },
  sameAskSameApproval: {
    wallets: ['owner/188 asks'],
    async do({ stage }, p) {
      const wallet = await stage.wallet('owner', '188 asks');
      await freeze(stage, wallet);
      for (const what of p.list('asks')) {
        const body = what === 'kits' ? { purpose: 'lockdown' } : {};
        const ask = (): Promise<HttpAnswer> =>
          stage.http.ask(`/v1/wallets/${wallet.id}/${what}`, stage.operator, { method: 'POST', ...(what === 'unfreeze' ? {} : { body }) });
        const answers = [...(await Promise.all([ask(), ask(), ask(), ask()])), await ask()];
        const good = answers.filter(({ status }) => status === 200);
        expect(good.length, answers.map(({ text }) => text).join('\n')).toBeGreaterThan(0);
        expect(new Set(good.map(idOf)).size, what).toBe(1);
        for (const each of answers) expect([200, 409], `${what} ${each.text}`).toContain(each.status);
        await stage.http.ask(`/v1/approvals/${good.map(idOf)[0]}/reject`, stage.operator, { method: 'POST', body: {} });
      }
      const open = await stage.http.ask(`/v1/approvals?wallet=${wallet.id}&state=waiting`, stage.operator);
      expect(itemsOf(open)).toEqual([]);
    },
  },
  kitDoesNothingElse: {
    wallets: ['owner/175 keys'],
    async do({ stage }) {
      const wallet = await stage.wallet('owner', '175 keys');
      const { approval, prepared, kits } = await prepareLockdown(stage, wallet);
      const [first] = kits;
      if (first === undefined) throw new Error('there is a kit');
      expect(stage.chain.checkLockdown(first.message, wallet.addresses).ok).toBe(true);
      const kit = takeApart(first.message);
      const proposal = takeApart(await proposalBytes(stage, wallet, { recipient: 'attacker', amount: LARGE }));
      const [advance, ...removing] = kit.instructions;
      for (const instructions of [
        [...kit.instructions, ...proposal.instructions],
        [...(advance ? [advance] : []), ...proposal.instructions],
        removing,
      ]) {
        const bytes = putTogether({ ...kit, instructions });
        expect(stage.chain.checkLockdown(bytes, wallet.addresses).ok).toBe(false);
        const messages = [Buffer.from(bytes).toString('base64'), ...prepared.messages.slice(1)];
        await isNoConsent(stage, approval, consentOf({ ...prepared, messages }, wallet.owner));
        // Without the advance it is a change of settings like any other, over a blockhash that never was.
        if (instructions !== removing) expect(['unknown_shape', 'malformed']).toContain(await askToSign(stage, wallet, 'fee', bytes));
      }
      await stage.http.ask(`/v1/approvals/${approval}/reject`, stage.operator, { method: 'POST', body: {} });
    },
  },
  twoReplicasRotate: {
    wallets: ['owner/184 keys'],
    second: true,
    async do({ stage, second }) {
      const wallet = await stage.wallet('owner', '184 keys');
      const other = (await second()).stage;
      const { policyRevision } = await keysOf(stage, wallet);
      const approval = idOf(await proposeRotation(stage, wallet));
      const consent = consentOf(preparedOf(await prepare(other, approval)), wallet.owner);
      const answers = await Promise.all(
        Array.from({ length: 6 }, (_each, turn) => approve(turn % 2 === 0 ? stage : other, approval, consent)),
      );
      expect(answers.filter(({ status }) => status === 200).length, answers.map(({ text }) => text).join('\n')).toBe(1);
      await untilRotated(stage, wallet);
      expect((await keysOf(other, wallet)).policyRevision).toBe(policyRevision + 1);
      const before = (await stage.holdings(wallet)).lamports;
      await untilState(stage, wallet, idOf(await pay(other, wallet, { amount: 1_000n })), 'finalized');
      expect(await lostSince(stage, wallet, before)).toBe(1_000n);
    },
  },
};

const messagesOf = ({ messages }: Prepared): readonly Uint8Array[] => messages.map((each) => Uint8Array.from(Buffer.from(each, 'base64')));

async function isNoConsent(stage: Stage, approval: string, consent: Consent): Promise<void> {
  const answer = await approve(stage, approval, consent);
  expect(answer.json?.['code'], answer.text).toBe('owner_signature_invalid');
}
