import { expect } from 'vitest';
import { idOf, pay, paymentBody, signedAttempts, signedFor } from '../acts.ts';
import { bodyOf, call, dryRun, messageFor } from '../ask.ts';
import type { HttpAnswer } from '../http.ts';
import type { Runs } from '../registry.ts';
import { NodeError } from '../rpc-proxy.ts';
import type { SecondApi } from '../second-api.ts';
import { type CorpusWallet, finality, type Stage } from '../stage.ts';
import { saidByCall, saidByDryRun, wordsOf } from '../verdict.ts';

interface AccountAnswer {
  readonly context: object;
  readonly value: unknown;
}
type Account = { readonly owner: string; readonly data: readonly [string, string]; readonly lamports: number } | null;

/** Rewrites what a node tells about one account, however it is asked. */
function lieAbout(address: string, lie: (account: Account) => Account) {
  return (method: string, params: readonly unknown[], result: unknown): unknown => {
    const { context, value } = (result ?? {}) as AccountAnswer;
    if (method === 'getAccountInfo' && params[0] === address) return { context, value: lie(value as Account) };
    if (method !== 'getMultipleAccounts') return result;
    const asked = params[0] as readonly string[];
    return { context, value: (value as readonly Account[]).map((account, index) => (asked[index] === address ? lie(account) : account)) };
  };
}
const rewriteBytes = (account: Account, change: (bytes: Buffer) => void): Account => {
  if (account === null) return null;
  const bytes = Buffer.from(account.data[0], 'base64');
  change(bytes);
  return { ...account, data: [bytes.toString('base64'), 'base64'] };
};

/** Refused because a part is away or lies; nothing is signed. */
async function isRefused(stage: Stage, wallet: CorpusWallet, body: unknown, what: string): Promise<void> {
  const signed = await signedAttempts(stage, wallet);
  const dry = await dryRun(stage, wallet, body);
  expect(['DENY', '503'], `${what} dry: ${wordsOf(dry)}`).toContain(saidByDryRun(dry));
  const real = await call(stage, wallet, body);
  expect(['DENY', '503'], `${what} real: ${wordsOf(real)}`).toContain(saidByCall(real));
  expect(await signedAttempts(stage, wallet), what).toBe(signed);
}

async function isFineAgain(stage: Stage, wallet: CorpusWallet, body: unknown): Promise<void> {
  const dry = await dryRun(stage, wallet, body);
  expect(['ALLOW', 'ESC'], wordsOf(dry)).toContain(saidByDryRun(dry));
}

