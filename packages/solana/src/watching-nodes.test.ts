import { type AssetId, mintOf, NATIVE_ASSET, tokenAsset } from '@countersign/core';
import { createNoopSigner } from '@solana/kit';
import { AuthorityType, getSetAuthorityInstruction } from '@solana-program/token';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { kitAddress } from './build/kit-address.ts';
import { tokenAccountAddress } from './build/pda.ts';
import type { SolanaBlockchainAdapter } from './solana-blockchain-adapter.ts';
import { agentMessage } from './test-support/agent-message.ts';
import { must } from './test-support/must.ts';
import { finalizeAll, type MadeWallet, type OwnerWorld, ownerWorld } from './test-support/owner-world.ts';
import { type Answer, adapterWaiting, endScriptedNodes, type Lie, lyingNode, scriptedNode } from './test-support/scripted-node.ts';
import { SOL } from './test-support/test-chain.ts';
import { testKey } from './test-support/test-key.ts';

const PATIENCE_MS = 5_000;
let world: OwnerWorld;
let wallet: MadeWallet;
let token: AssetId;

beforeAll(async () => {
  world = await ownerWorld();
  wallet = await world.wallet(5n * SOL);
  token = tokenAsset(await world.chain.mint(wallet.addresses.vault, 50n));
  await finalizeAll(world.chain);
});
afterAll(async () => {
  endScriptedNodes();
  await world.chain.close();
});

const honest = (): string => world.chain.process.url;
const among = async (...urls: readonly string[]): Promise<SolanaBlockchainAdapter> => adapterWaiting(PATIENCE_MS, ...urls);
/** One that lies beside one that does not, in both orders. */
const beside = async (lie: Lie): Promise<readonly SolanaBlockchainAdapter[]> => {
  const { url } = await lyingNode(honest(), lie);
  return [await among(url, honest()), await among(honest(), url)];
};
/** A node that has stood still since it was made: it answers what it was told then, and says so where a later slot is asked for. */
const stuckNode = async (): Promise<string> => {
  const told = new Map<string, Answer>();
  const slot = Number(await world.chain.rpc('getSlot', { commitment: 'finalized' }));
  const { url } = await scriptedNode(async (method, _, params) => {
    const least = params
      .map((each) => (each as { minContextSlot?: number } | null)?.minContextSlot ?? 0)
      .reduce((one, other) => Math.max(one, other), 0);
    if (least > slot) return { error: { code: -32016, message: 'Minimum context slot has not been reached' } };
    if (method === 'getSlot') return { result: slot };
    if (method === 'getFirstAvailableBlock') return { error: { code: -32601, message: 'Method not found' } };
    const key = JSON.stringify([method, params.map((each) => (typeof each === 'object' ? { ...each, minContextSlot: 0 } : each))]);
    const known = told.get(key);
    if (known) return known;
    const answer: Answer = { result: await world.chain.rpc(method, ...params) };
    told.set(key, answer);
    return answer;
  });
  return url;
};
const value = (result: unknown, change: (value: never) => unknown): object => {
  const { context, value: held } = result as { readonly context: object; readonly value: never };
  return { context, value: change(held) };
};

describe('INVARIANT I11: one node that lies neither hides a difference nor makes one', () => {
  const looks: readonly [string, (adapter: SolanaBlockchainAdapter) => Promise<unknown>][] = [
    ['the wallet', (adapter) => adapter.readWallet(wallet.addresses.multisig)],
    ['the vault', (adapter) => adapter.readVault(wallet.addresses.vault, [token])],
    ['transactions', (adapter) => adapter.listTransactions(wallet.addresses.vault, 'beginning', 100)],
  ];
  const lies: readonly [string, string, Lie][] = [
    ['the wallet', 'hides limits', (method, result) => (method === 'getProgramAccounts' ? value(result, () => []) : undefined)],
    [
      'the wallet',
      'adds a proposal',
      (method, result, params) =>
        method === 'getProgramAccounts' && JSON.stringify(params).includes('dataSlice') ? value(result, () => [{ pubkey: 1 }]) : undefined,
    ],
    [
      'the vault',
      'hides a token account',
      (method, result) =>
        method === 'getTokenAccountsByOwner' || method === 'getMultipleAccounts'
          ? value(result, (list: []) => list.map(() => null))
          : undefined,
    ],
    [
      'the vault',
      'invents a delegate',
      (method, result) =>
        method === 'getMultipleAccounts'
          ? value(result, (list: readonly { readonly data: readonly [string, string] }[]) =>
              list.map((each) => (each === null ? null : { ...each, data: [delegated(each.data[0]), 'base64'] })),
            )
          : undefined,
    ],
    ['transactions', 'hides one', (method, result) => (method === 'getSignaturesForAddress' ? (result as []).slice(1) : undefined)],
    [
      'transactions',
      'invents one',
      (method, result) =>
        method === 'getSignaturesForAddress'
          ? [...(result as []), { signature: '1'.repeat(64), slot: 3, err: null, memo: null }]
          : undefined,
    ],
    ['transactions', 'is of a slot that nobody has seen', (method) => (method === 'getSlot' ? 9_000_000_000 : undefined)],
  ];
  test.each(lies)('about %s: it %s', async (what, _, lie) => {
    const look = looks.find(([name]) => name === what)?.[1];
    if (!look) throw new Error(what);
    const truth = await look(world.chain.adapter);
    for (const adapter of await beside(lie)) {
      const told = (await look(adapter)) as { readonly ok: boolean; readonly error?: { readonly code: string } };
      if (told.ok) expect(told, 'what it says changes nothing').toMatchObject({ ok: true, value: (truth as { value: object }).value });
      else expect(['nodes_disagree', 'chain_unavailable']).toContain(told.error?.code);
    }
  });

  test('about a nonce', async () => {
    const nonce = await world.nonce(wallet, 'lied about');
    const moved: Lie = (method, result) =>
      method === 'getMultipleAccounts'
        ? value(result, (list: readonly { readonly data: readonly [string, string] }[]) =>
            list.map((each) => ({ ...each, data: [delegated(each.data[0], 45), 'base64'] })),
          )
        : undefined;
    for (const adapter of await beside(moved))
      expect(await adapter.readNonceAccounts([nonce.address])).toMatchObject({ error: { code: 'nodes_disagree' } });
    expect(must(await (await among(honest(), honest())).readNonceAccounts([nonce.address]))).toEqual([nonce]);
  });
});

