import { decodeBase58 } from '@countersign/core';
import { expect } from 'vitest';
import type { MessageRecipe } from '../../bytes/build-message.ts';
import { lookupTableData } from '../../bytes/chain-accounts.ts';
import {
  approve,
  consentOf,
  countersigned,
  dryPay,
  idOf,
  itemsOf,
  pay,
  prepare,
  preparedOf,
  signedFor,
  untilState,
  verdictOf,
  waiting,
} from '../acts.ts';
import { bodyOf, call, dryRun, messageFor } from '../ask.ts';
import type { Runs } from '../registry.ts';
import { type CorpusWallet, finality, type Stage } from '../stage.ts';
import { saidByCall, wordsOf } from '../verdict.ts';

export async function callMessage(stage: Stage, wallet: CorpusWallet, recipe: MessageRecipe): Promise<{ readonly message: string }> {
  return bodyOf(await messageFor(stage, wallet, recipe));
}
async function setTable(
  stage: Stage,
  name: string,
  addresses: readonly string[],
  more: { readonly deactivatedAt?: bigint } = {},
): Promise<void> {
  const owner = await stage.names.of('alt');
  const data = lookupTableData({
    addresses: await Promise.all(addresses.map((each) => stage.names.of(each))),
    authority: await stage.names.of('attacker'),
    ...more,
  });
  await stage.setAccount(await stage.names.of(name), { lamports: 1_000_000_000, owner, data });
}

const MEMOS_MAX = 4;