/** Parts that are away, slow or lie. All through the second replica, whose lines can be cut; nothing uses it beside them. */
export const faultRuns: Runs = {
  lyingNode: {
    wallets: ['P0/109'],
    second: true,
    async do({ stage, second }, p) {
      const wallet = await stage.wallet('P0', '109');
      const { names } = wallet;
      const { stage: there, nodes } = await second();
      const before = await stage.holdings(wallet);
      const payment = await paymentBody(wallet, { asset: 'usdc', amount: 1_000_000n, recipient: 'R' });
      const { tableOf } = { tableOf: await setTable(stage) };
      const looked = bodyOf(
        await messageFor(stage, wallet, {
          instructions: [{ ix: 'system.transfer', to: 'R', lamports: '1000' }],
          lookups: [{ table: tableOf, holds: ['R'], writable: [0] }],
        }),
      );
      const transfer = bodyOf(
        await messageFor(stage, wallet, { instructions: [{ ix: 'token.transfer', to: 'usdc@R', amount: '1000000' }] }),
      );
      const attacker = Buffer.from((await import('@countersign/core')).decodeBase58(await names.of('attacker')) ?? []);
      const lies: { readonly [lie: string]: readonly [string, (account: Account) => Account, readonly unknown[]] } = {
        // The owner of the receiving account, by one of two nodes.
        tokenOwner: [await names.of('usdc@R'), (account) => rewriteBytes(account, (bytes) => void attacker.copy(bytes, 32)), [transfer]],
        mintProgram: [
          await names.of('usdc@R'),
          (account) => (account === null ? null : { ...account, owner: 'TokenzQdBNbLqP5VEhdkAS6EPFLC1PHnBqCXEpPxuEb' }),
          [transfer],
        ],
        tableContents: [await names.of(tableOf), (account) => rewriteBytes(account, (bytes) => void attacker.copy(bytes, 56)), [looked]],
        noAccount: [await names.of('usdc@vault'), () => null, [transfer]],
      };
      for (const name of p.list('lies'))
        for (const node of nodes) {
          const [address, lie, bodies] = lies[name] ?? ['', (account: Account) => account, []];
          node.lie(lieAbout(address, lie));
          try {
            for (const body of bodies) await isRefused(there, wallet, body, `${name} by node ${nodes.indexOf(node)}`);
          } finally {
            node.lie(null);
          }
        }
      await isFineAgain(there, wallet, payment);
      await isFineAgain(there, wallet, transfer);
      expect(await stage.holdings(wallet)).toEqual(before);
    },
  },
  brokenSimulation: {
    wallets: ['P0/110'],
    second: true,
    async do({ stage, second }, p) {
      const wallet = await stage.wallet('P0', '110');
      const { stage: there, nodes } = await second();
      const before = await stage.holdings(wallet);
      const payment = await paymentBody(wallet, { amount: 1_000_000n });
      const broken: { readonly [answer: string]: (value: { readonly [field: string]: unknown }) => unknown } = {
        error: (value) => ({ ...value, err: { InstructionError: [0, { Custom: 1 }] } }),
        nullAccounts: (value) => ({ ...value, accounts: null }),
        noLogs: (value) => ({ ...value, logs: null }),
        fewerAccounts: (value) => ({ ...value, accounts: Array.isArray(value['accounts']) ? value['accounts'].slice(0, 1) : null }),
        noInner: (value) => ({ ...value, innerInstructions: null }),
        rpcError: () => new NodeError('simulation is not available'),
      };
      for (const name of p.list('answers')) {
        const make = broken[name];
        const rewrite = (method: string, _params: readonly unknown[], result: unknown): unknown => {
          if (method !== 'simulateTransaction' || make === undefined) return result;
          const { context, value } = result as { readonly context: object; readonly value: { readonly [field: string]: unknown } };
          const made = make(value);
          return made instanceof NodeError ? made : { context, value: made };
        };
        for (const node of nodes) node.lie(rewrite);
        try {
          await isRefused(there, wallet, payment, `simulation with ${name}`);
        } finally {
          for (const node of nodes) node.lie(null);
        }
      }
      await isFineAgain(there, wallet, payment);
      expect(await stage.holdings(wallet)).toEqual(before);
    },
  },
  signerAway: {
    wallets: ['P0/248 killed', 'P0/248 hangs'],
    alone: true,
    async do({ stage }, p) {
      const wallet = await stage.wallet('P0', `248 ${p.text('how')}`);
      await withoutSigner(stage, wallet, p.text('how') === 'hangs');
    },
  },
  fault: {
    wallets: ['chain', 'database', 'simulation', 'cache'].map((cut) => `P0/246 ${cut}`),
    second: true,
    async do({ stage, second }, p) {
      const wallet = await stage.wallet('P0', `246 ${p.text('cut')}`);
      const api = await second();
      const before = await stage.holdings(wallet);
      const cut = p.text('cut');
      const payment = await paymentBody(wallet, { amount: 1_000_000n });
      if (cut === 'cache') {
        expect(Object.keys(process.env).filter((name) => /^REDIS/.test(name))).toEqual([]);
        // A node that is slow for a moment denies too; there is no cache that could.
        return untilFine(api.stage, wallet, payment);
      }
      const restore = breakIt(api, cut);
      let real: HttpAnswer;
      try {
        const dry = await dryRun(api.stage, wallet, payment);
        expect(['503', 'DENY'], `dry: ${wordsOf(dry)}`).toContain(saidByDryRun(dry));
        real = await pay(api.stage, wallet, { amount: 1_000_000n });
        const denied = ['503', 'DENY'].includes(saidByCall(real)) || (real.status === 202 && real.json?.['signature'] === null);
        expect(denied, `real: ${wordsOf(real)}`).toBe(true);
        if (real.status === 202) expect(await signedFor(stage, idOf(real))).toBe(0);
        expect(await stage.holdings(wallet)).toEqual(before);
      } finally {
        restore();
      }
      if (cut === 'database') await untilFine(api.stage, wallet, payment);
    },
  },
};

function breakIt({ nodes, database }: SecondApi, cut: string): () => void {
  switch (cut) {
    case 'chain':
      for (const node of nodes) node.lie(() => new NodeError('the node is down'));
      return () => {
        for (const node of nodes) node.lie(null);
      };
    case 'simulation':
      for (const node of nodes) node.slow('simulateTransaction', 5_000);
      return () => {
        for (const node of nodes) node.slow(null, 0);
      };
    case 'database':
      database.set('cut');
      return () => database.set('up');
    default:
      throw new Error(`nothing is called ${cut}`);
  }
}

/** The signer itself is killed, or stands still: no replica can sign. */
async function withoutSigner(stage: Stage, wallet: CorpusWallet, hangs: boolean): Promise<void> {
  const before = await stage.holdings(wallet);
  if (hangs) process.kill(stage.stack.signer.pid, 'SIGSTOP');
  else await stage.stack.killSigner();
  try {
    const real = await pay(stage, wallet, { amount: 1_000_000n });
    const refused = ['503', 'DENY'].includes(saidByCall(real)) || (real.status === 202 && real.json?.['signature'] === null);
    expect(refused, `real: ${wordsOf(real)}`).toBe(true);
    if (real.status === 202) expect(await signedFor(stage, idOf(real))).toBe(0);
    expect(await stage.holdings(wallet)).toEqual(before);
  } finally {
    if (hangs) process.kill(stage.stack.signer.pid, 'SIGCONT');
    else await stage.stack.restartSigner();
  }
  await untilFine(stage, wallet, await paymentBody(wallet, { amount: 1_000_000n }));
}

async function untilFine(stage: Stage, wallet: CorpusWallet, body: unknown): Promise<void> {
  for (let turn = 0; turn < 100; turn += 1) {
    if ((await dryRun(stage, wallet, body)).status === 200) return;
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
  throw new Error('the database came back and the service did not');
}

async function setTable(stage: Stage): Promise<string> {
  const { lookupTableData } = await import('../../bytes/chain-accounts.ts');
  const data = lookupTableData({ addresses: [await stage.names.of('R')], authority: null });
  await stage.setAccount(await stage.names.of('table109'), { lamports: 1_000_000_000, owner: await stage.names.of('alt'), data });
  await finality(stage.stack);
  return 'table109';
}
