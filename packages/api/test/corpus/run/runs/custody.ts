import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { createTestKey } from '@countersign/testkit';
import { expect } from 'vitest';
import { keystoreOf } from '../../../end-to-end/read-key-file.ts';
import { until } from '../../../end-to-end/stack.ts';
import { policyDocument } from '../../cases/load.ts';
import { resolveNames } from '../../cases/resolve.ts';
import {
  approve,
  consentOf,
  dryPay,
  idOf,
  itemsOf,
  pay,
  prepare,
  preparedOf,
  untilState,
  verdictOf,
  waiting,
  walletState,
} from '../acts.ts';
import type { HttpAnswer } from '../http.ts';
import { LARGE, tighten } from '../owner-acts.ts';
import type { Runs } from '../registry.ts';
import { keysOf, proposeRotation, untilRotated } from '../rotate.ts';
import { freezeBy, signedBy, signIn, statementOf } from '../says.ts';
import { type CorpusWallet, need, type Stage } from '../stage.ts';
import { answerOf, askToSign, spendBytes } from '../try-signer.ts';

/** What the host keeps for the signer and for itself, put back, opened or denied. */
export const custodyRuns: Runs = {
  olderBackup: {
    wallets: ['owner/209'],
    async do({ stage }) {
      const wallet = await stage.wallet('owner', '209');
      const backup = need(await stage.keys.readBackup(wallet.walletId));
      // Over a key that is there, under the name of another wallet, and changed in any place.
      expect(await answerOf(stage.keys.restoreAgentKey(backup))).toBe('wrong_wallet');
      const text = Buffer.from(backup).toString('utf8');
      const unknown = 'wal_00000000000000000000000000';
      for (const changed of [
        text.replace(wallet.id, unknown),
        text.replace(wallet.id, unknown).replace(wallet.owner.address, createTestKey().address),
        text.replace(/"version": 1/, '"version": 2'),
        text.slice(0, -20),
      ])
        expect(['malformed', 'wrong_wallet'], changed.slice(0, 200)).toContain(
          await answerOf(stage.keys.restoreAgentKey(Buffer.from(changed))),
        );
      const { wallets } = await stage.keys.healthCheck();
      expect(wallets.find(({ walletId }) => walletId === wallet.walletId)).toMatchObject({ agentPublicKey: wallet.addresses.agent });
      expect(wallets.map(({ walletId }) => String(walletId))).not.toContain(unknown);
    },
  },
  tighteningStays: {
    wallets: ['owner/178 tightening'],
    async do({ stage }) {
      const wallet = await stage.wallet('owner', '178 tightening');
      const only = { recipients: [{ address: '$R2', label: 'Second merchant' }] };
      await tighten(stage, wallet, only).catch(() => undefined);
      expect(verdictOf(await dryPay(stage, wallet, { amount: 1_000n }))).toBe('denied');
      // The document from before, and whatever else allows more, is no tightening.
      for (const change of [
        {},
        { recipients: [] },
        { recipients: [...only.recipients, { address: '$R', label: 'Merchant' }] },
        { ...only, otherRecipients: 'countersigned' },
      ]) {
        const policy = JSON.stringify(await resolveNames({ ...policyDocument('owner'), ...change }, wallet.names));
        const answer = await stage.http.ask(`/v1/wallets/${wallet.id}/policies/tighten`, stage.operator, {
          method: 'POST',
          body: { policy },
        });
        if (JSON.stringify(change) === JSON.stringify({ recipients: [] })) expect(answer.status, answer.text).toBe(200);
        else expect(answer.json?.['code'], answer.text).toBe('policy_loosens');
      }
      // Nor does who writes to the database take one back.
      for (const sql of [
        'DELETE FROM policy_tightenings WHERE wallet_id = $1',
        "UPDATE policy_tightenings SET text = '{}' WHERE wallet_id = $1",
        'UPDATE policy_tightenings SET number = number + 1 WHERE wallet_id = $1',
      ])
        await expect(stage.database.query(sql, [wallet.id]), sql).rejects.toThrow(/policy_tightenings/);
      expect(verdictOf(await dryPay(stage, wallet, { amount: 1_000n }))).toBe('denied');
    },
  },
  sealedIsNoOracle: {
    wallets: ['owner/209', 'owner/179'],
    async do({ stage }) {
      const wallet = await stage.wallet('owner', '209');
      const other = await stage.wallet('owner', '179');
      const { walletId } = wallet;
      const label = 'corpus';
      const bytes = await spendBytes(stage, wallet);
      const sealed = need(await stage.keys.sealBytes({ walletId, label, bytes }));
      expect(Buffer.from(sealed).includes(Buffer.from(bytes).subarray(0, 32))).toBe(false);
      expect(need(await stage.keys.openBytes({ walletId, label, sealed }))).toEqual(bytes);
      const changed = Uint8Array.from(sealed);
      changed[changed.length - 1] = (changed.at(-1) ?? 0) ^ 1;
      const opens: readonly (readonly [CorpusWallet, string, Uint8Array])[] = [
        [other, label, sealed],
        [wallet, 'another', sealed],
        [wallet, label, changed],
        [wallet, label, sealed.subarray(1)],
        ...(await keyFilesOf(stage, wallet)).map((file) => [wallet, label, file] as const),
      ];
      for (const [of, under, what] of opens)
        expect(await answerOf(stage.keys.openBytes({ walletId: of.walletId, label: under, sealed: what }))).toBe('malformed');
      // What was sealed is no signature: it opens to what was given, and that is signed only for what it is.
      expect(await askToSign(stage, wallet, 'spend', sealed.subarray(0, 1_000))).toBe('malformed');
    },
  },
  nothingWithoutAudit: {
    wallets: ['owner/223'],
    async do({ stage }) {
      const wallet = await stage.wallet('owner', '223');
      const large = waiting(await pay(stage, wallet, { amount: LARGE }));
      const consent = consentOf(preparedOf(await prepare(stage, large.approval)), wallet.owner);
      const rotation = idOf(await proposeRotation(stage, wallet));
      const rotating = consentOf(preparedOf(await prepare(stage, rotation)), wallet.owner);
      const before = await recordOf(stage, wallet);
      const post = (path: string, body: object | null): Promise<HttpAnswer> =>
        stage.http.ask(path, stage.operator, { method: 'POST', ...(body === null ? {} : { body }) });
      const at = (path: string): string => `/v1/wallets/${wallet.id}${path}`;
      const policy = JSON.stringify(await resolveNames({ ...policyDocument('owner'), recipients: [] }, wallet.names));
      const veto = signedBy(wallet.owner, await statementOf(stage, wallet, { action: 'veto-request', request: large.id as never }));
      await stage.database.query(
        `ALTER TABLE audit_entries ADD CONSTRAINT corpus_no_owner_audit CHECK (chain <> '${wallet.id}' AND actor <> 'owner:${wallet.owner.address}') NOT VALID`,
      );
      try {
        const acts: { readonly [what: string]: () => Promise<HttpAnswer> } = {
          freeze: () => post(at('/freeze'), { reason: 'x' }),
          lockdown: () => post(at('/lockdown'), {}),
          'freeze by statement': async () =>
            freezeBy(stage, wallet, signedBy(wallet.owner, await statementOf(stage, wallet, { action: 'freeze' }))),
          tighten: () => post(at('/policies/tighten'), { policy }),
          propose: () => post(at('/policies'), { policy }),
          revoke: () => post(at('/revoke-agent-key'), null),
          kits: () => post(at('/kits'), { purpose: 'lockdown' }),
          backup: () => stage.http.ask(at('/agent-backup'), stage.operator),
          reject: () => post(`/v1/approvals/${large.approval}/reject`, {}),
          veto: () => post(`/v1/approvals/${large.approval}/reject`, veto),
          'prepare again': () => post(`/v1/approvals/${large.approval}/prepare`, null),
          approve: () => approve(stage, large.approval, consent),
          rotate: () => approve(stage, rotation, rotating),
          credential: () => post('/v1/credentials', { role: 'agent', wallet: wallet.id, label: 'x' }),
        };
        for (const [what, act] of Object.entries(acts)) {
          const answer = await act();
          expect(answer.status, `${what}: ${answer.text}`).toBeGreaterThanOrEqual(400);
          expect(await recordOf(stage, wallet), what).toEqual(before);
        }
        expect(await signIn(stage, wallet.owner)).not.toMatch(/^cs_/);
      } finally {
        await stage.database.query('ALTER TABLE audit_entries DROP CONSTRAINT corpus_no_owner_audit');
      }
      expect(await signIn(stage, wallet.owner)).toMatch(/^cs_owner_/);
      const done = await approve(stage, large.approval, consent);
      if (done.status === 200) await untilState(stage, wallet, large.id, 'finalized');
    },
  },
  crashWhileRotating: {
    wallets: ['owner/185'],
    alone: true,
    async do({ stage }) {
      const wallet = await stage.wallet('owner', '185');
      const { policyRevision } = await keysOf(stage, wallet);
      const rotation = idOf(await proposeRotation(stage, wallet));
      const consent = consentOf(preparedOf(await prepare(stage, rotation)), wallet.owner);
      await stage.stack.rpc('weather_delay', [{ ms: 500, count: 1 }]);
      const approving = approve(stage, rotation, consent).catch(() => null);
      await until('it is carried out', async () => (await keysOf(stage, wallet)).rekeyingBy === rotation);
      await stage.stack.crashApi();
      await approving;
      await stage.stack.startApi();
      const again = await approve(stage, rotation, consent);
      expect(again.status, again.text).not.toBe(200);
      await untilRotated(stage, wallet);
      expect((await keysOf(stage, wallet)).policyRevision).toBe(policyRevision + 1);
      await untilState(stage, wallet, idOf(await pay(stage, wallet, { amount: 1_000n })), 'finalized');
      expect(await walletState(stage, wallet)).toBe('active');
    },
  },
};

