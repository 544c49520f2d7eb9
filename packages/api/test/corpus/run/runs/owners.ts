import { createTestKey } from '@countersign/testkit';
import { expect } from 'vitest';
import { countersigned, idOf, pay, paymentBody, signedFor, thaw, untilState, waiting, walletState } from '../acts.ts';
import { call } from '../ask.ts';
import { freeze, LARGE } from '../owner-acts.ts';
import type { Runs } from '../registry.ts';
import { replaceOwner } from '../replace-owner.ts';
import { keysOf } from '../rotate.ts';
import { freezeBy, signedBy, signIn, statementOf } from '../says.ts';
import { keepSecret } from '../secrets.ts';
import { wordsOf } from '../verdict.ts';

const OTHER_NETWORK = '11111111111111111111111111111112';

/** Owners: what they sign outside an approval, and what their sessions open. */
export const ownerRuns: Runs = {
  statementsElsewhere: {
    wallets: ['owner/197', 'owner/179 freeze', 'owner/179'],
    async do({ stage }, p) {
      const wallet = await stage.wallet('owner', p.text('wallet'));
      const { owner } = wallet;
      const other = await stage.wallet('owner', '179');
      const freezing = { action: 'freeze' } as const;
      const bad: readonly (readonly [string, string, typeof owner, string])[] = [
        ['of another wallet', await statementOf(stage, other, freezing), owner, 'statement_invalid'],
        ['of another network', await statementOf(stage, wallet, freezing, { network: OTHER_NETWORK }), owner, 'statement_invalid'],
        ['that has expired', await statementOf(stage, wallet, freezing, { livesMs: -2_000 }), owner, 'statement_invalid'],
        ['about something else', await statementOf(stage, wallet, { action: 'unfreeze' }), owner, 'statement_invalid'],
        ['by another owner', await statementOf(stage, wallet, freezing), other.owner, 'owner_signature_invalid'],
        ['by the agent', await statementOf(stage, wallet, freezing), createTestKey(), 'owner_signature_invalid'],
        ['with another title', (await statementOf(stage, wallet, freezing)).replace('v1', 'v2'), owner, 'statement_invalid'],
        ['with a line more', `${await statementOf(stage, wallet, freezing)}reason: x\n`, owner, 'statement_invalid'],
      ];
      for (const [what, statement, key, code] of bad) {
        const answer = await freezeBy(stage, wallet, signedBy(key, statement));
        expect(answer.json?.['code'], `${what}: ${answer.text}`).toBe(code);
      }
      const good = signedBy(owner, await statementOf(stage, wallet, freezing));
      const changed = await freezeBy(stage, wallet, { ...good, statement: good.statement.replace('freeze', 'unfreeze') });
      expect(changed.status, changed.text).not.toBe(200);
      const elsewhere = await freezeBy(stage, other, good);
      expect(elsewhere.status, elsewhere.text).not.toBe(200);
      expect(await walletState(stage, wallet)).toBe('active');
      expect((await freezeBy(stage, wallet, good)).status).toBe(200);
      expect(await walletState(stage, wallet)).toBe('frozen');
      await thaw(stage, wallet);
      // Seen before: it stops nothing after the owner went on, and neither does another text under its nonce.
      const { nonce = '' } = /nonce: (?<nonce>[0-9a-f]{32})/.exec(good.statement)?.groups ?? {};
      const again = signedBy(owner, await statementOf(stage, wallet, freezing, { nonce, livesMs: 90_000 }));
      for (const each of [good, again]) {
        const answer = await freezeBy(stage, wallet, each);
        expect(answer.json?.['code'], answer.text).toBe('statement_invalid');
      }
      expect(await walletState(stage, wallet)).toBe('active');
    },
  },
  vetoIsForOneRequest: {
    wallets: ['owner/179 freeze'],
    async do({ stage }) {
      const wallet = await stage.wallet('owner', '179 freeze');
      const [one, two] = [waiting(await pay(stage, wallet, { amount: LARGE })), waiting(await pay(stage, wallet, { amount: LARGE + 1n }))];
      const veto = signedBy(wallet.owner, await statementOf(stage, wallet, { action: 'veto-request', request: one.id as never }));
      const reject = (approval: string, credential: string, body: object) =>
        stage.http.ask(`/v1/approvals/${approval}/reject`, credential, { method: 'POST', body });
      const { owner: session, agent } = wallet.credentials;
      const other = await reject(two.approval, session, veto);
      expect(other.json?.['code'], other.text).toBe('statement_invalid');
      expect((await reject(one.approval, session, {})).status).toBe(403);
      expect((await reject(one.approval, agent, veto)).status).toBe(403);
      const forged = await reject(one.approval, session, signedBy(createTestKey(), veto.statement));
      expect(forged.json?.['code'], forged.text).toBe('owner_signature_invalid');
      expect((await reject(one.approval, session, veto)).status).toBe(200);
      await untilState(stage, wallet, one.id, 'rejected');
      expect((await reject(one.approval, session, veto)).status).not.toBe(200);
      const late = await countersigned(stage, wallet, one.approval);
      expect(late.status, late.text).not.toBe(200);
      expect(await signedFor(stage, one.id)).toBe(0);
      await untilState(stage, wallet, two.id, 'awaiting_owner');
    },
  },
  otherOwner: {
    wallets: ['P0/190', 'owner/190'],
    async do({ stage }) {
      const [mine, theirs] = [await stage.wallet('P0', '190'), await stage.wallet('owner', '190')];
      const asked = waiting(await call(stage, theirs, await paymentBody(theirs, { amount: LARGE })));
      const { owner, agent } = mine.credentials;
      const veto = signedBy(theirs.owner, await statementOf(stage, theirs, { action: 'veto-request', request: asked.id as never }));
      const at = (path: string): string => `/v1/wallets/${theirs.id}${path}`;
      const tries: readonly (readonly [string, string, string, unknown?])[] = [
        ['GET', at('/keys'), owner],
        ['GET', at('/keys'), agent],
        ['GET', at('/kits'), owner],
        ['GET', at('/changes-since-freeze'), owner],
        ['GET', at('/policies'), owner],
        ['POST', at('/policies/diff'), owner, { policy: '{}' }],
        ['GET', at('/transactions'), owner],
        ['POST', `/v1/approvals/${asked.approval}/prepare`, owner],
        ['POST', `/v1/approvals/${asked.approval}/approve`, owner, { statementSignature: null, messageSignatures: [] }],
        // Another's statement, even a true one, opens nothing to who may not see what it is about.
        ['POST', `/v1/approvals/${asked.approval}/reject`, owner, veto],
      ];
      for (const [method, path, credential, body] of tries) {
        const answer = await stage.http.ask(path, credential, { method, ...(body === undefined ? {} : { body }) });
        expect([403, 404], `${method} ${path}: ${wordsOf(answer)}`).toContain(answer.status);
      }
      for (const path of ['/v1/wallets', '/v1/approvals', '/v1/audit']) {
        const answer = await stage.http.ask(path, owner);
        expect(answer.text, path).not.toContain(theirs.id);
      }
      await untilState(stage, theirs, asked.id, 'awaiting_owner');
    },
  },
  ownerSurface: {
    wallets: ['P0/190'],
    async do({ stage }) {
      const wallet = await stage.wallet('P0', '190');
      const { agent, owner } = wallet.credentials;
      const before = await keysOf(stage, wallet);
      const at = (path: string): string => `/v1/wallets/${wallet.id}${path}`;
      const operators: readonly (readonly [string, string, unknown])[] = [
        ['POST', at('/rotate-agent-key'), {}],
        ['POST', at('/replace-owner-key'), { owner: createTestKey().address }],
        ['POST', at('/revoke-agent-key'), undefined],
        ['GET', at('/agent-backup'), undefined],
        ['POST', at('/restore-agent-key'), { backup: 'AAAA' }],
        ['POST', at('/kits'), { purpose: 'lockdown' }],
        ['POST', at('/lockdown'), {}],
        ['POST', at('/unfreeze'), undefined],
        ['POST', at('/policies'), { policy: '{}' }],
        ['POST', at('/policies/tighten'), { policy: '{}' }],
        ['POST', '/v1/credentials', { role: 'operator', wallet: null, label: 'mine' }],
        ['POST', '/v1/credentials', { role: 'agent', wallet: wallet.id, label: 'mine' }],
      ];
      const agents: typeof operators = [
        ['GET', '/v1/approvals', undefined],
        ['GET', at('/changes-since-freeze'), undefined],
        ['GET', at('/kits'), undefined],
        ['POST', at('/policies/diff'), { policy: '{}' }],
        ['POST', '/v1/sign-out', undefined],
      ];
      const tries = [
        ...operators.flatMap((each) => [[agent, ...each] as const, [owner, ...each] as const]),
        ...agents.map((each) => [agent, ...each] as const),
      ];
      for (const [credential, method, path, body] of tries) {
        const answer = await stage.http.ask(path, credential, { method, ...(body === undefined ? {} : { body }) });
        expect(answer.status, `${credential === agent ? 'agent' : 'owner'} ${method} ${path}: ${wordsOf(answer)}`).toBe(403);
      }
      // A session stops nothing either: that takes the statement.
      expect((await stage.http.ask(at('/freeze'), owner, { method: 'POST', body: {} })).status).toBe(403);
      expect((await stage.http.ask(at('/freeze'), null, { method: 'POST', body: {} })).status).toBe(401);
      // Nobody is given an owner's session by an operator.
      const given = { role: 'owner', wallet: wallet.id, label: 'mine' };
      expect((await stage.http.ask('/v1/credentials', stage.operator, { method: 'POST', body: given })).status).toBe(400);
      expect(await keysOf(stage, wallet)).toEqual(before);
    },
  },
  doubledNames: {
    wallets: ['P0/190'],
    async do({ stage }) {
      const wallet = await stage.wallet('P0', '190');
      const at = (path: string): string => `/v1/wallets/${wallet.id}${path}`;
      const bodies: readonly (readonly [string, string | null, string])[] = [
        [
          '/v1/approvals/apr_00000000000000000000000000/approve',
          stage.operator,
          '{"statementSignature":null,"messageSignatures":[],"messageSignatures":["x"]}',
        ],
        ['/v1/approvals/apr_00000000000000000000000000/reject', stage.operator, '{"reason":"a","reason":"b"}'],
        [at('/policies/tighten'), stage.operator, '{"policy":"{}","policy":"[]"}'],
        [at('/replace-owner-key'), stage.operator, `{"owner":"${wallet.addresses.owner}","owner":"${wallet.addresses.vault}"}`],
        [at('/freeze'), null, '{"statement":"x","statement":"y","signature":"z"}'],
        ['/v1/sign-in', null, '{"text":"x","text":"y","signature":"z"}'],
        ['/v1/sign-in/challenge', null, `{"owner":"${wallet.addresses.owner}","\\u006fwner":"${wallet.addresses.vault}"}`],
      ];
      for (const [path, credential, raw] of bodies) {
        const answer = await stage.http.ask(path, credential, { method: 'POST', raw });
        expect(answer.status, `${path} ${raw}: ${answer.text}`).toBe(400);
      }
    },
  },
  endedSession: {
    wallets: ['owner/199', 'owner/220'],
    second: true,
    async do({ stage, second }, p) {
      const wallet = await stage.wallet('owner', p.text('wallet'));
      const other = (await second()).stage;
      const reads = async (secret: string): Promise<readonly number[]> =>
        Promise.all([stage, other].map(async (each) => (await each.http.ask(`/v1/wallets/${wallet.id}`, secret)).status));
      const sessions = [await signIn(stage, wallet.owner), await signIn(stage, wallet.owner), await signIn(stage, wallet.owner)];
      for (const each of sessions) keepSecret(each);
      const [left = '', expired = '', outlived = ''] = sessions;
      for (const each of sessions) expect(await reads(each)).toEqual([200, 200]);
      expect((await stage.http.ask('/v1/sign-out', left, { method: 'POST' })).status).toBe(200);
      const atMs = Date.now();
      expect(await reads(left)).toEqual([401, 401]);
      expect(Date.now() - atMs).toBeLessThan(p.number('withinMs'));
      // An hour later: written from outside, with the database's own guards asleep.
      const { json } = await stage.http.ask('/v1/whoami', expired);
      const client = await stage.database.connect();
      try {
        await client.query("SET session_replication_role = 'replica'");
        const moved = await client.query('UPDATE credentials SET expires_at_ms = created_at_ms + 1 WHERE id = $1', [
          json?.['id'] ?? json?.['credential'],
        ]);
        expect(moved.rowCount, JSON.stringify(json)).toBe(1);
      } finally {
        await client.query("SET session_replication_role = 'origin'");
        client.release();
      }
      expect(await reads(expired)).toEqual([401, 401]);
      // Who is owner no longer reads nothing any more, whatever session was opened before.
      await replaceOwner(stage, wallet, createTestKey());
      for (const status of await reads(outlived)) expect([401, 403, 404]).toContain(status);
      expect((await other.http.ask('/v1/wallets', outlived)).text).not.toContain(wallet.id);
    },
  },
  rotationAndReplacement: {
    wallets: ['P0/218 both'],
    async do({ stage }) {
      const wallet = await stage.wallet('P0', '218 both');
      const next = createTestKey();
      const ask = (what: string, body: object) =>
        stage.http.ask(`/v1/wallets/${wallet.id}/${what}`, stage.operator, { method: 'POST', body });
      const answers = await Promise.all([
        ask('rotate-agent-key', {}),
        ask('replace-owner-key', { owner: next.address }),
        ask('rotate-agent-key', {}),
      ]);
      const good = answers.filter(({ status }) => status === 200);
      expect(new Set(good.map(idOf)).size, answers.map(({ text }) => text).join('\n')).toBe(1);
      for (const each of answers.filter(({ status }) => status !== 200)) expect(each.status, each.text).toBe(409);
      await freeze(stage, wallet);
    },
  },
};