describe('INVARIANT I11: a node that is behind hides nothing', () => {
  test('beside two that are not, drift is seen as soon as they have finalized it; beside one, nothing is told', async () => {
    const stuck = await stuckNode();
    const { multisig, vault } = wallet.addresses;
    const three = await among(stuck, honest(), honest());
    const two = await among(stuck, honest());
    const before = must(await three.readWallet(multisig));
    for (const adapter of [two, three]) {
      must(await adapter.readVault(vault, [token]));
      must(await adapter.listTransactions(vault, 'beginning', 100));
    }
    // A third member, and money that somebody sent.
    const third = testKey().address;
    const added = must(await world.chain.adapter.addMember({ addresses: wallet.addresses, member: third }));
    await world.chain.land(added, [wallet.owner, wallet.feeAccount], 'finalized');
    await world.chain.fund(vault, 1_000_000n);
    await world.chain.rpc('chain_advance', { slots: 400 });
    const seen = must(await three.readWallet(multisig));
    expect(before?.members).toHaveLength(2);
    expect(seen?.members.map(({ key }) => key)).toContain(third);
    const listed = must(await world.chain.adapter.listTransactions(vault, 'beginning', 100));
    expect(must(await three.listTransactions(vault, 'beginning', 100))).toEqual(listed);
    for (const told of [await two.readWallet(multisig), await two.listTransactions(vault, 'beginning', 100)])
      expect(told).toMatchObject({ ok: false, error: { code: expect.stringMatching(/nodes_disagree|chain_unavailable/) } });
    const removed = must(await world.chain.adapter.removeMember({ addresses: wallet.addresses, member: third }));
    await world.chain.land(removed, [wallet.owner, wallet.feeAccount], 'finalized');
  });

  test('dust at every slot, and a limit that is used at every slot, do not keep nodes from agreeing', async () => {
    const { multisig, vault } = wallet.addresses;
    let round = 0;
    // Each node of another moment: amounts, what remains, and slots differ between any two answers.
    const drifting = async (): Promise<string> =>
      (
        await lyingNode(honest(), (method, result) => {
          round += 1;
          if (method !== 'getMultipleAccounts') return undefined;
          return value(result, (list: readonly ({ readonly lamports: number } | null)[]) =>
            list.map((each, index) => (each && index === 0 ? { ...each, lamports: each.lamports + round } : each)),
          );
        })
      ).url;
    const adapter = await among(await drifting(), await drifting());
    const truth = must(await world.chain.adapter.readVault(vault, [token]));
    const told = must(await adapter.readVault(vault, [token]));
    expect(told.tokens).toEqual(truth.tokens);
    expect(told.lamports).toBeGreaterThan(truth.lamports);
    expect(must(await adapter.readWallet(multisig))?.limits).toEqual(wallet.limits);
  });
});

test('INVARIANT I11: an associated account that was given away is found by the asset that it should hold', async () => {
  const { addresses, owner, agent, feeAccount } = wallet;
  const { vault } = addresses;
  const thief = testKey().address;
  const account = await tokenAccountAddress(vault, mintOf(token) ?? vault);
  const give = getSetAuthorityInstruction({
    ...{ owned: kitAddress(account), owner: createNoopSigner(kitAddress(vault)), authorityType: AuthorityType.AccountOwner },
    newAuthority: kitAddress(thief),
  });
  const action = { kind: 'call', message: agentMessage(vault, [give]), pins: [] } as const;
  const { adapter } = world.chain;
  const intent = must(await adapter.buildIntent({ addresses, action }));
  const built = must(await adapter.buildTransaction({ route: 'countersigned', addresses, action, intent }));
  expect((await world.chain.land(built, [owner, agent, feeAccount], 'finalized')).status).toMatchObject({ error: null });
  expect(must(await adapter.readVault(vault, [NATIVE_ASSET])).tokens).toEqual([]);
  expect(must(await adapter.readVault(vault, [token])).tokens).toMatchObject([{ account, asset: token, owner: thief, amount: 50n }]);
});

/** The data of an account with a byte changed where a delegate begins, or elsewhere. */
function delegated(text: string, at = 72): string {
  const data = Buffer.from(text, 'base64');
  if (data.length > at) data[at] = (data[at] ?? 0) ^ 1;
  return data.toString('base64');
}
