import { readFileSync } from 'node:fs';
import { request } from 'node:http';
import { dirname, join } from 'node:path';
import { expect } from 'vitest';
import { dryPay, idIn, idOf, itemsOf, pay, paymentBody, signedAttempts, verdictOf } from '../acts.ts';
import { agreement, call, transactionsPath } from '../ask.ts';
import type { Runs } from '../registry.ts';
import { startSecondApi } from '../second-api.ts';
import { keptSecrets } from '../secrets.ts';
import type { Stage } from '../stage.ts';
import { saidByCall, wordsOf } from '../verdict.ts';

/** Who may ask what, and what the answers tell. */
export const apiRuns: Runs = {
  otherWallet: {
    wallets: ['P0/190', 'owner/190'],
    async do({ stage }) {
      const [mine, theirs] = [await stage.wallet('P0', '190'), await stage.wallet('owner', '190')];
      const payment = await paymentBody(theirs, { amount: 60_000_000n });
      const paid = await call(stage, theirs, payment);
      const [id, approval] = [idOf(paid), String(paid.json?.['approval'])];
      const { agent, owner } = mine.credentials;
      const tries: readonly (readonly [string, string, string, unknown?])[] = [
        ['POST', transactionsPath(theirs), agent, payment],
        ['GET', transactionsPath(theirs), agent],
        ['GET', `${transactionsPath(theirs)}/${id}`, agent],
        ['GET', `${transactionsPath(mine)}/${id}`, agent],
        ['POST', `${transactionsPath(theirs)}/${id}/cancel`, agent],
        ['POST', `${transactionsPath(mine)}/${id}/cancel`, agent],
        ['GET', `/v1/wallets/${theirs.id}`, agent],
        ['GET', `/v1/wallets/${theirs.id}/policies`, agent],
        ['POST', `/v1/wallets/${theirs.id}/freeze`, agent, {}],
        ['GET', `/v1/approvals/${approval}`, agent],
        ['GET', `/v1/approvals/${approval}`, owner],
        ['POST', `/v1/approvals/${approval}/prepare`, owner],
        ['POST', `/v1/approvals/${approval}/reject`, owner, {}],
        ['POST', `/v1/wallets/${theirs.id}/unfreeze`, owner],
      ];
      for (const [method, path, credential, body] of tries)
        for (const dry of path === transactionsPath(theirs) && method === 'POST' ? [true, false] : [false]) {
          const headers = dry ? { 'dry-run': 'true' } : { 'idempotency-key': stage.key() };
          const answer = await stage.http.ask(path, credential, {
            method,
            ...(body === undefined ? {} : { body }),
            headers: { ...headers } as Record<string, string>,
          });
          expect([403, 404], `${method} ${path}: ${wordsOf(answer)}`).toContain(answer.status);
        }
      const listed = await stage.http.ask(`/v1/audit?chain=${theirs.id}`, agent);
      expect(listed.text).not.toContain(theirs.addresses.vault);
      expect(await signedAttempts(stage, theirs)).toBe(0);
    },
  },
  otherRoles: {
    wallets: ['P0/190'],
    async do({ stage }) {
      const wallet = await stage.wallet('P0', '190');
      const { agent, owner } = wallet.credentials;
      const asAgent: readonly (readonly [string, string, unknown])[] = [
        ['POST', '/v1/wallets', { name: 'mine', owner: wallet.addresses.owner, policy: '{}' }],
        ['POST', `/v1/wallets/${wallet.id}/policies`, { policy: '{}' }],
        ['POST', `/v1/wallets/${wallet.id}/unfreeze`, undefined],
        ['POST', '/v1/credentials', { role: 'operator', wallet: null, label: 'mine' }],
        ['GET', '/v1/credentials', undefined],
      ];
      for (const [method, path, body] of asAgent) {
        const answer = await stage.http.ask(path, agent, { method, ...(body === undefined ? {} : { body }) });
        expect(answer.status, `${method} ${path}: ${wordsOf(answer)}`).toBe(403);
      }
      for (const as of [owner, stage.operator]) {
        const answer = await stage.http.ask(transactionsPath(wallet), as, {
          method: 'POST',
          body: await paymentBody(wallet, { amount: 1n }),
          headers: { 'idempotency-key': stage.key() },
        });
        expect(answer.status, wordsOf(answer)).toBe(403);
      }
    },
  },
  keyReused: {
    wallets: ['P0/194'],
    async do({ stage }) {
      const wallet = await stage.wallet('P0', '194');
      const key = stage.key();
      const first = await pay(stage, wallet, { asset: 'usdc', amount: 10_000n }, key);
      expect(saidByCall(first), wordsOf(first)).toBe('ALLOW');
      const others = [
        { asset: 'usdc', amount: 20_000n },
        { asset: 'usdc', amount: 10_000n, recipient: 'R2' },
        { asset: 'usdc', amount: 10_000n, memo: 'x' },
        { amount: 10_000n },
      ];
      for (const wish of others) {
        const answer = await pay(stage, wallet, wish, key);
        expect([answer.status, answer.json?.['code']], wordsOf(answer)).toEqual([409, 'idempotency_key_reused']);
      }
      const call409 = await call(stage, wallet, { message: 'AAAA' }, key);
      expect(call409.status, wordsOf(call409)).toBe(409);
      const again = await pay(stage, wallet, { asset: 'usdc', amount: 10_000n }, key);
      expect(again.text).toBe(first.text);
      const { rows } = await stage.database.query<{ count: string }>('SELECT count(*) FROM idempotency_keys WHERE key = $1', [key]);
      expect(Number(rows[0]?.count)).toBe(1);
      const without = await stage.http.ask(transactionsPath(wallet), wallet.credentials.agent, {
        method: 'POST',
        body: await paymentBody(wallet, { amount: 1n }),
      });
      expect([without.status, without.json?.['code']]).toEqual([400, 'idempotency_key_missing']);
    },
  },
  keyOfOtherTenant: {
    wallets: ['P0/194', 'P0/196'],
    async do({ stage }) {
      const [one, two] = [await stage.wallet('P0', '194'), await stage.wallet('P0', '196')];
      const key = stage.key();
      const answers = [
        await pay(stage, one, { asset: 'usdc', amount: 30_000n }, key),
        await pay(stage, two, { asset: 'usdc', amount: 40_000n }, key),
      ];
      for (const each of answers) expect(saidByCall(each), wordsOf(each)).toBe('ALLOW');
      expect(answers[0]?.json?.['id']).not.toBe(answers[1]?.json?.['id']);
    },
  },
  revokedCredential: {
    wallets: ['P0/190'],
    async do({ stage }) {
      const wallet = await stage.wallet('P0', '190');
      const made = await stage.http.ask('/v1/credentials', stage.operator, {
        method: 'POST',
        body: { role: 'agent', wallet: wallet.id, label: 'stolen' },
      });
      const secret = String(made.json?.['secret']);
      expect((await stage.http.ask('/v1/whoami', secret)).status).toBe(200);
      const id = idIn(made, 'credential');
      await stage.http.ask(`/v1/credentials/${id}/revoke`, stage.operator, { method: 'POST' });
      expect((await stage.http.ask('/v1/whoami', secret)).status).toBe(401);
    },
  },
  revokedEverywhere: {
    second: true,
    wallets: ['P0/190'],
    async do({ stage, second }, p) {
      const wallet = await stage.wallet('P0', '190');
      const other = (await second()).stage;
      const made = await stage.http.ask('/v1/credentials', stage.operator, {
        method: 'POST',
        body: { role: 'agent', wallet: wallet.id, label: 'rotated' },
      });
      const secret = String(made.json?.['secret']);
      for (const each of [stage, other]) expect((await each.http.ask('/v1/whoami', secret)).status).toBe(200);
      const id = idIn(made, 'credential');
      await stage.http.ask(`/v1/credentials/${id}/revoke`, stage.operator, { method: 'POST' });
      const atMs = Date.now();
      for (const each of [other, stage]) expect((await each.http.ask('/v1/whoami', secret)).status).toBe(401);
      expect(Date.now() - atMs).toBeLessThan(p.number('withinMs'));
    },
  },
  foreignHost: {
    async do({ stage }, p) {
      for (const host of p.list('hosts'))
        for (const path of ['/health/live', '/v1/whoami', '/docs'])
          expect(await statusWithHost(stage.stack.url, path, host, stage.operator), `${host} ${path}`).toBe(421);
    },
  },
  errorsTellNothing: {
    wallets: ['P0/190'],
    async do({ stage, second }) {
      const wallet = await stage.wallet('P0', '190');
      const { http, nodes, signer } = await second();
      // Failures of everything behind it, so that their words come out.
      signer.set('cut');
      nodes[0].lie(() => ({ nonsense: true }));
      await http.ask(transactionsPath(wallet), wallet.credentials.agent, {
        method: 'POST',
        body: await paymentBody(wallet, { amount: 1n }),
        headers: { 'idempotency-key': stage.key() },
      });
      signer.set('up');
      nodes[0].lie(null);
      const secrets = secretsOf(stage);
      for (const text of [...stage.http.said, ...http.said]) {
        for (const secret of [...secrets, stage.stack.chain.url, stage.stack.signer.socketPath, ...nodes.map(({ url }) => url)])
          expect(text.includes(secret), `an answer holds a secret: ${text.slice(0, 300)}`).toBe(false);
        const leak = /node_modules|\.ts:\d+|at async |SELECT |INSERT INTO|password authentication/.exec(text);
        expect(leak === null ? '' : text.slice(Math.max(0, leak.index - 200), leak.index + 200), 'an answer tells of the inside').toBe('');
      }
    },
  },
  noSecretInLogs: {
    wallets: ['P0/190'],
    async do({ stage, second }) {
      const wallet = await stage.wallet('P0', '190');
      const metrics = await stage.http.ask('/metrics', stage.operator);
      const logs = [stage.stack.log(), (await second()).log(), metrics.text].join('\n');
      expect(logs.length).toBeGreaterThan(1_000);
      for (const secret of [...secretsOf(stage), ...Object.values(wallet.credentials)]) expect(logs.includes(secret)).toBe(false);
      // Seeds, kits that the owner signed, sessions: in no log, no row of the audit or of what was sealed (the wire of a kit that was used is on the
      // chain), and no answer but the one that gave it.
      const rows = await stage.database.query<{ row: string }>(
        "SELECT a::text AS row FROM audit_entries a UNION ALL SELECT (to_jsonb(k) - 'wire')::text FROM kits k",
      );
      const kept = [logs, ...rows.rows.map(({ row }) => row)].join('\n');
      const said = stage.http.said.filter((text) => !text.includes('"secret":')).join('\n');
      expect(keptSecrets().length).toBeGreaterThan(20);
      for (const secret of keptSecrets()) {
        expect(kept.includes(secret), 'a secret is in a log or a table').toBe(false);
        expect(said.includes(secret), 'a secret is in an answer').toBe(false);
      }
      expect(logs).not.toMatch(/cs_(agent|operator|owner)_[A-Za-z0-9]{16}/);
    },
  },
  dryRunsAgreed: {
    async do(_scene, p) {
      expect(agreement.count).toBeGreaterThanOrEqual(p.number('atLeast'));
    },
  },
  dryRunsAreLimited: {
    wallets: ['P0/196'],
    async do({ stage }, p) {
      const wallet = await stage.wallet('P0', '196');
      const third = await startSecondApi(stage, { RATE_LIMIT_PER_MINUTE: p.text('perMinute') });
      let decided = 0;
      try {
        const answers = [];
        for (let turn = 0; turn < p.number('perMinute') + 5; turn += 1)
          answers.push(await dryPay(third.stage, wallet, { amount: BigInt(turn + 1) }));
        expect(answers.filter(({ status }) => status !== 429)).toHaveLength(p.number('perMinute'));
        // A chain that did not answer in time decided nothing.
        decided = answers.filter(({ status }) => status === 200).length;
        expect(decided).toBeGreaterThan(0);
        expect(answers.map(({ status }) => status).filter((status) => ![200, 429, 503].includes(status))).toEqual([]);
        const last = answers.at(-1);
        expect([last?.status, last?.json?.['code']]).toEqual([429, 'rate_limited']);
      } finally {
        await third.close();
      }
      const audit = await stage.http.ask(`/v1/audit?chain=${wallet.id}&limit=100`, stage.operator);
      const dry = itemsOf<{ readonly action: string }>(audit).filter(({ action }) => action === 'request.dry_run');
      expect(dry.length).toBeGreaterThanOrEqual(decided);
    },
  },
  readingMovesNothing: {
    wallets: ['P0/196'],
    async do({ stage }) {
      const wallet = await stage.wallet('P0', '196');
      const document = await stage.http.ask('/openapi.json', stage.operator);
      const paths = (document.json?.['paths'] ?? {}) as { readonly [path: string]: { readonly [method: string]: unknown } };
      expect(Object.keys(paths).length).toBeGreaterThan(10);
      const signed = await signedAttempts(stage, wallet);
      const before = await stage.holdings(wallet);
      for (const [path, methods] of Object.entries(paths)) {
        for (const method of Object.keys(methods)) expect(['get', 'post', 'head', 'options']).toContain(method);
        const url = path.replace('{wallet}', wallet.id);
        if (url.includes('{')) continue;
        for (const method of ['GET', 'HEAD']) await stage.http.ask(url, wallet.credentials.agent, { method });
      }
      for (const method of ['PUT', 'PATCH', 'DELETE']) {
        const answer = await stage.http.ask(transactionsPath(wallet), wallet.credentials.agent, {
          method,
          body: await paymentBody(wallet, { amount: 1n }),
          headers: { 'idempotency-key': stage.key() },
        });
        expect(answer.status, method).toBe(404);
      }
      expect(await signedAttempts(stage, wallet)).toBe(signed);
      expect((await stage.holdings(wallet)).lamports).toBe(before.lamports);
      expect(verdictOf(await dryPay(stage, wallet, { amount: 1n }))).toBe('allowed');
    },
  },
};

/** What must stand in no answer and no log. */
function secretsOf({ stack }: Stage): readonly string[] {
  const folder = dirname(stack.signer.socketPath);
  const passphrase = readFileSync(join(folder, 'passphrase'), 'utf8').trim();
  const { password } = new URL(stack.databaseUrl);
  return [passphrase, password, stack.databaseUrl].filter((each) => each.length > 5);
}

function statusWithHost(base: string, path: string, host: string, credential: string): Promise<number> {
  const { hostname, port } = new URL(base);
  return new Promise((resolve, reject) => {
    const asked = request({ host: hostname, port, path, headers: { host, authorization: `Bearer ${credential}` } }, (response) => {
      response.resume();
      resolve(response.statusCode ?? 0);
    });
    asked.once('error', reject);
    asked.end();
  });
}