/** Messages of the agent's own, up to what they do on chain. */
export const callRuns: Runs = {
  inertMemo: {
    async do({ stage }, p) {
      const wallet = await stage.wallet('P0');
      for (const memo of p.list('memos').slice(0, MEMOS_MAX)) {
        const message = await dryRun(
          stage,
          wallet,
          await callMessage(stage, wallet, {
            instructions: [
              { ix: 'system.transfer', to: 'R', lamports: '1000' },
              { ix: 'memo.write', text: memo },
            ],
          }),
        );
        const plain = await dryPay(stage, wallet, { amount: 1_000n, memo });
        const bare = await dryPay(stage, wallet, { amount: 1_000n });
        for (const answer of [message, plain]) {
          expect(verdictOf(answer), wordsOf(answer)).toBe('allowed');
          expect(answer.json?.['violations']).toEqual(bare.json?.['violations']);
          const effects = (answer.json?.['effects'] ?? []) as readonly string[];
          expect(effects.length).toBeGreaterThan(0);
          // Nothing that changes how the text around it is read comes through.
          expect(effects.join('\n')).not.toMatch(/[\u200b-\u200f\u202a-\u202e\u2066-\u2069\ufeff]/u);
          for (const effect of effects) expect(effect.split('\n')).toHaveLength(1);
        }
      }
    },
  },
  lookupsBecomeStatic: {
    wallets: ['owner/35'],
    async do({ stage }, p) {
      const wallet = await stage.wallet('owner', '35');
      await setTable(stage, 'table35', ['attacker', 'R', 'usdc@R']);
      await finality(stage.stack);
      const before = await stage.holdings(wallet);
      const lookups = [{ table: 'table35', holds: ['attacker', 'R', 'usdc@R'], writable: [1, 2], readonly: [0] }];
      const recipe: MessageRecipe = {
        instructions: [
          { ix: 'system.transfer', to: 'R', lamports: p.text('lamports') },
          { ix: 'token.transferChecked', to: 'usdc@R', amount: '1000000' },
        ],
        lookups: lookups.map((each) => ({ ...each, readonly: [] })),
      };
      const asked = waiting(await call(stage, wallet, await callMessage(stage, wallet, recipe)));
      const prepared = preparedOf(await prepare(stage, asked.approval));
      const bytes = Buffer.from(prepared.messages[0] ?? '', 'base64');
      expect(bytes.includes(Buffer.from(decodeBase58(await stage.names.of('R')) ?? []))).toBe(true);
      expect(bytes.includes(Buffer.from(decodeBase58(await stage.names.of('table35')) ?? []))).toBe(false);
      const approved = await approve(stage, asked.approval, consentOf(prepared, wallet.owner));
      expect(approved.status, approved.text).toBe(200);
      await untilState(stage, wallet, asked.id, 'finalized');
      const after = await stage.holdings(wallet);
      expect(before.lamports - after.lamports).toBe(p.amount('lamports'));
      expect(before.usdc - after.usdc).toBe(1_000_000n);
    },
  },
  tableChanges: {
    wallets: ['owner/31 extended', 'owner/31 replaced', 'owner/31 closed', 'owner/31 deactivated'],
    async do({ stage }, p) {
      const wallet = await stage.wallet('owner', `31 ${p.text('change')}`);
      const table = p.text('table');
      const extended = p.text('change') === 'extended';
      await setTable(stage, table, ['R']);
      await finality(stage.stack);
      const before = await stage.holdings(wallet);
      const recipe: MessageRecipe = {
        instructions: [
          { ix: 'system.transfer', to: 'R', lamports: '2000000' },
          { ix: 'token.transferChecked', to: 'usdc@R', amount: '1000000' },
        ],
        lookups: [{ table, holds: ['R'], writable: [0] }],
      };
      const asked = waiting(await call(stage, wallet, await callMessage(stage, wallet, recipe)));
      const consent = consentOf(preparedOf(await prepare(stage, asked.approval)), wallet.owner);
      const change = {
        replaced: () => setTable(stage, table, ['attacker']),
        extended: () => setTable(stage, table, ['R', 'attacker']),
        closed: async () =>
          stage.setAccount(await stage.names.of(table), { lamports: 0, owner: await stage.names.of('system'), data: new Uint8Array() }),
        deactivated: () => setTable(stage, table, ['R'], { deactivatedAt: 1n }),
      }[p.text('change')];
      await change?.();
      await finality(stage.stack);
      const approved = await approve(stage, asked.approval, consent);
      if (extended) {
        // What the message takes is what was pinned: more entries change nothing.
        expect(approved.status, approved.text).toBe(200);
        await untilState(stage, wallet, asked.id, 'finalized');
        expect(before.lamports - (await stage.holdings(wallet)).lamports).toBe(2_000_000n);
        return;
      }
      expect(approved.status, approved.text).not.toBe(200);
      expect(String(approved.json?.['code'])).toMatch(/lookup_changed|approval_denied/);
      const again = await countersigned(stage, wallet, asked.approval);
      expect(again.status, again.text).not.toBe(200);
      expect(await signedFor(stage, asked.id)).toBe(0);
      expect(await stage.holdings(wallet)).toEqual(before);
    },
  },
  callWithOwner: {
    wallets: ['owner/265', 'owner/266'],
    async do({ stage }, p) {
      const wallet = await stage.wallet('owner', p.text('own'));
      const before = await stage.holdings(wallet);
      const recipe = { instructions: p.all['instructions'] } as unknown as MessageRecipe;
      const asked = waiting(await call(stage, wallet, await callMessage(stage, wallet, recipe)));
      const done = await countersigned(stage, wallet, asked.approval);
      expect(done.status, done.text).toBe(200);
      await untilState(stage, wallet, asked.id, 'finalized');
      expect(before.lamports - (await stage.holdings(wallet)).lamports).toBe(p.amount('vaultLoses'));
    },
  },
  noSignedBytes: {
    wallets: ['P0/112'],
    async do({ stage }) {
      const wallet = await stage.wallet('P0', '112');
      const paid = await pay(stage, wallet, { amount: 5_000_000n });
      expect(saidByCall(paid), wordsOf(paid)).toBe('ALLOW');
      const texts = [paid.text, (await untilState(stage, wallet, idOf(paid), 'finalized')).text];
      for (const path of [`/v1/wallets/${wallet.id}/transactions`, `/v1/audit?chain=${wallet.id}&limit=100`, '/v1/approvals'])
        texts.push((await stage.http.ask(path, wallet.credentials.agent)).text);
      const { rows } = await stage.database.query<{ wire: Buffer }>(
        'SELECT wire FROM attempts WHERE request_id = $1 AND wire IS NOT NULL',
        [idOf(paid)],
      );
      expect(rows.length).toBe(1);
      for (const { wire } of rows) for (const text of texts) expect(text).not.toContain(wire.toString('base64').slice(0, 120));
    },
  },
  unsafeInSequence: {
    wallets: ['P0/113'],
    async do({ stage }, p) {
      const wallet = await stage.wallet('P0', '113');
      const amount = p.amount('amount');
      await emptyTo(stage, wallet, p.amount('holds'));
      const [one, two] = [
        waiting(await pay(stage, wallet, { asset: 'usdc', amount })),
        waiting(await pay(stage, wallet, { asset: 'usdc', amount })),
      ];
      expect((await countersigned(stage, wallet, one.approval)).status).toBe(200);
      await untilState(stage, wallet, one.id, 'finalized');
      const second = await countersigned(stage, wallet, two.approval);
      expect(second.status, second.text).not.toBe(200);
      expect(await signedFor(stage, two.id)).toBe(0);
      expect((await stage.holdings(wallet)).usdc).toBe(p.amount('holds') - amount);
    },
  },
  depositsChangeNothing: {
    wallets: ['P0/269'],
    async do({ stage }) {
      const wallet = await stage.wallet('P0', '269');
      const before = await dryPay(stage, wallet, { amount: 1_000n });
      const audit = async () =>
        (await stage.http.ask(`/v1/audit?chain=${wallet.id}&limit=100`, stage.operator)).json?.['items'] as readonly {
          readonly action: string;
        }[];
      const entries = (await audit()).filter(({ action }) => action !== 'request.dry_run').length;
      const { lamports } = await stage.holdings(wallet);
      await stage.stack.fund(wallet.addresses.vault, lamports + 1_000_000_000n);
      const { applySetup } = await import('../world.ts');
      const world = {
        names: wallet.names,
        set: async (name: string, account: Parameters<typeof stage.setAccount>[1]) =>
          stage.setAccount(await wallet.names.of(name), account),
      };
      await applySetup(world, { set: 'mint', mint: 'airdrop' });
      await applySetup(world, { set: 'tokens', mint: 'airdrop', holder: 'vault', amount: '1000000000000' });
      await finality(stage.stack);
      const after = await dryPay(stage, wallet, { amount: 1_000n });
      expect({ verdict: after.json?.['verdict'], violations: after.json?.['violations'], effects: after.json?.['effects'] }).toEqual({
        verdict: 'allowed',
        violations: before.json?.['violations'],
        effects: before.json?.['effects'],
      });
      expect((await audit()).filter(({ action }) => action !== 'request.dry_run')).toHaveLength(entries);
      expect(itemsOf(await stage.http.ask(`/v1/approvals?wallet=${wallet.id}&state=waiting`, stage.operator))).toEqual([]);
    },
  },
  paysNewTokenAccount: {
    wallets: ['P0/259'],
    async do({ stage }, p) {
      const wallet = await stage.wallet('P0', '259');
      await stage.setAccount(await wallet.names.of('usdc@R4'), {
        lamports: 0,
        owner: await wallet.names.of('system'),
        data: new Uint8Array(),
      });
      await finality(stage.stack);
      const before = await stage.holdings(wallet);
      const paid = await pay(stage, wallet, { asset: 'usdc', amount: p.amount('amount'), recipient: 'R4' });
      expect(saidByCall(paid), wordsOf(paid)).toBe('ALLOW');
      await untilState(stage, wallet, idOf(paid), 'finalized');
      const after = await stage.holdings(wallet);
      expect(before.usdc - after.usdc).toBe(p.amount('amount'));
      expect(after.lamports).toBe(before.lamports);
      const { rows } = await stage.database.query<{ settled_total: string }>(
        "SELECT settled_total FROM budget_meters WHERE wallet_id = $1 AND meter = 'fees'",
        [wallet.id],
      );
      // Two signatures, and the rent of one token account.
      expect(BigInt(rows[0]?.settled_total ?? 0)).toBe(2_039_280n + 10_000n);
    },
  },
};

async function emptyTo(stage: Stage, wallet: CorpusWallet, amount: bigint): Promise<void> {
  const { applySetup } = await import('../world.ts');
  const set = async (name: string, account: Parameters<typeof stage.setAccount>[1]) =>
    stage.setAccount(await wallet.names.of(name), account);
  await applySetup({ names: wallet.names, set }, { set: 'tokens', mint: 'usdc', holder: 'vault', amount: amount.toString() });
  await finality(stage.stack);
}