async function keyFilesOf({ stack }: Stage, { id }: CorpusWallet): Promise<readonly Uint8Array[]> {
  const folder = join(keystoreOf(stack), id);
  const files = [join(keystoreOf(stack), 'fee.json'), ...(await readdir(folder)).map((name) => join(folder, name))];
  const whole = await Promise.all(files.filter((file) => file.endsWith('.json')).map((file) => readFile(file)));
  const boxes = whole.flatMap((file) =>
    [...file.toString('utf8').matchAll(/"(?:nonce|ciphertext)": "([0-9a-f]+)"/g)].map(([, hex = '']) => hex),
  );
  return [...whole.map((file) => file.subarray(0, 4_000)), Buffer.from(boxes.slice(0, 2).join(''), 'hex')];
}

/** Everything of the wallet that an act could have changed. */
async function recordOf({ database, http, operator }: Stage, { id }: CorpusWallet): Promise<object> {
  const rows = async (sql: string): Promise<readonly object[]> => (await database.query(sql, [id])).rows;
  return {
    wallet: await rows('SELECT state, rekeying_by, policy_revision FROM wallets WHERE id = $1'),
    approvals: await rows('SELECT id, state FROM approvals WHERE wallet_id = $1 ORDER BY id'),
    attempts: await rows('SELECT id FROM attempts WHERE wallet_id = $1 AND wire IS NOT NULL ORDER BY id'),
    requests: await rows('SELECT id, state FROM transaction_requests WHERE wallet_id = $1 ORDER BY id'),
    statements: await rows('SELECT nonce FROM used_statements WHERE wallet_id = $1 ORDER BY nonce'),
    tightenings: await rows('SELECT number FROM policy_tightenings WHERE wallet_id = $1'),
    policies: await rows('SELECT revision, state FROM policy_revisions WHERE wallet_id = $1 ORDER BY revision'),
    credentials: await rows('SELECT id FROM credentials WHERE wallet_id = $1 ORDER BY id'),
    audit: itemsOf(await http.ask(`/v1/audit?chain=${id}&limit=100`, operator)).length,
  };
}
