import { type Address, address, type DomainError, parseId, type Result, type WalletAddresses, type WalletId } from '@countersign/core';
import { createSignerClient, type SignerClient } from '@countersign/selfhost';
import { createSolanaBlockchainAdapter, type SolanaBlockchainAdapter } from '@countersign/solana';
import { createTestKey, type TestKey } from '@countersign/testkit';
import pg from 'pg';
import { countersign, must, type Stack, signInAs, startStack, until } from '../../end-to-end/stack.ts';
import { createNames, type Names } from '../bytes/addresses.ts';
import type { ChainAccount } from '../bytes/chain-accounts.ts';
import { policyDocument } from '../cases/load.ts';
import { resolveNames } from '../cases/resolve.ts';
import { type Credentials, createHttp, type Http } from './http.ts';
import { setVault, setWorld } from './world.ts';

/** How many wallets under P0 the tries share. */
export const POOL = 6;

/** A wallet of the corpus: made through the API, with everything that a compromised API knows of it. */
export interface CorpusWallet {
  readonly id: string;
  readonly walletId: WalletId;
  readonly owner: TestKey;
  readonly addresses: WalletAddresses;
  readonly names: Names;
  readonly credentials: Credentials;
  /** Address of the spending limit of an asset. */
  limitOf(asset: string): Address;
}
export interface Holdings {
  readonly lamports: bigint;
  readonly usdc: bigint;
  readonly wsol: bigint;
}

/** The real stack, and what an attacker reaches behind its API. */
export interface Stage {
  readonly stack: Stack;
  readonly http: Http;
  readonly keys: SignerClient;
  readonly chain: SolanaBlockchainAdapter;
  readonly database: pg.Pool;
  readonly operator: string;
  readonly names: Names;
  /** A new idempotency key. */
  key(): string;
  setAccount(address: string, account: ChainAccount): Promise<void>;
  /** An active wallet under a policy of policies.json; the same one each time it is asked for, unless `own`. */
  wallet(policy: string, own?: string): Promise<CorpusWallet>;
  /** A wallet under P0 that nobody else uses until it is given back. */
  lease(): Promise<{ readonly wallet: CorpusWallet; giveBack(): void }>;
  holdings(wallet: CorpusWallet): Promise<Holdings>;
  close(): Promise<void>;
}

export function need<T>(result: Result<T, DomainError>): T {
  if (!result.ok) throw new Error(JSON.stringify(result.error, (_name, value) => (typeof value === 'bigint' ? String(value) : value)));
  return result.value;
}

export async function startCorpusStage(env: { readonly [name: string]: string } = {}): Promise<Stage> {
  const stack = await startStack(
    { RATE_LIMIT_PER_MINUTE: '1000000', ...env },
    // A hundred wallets are made in a minute.
    { signerArguments: ['--rent-messages-per-minute', '100000'] },
  );
  const keys = createSignerClient({ socketPath: stack.signer.socketPath, timeoutMs: 5_000 });
  const chain = createSolanaBlockchainAdapter({
    rpcUrls: [stack.chain.url],
    timeoutMs: 5_000,
    clock: { nowMs: () => Date.now() },
    computeUnitPriceMicroLamports: 0n,
  });
  const database = new pg.Pool({ connectionString: stack.databaseUrl, max: 4 });
  database.on('error', () => undefined);
  const http = createHttp(() => stack.url);
  let operatorSecret = '';
  const made = new Map<string, Promise<CorpusWallet>>();
  let keysMade = 0;
  const free = Array.from({ length: POOL }, (_each, index) => `pool ${index}`);
  const waiting: ((own: string) => void)[] = [];
  const names = createNames({ fee: stack.signer.feeAccount });
  const setAccount: Stage['setAccount'] = async (at, { lamports, owner, data, executable = false }) => {
    await stack.rpc('chain_setAccount', [{ address: at, lamports, owner, executable, data: Buffer.from(data).toString('base64') }]);
  };
  const setter = (of: Names) => ({ names: of, set: async (name: string, account: ChainAccount) => setAccount(await of.of(name), account) });
  await setAccount(stack.signer.feeAccount, { lamports: 1_000_000_000_000, owner: await names.of('system'), data: new Uint8Array() });
  await setWorld(setter(names));
  await finality(stack);
  operatorSecret = must(await stack.operator.createCredential({ role: 'operator', wallet: null, label: 'corpus' })).secret;
  const stage: Stage = {
    stack,
    http,
    keys,
    chain,
    database,
    get operator() {
      return operatorSecret;
    },
    names,
    key: () => {
      keysMade += 1;
      return `corpus-${process.pid}-${keysMade}`;
    },
    setAccount,
    wallet(policy, own = '') {
      const name = `${policy}/${own}`;
      const before = made.get(name);
      if (before) return before;
      const making = makeWallet(stage, policy, own).then(async (wallet) => {
        await setVault(setter(wallet.names));
        return wallet;
      });
      made.set(name, making);
      return making;
    },
    async lease() {
      const own = free.shift() ?? (await new Promise<string>((resolve) => waiting.push(resolve)));
      const giveBack = (): void => {
        const next = waiting.shift();
        if (next) next(own);
        else free.push(own);
      };
      return { wallet: await stage.wallet('P0', own), giveBack };
    },
    async holdings({ names: of }) {
      const accounts = await Promise.all(['vault', 'usdc@vault', 'wsol@vault'].map((name) => of.of(name)));
      const { value } = (await stack.rpc('getMultipleAccounts', [accounts, { encoding: 'base64', commitment: 'confirmed' }])) as {
        readonly value: readonly ({ readonly lamports: number; readonly data: readonly [string] } | null)[];
      };
      const tokens = (index: number): bigint => {
        const data = Buffer.from(value[index]?.data[0] ?? '', 'base64');
        return data.length < 72 ? 0n : data.readBigUInt64LE(64);
      };
      return { lamports: BigInt(value[0]?.lamports ?? 0), usdc: tokens(1), wsol: tokens(2) };
    },
    async close() {
      keys.close();
      chain.close();
      await database.end();
      await stack.close();
    },
  };
  return stage;
}

/** Until what was written now is finalized. */
export async function finality(stack: Stack): Promise<void> {
  const now = Number(await stack.rpc('getSlot', [{ commitment: 'processed' }]));
  await until('it is finalized', async () => Number(await stack.rpc('getSlot', [{ commitment: 'finalized' }])) > now);
}

async function makeWallet(stage: Stage, policy: string, own: string): Promise<CorpusWallet> {
  const { stack, keys, chain } = stage;
  const { operator } = stack;
  const owner = createTestKey();
  const document = await resolveNames(policyDocument(policy), stage.names);
  const created = must(
    await operator.createWallet({ name: `${policy} ${own}`.trim(), owner: owner.address, policy: JSON.stringify(document) }),
  );
  const { id } = created.wallet;
  must(await countersign(operator, created.approval.id, owner));
  await until('the wallet is active', async () => must(await operator.getWallet(id)).state === 'active', 60_000);
  const walletId = need(parseId('wallet', id, 'id'));
  const createKey = need(await keys.getCreateKey(walletId));
  const { multisig, vault } = await chain.deriveWallet(createKey);
  const agent = need(await keys.getAgentPublicKey(walletId));
  const addresses = { multisig, vault, owner: owner.address, agent, createKey, feeAccount: stack.signer.feeAccount };
  const [active] = must(await operator.listPolicies(id)).items;
  const limitOf: CorpusWallet['limitOf'] = (asset) => {
    const limit = active?.limits.find((each) => each.asset === asset);
    if (!limit) throw new Error(`the policy has no limit for ${asset}`);
    return address(limit.spendingLimit);
  };
  const agentSecret = must(await operator.createCredential({ role: 'agent', wallet: id, label: 'corpus agent' })).secret;
  const ownerSecret = await signInAs(stack.client(null), owner);
  const limit = active?.limits.find((each) => each.asset === 'SOL')?.spendingLimit ?? multisig;
  return {
    id,
    walletId,
    owner,
    addresses,
    names: createNames({ multisig, vault, owner: owner.address, agent, createKey, fee: stack.signer.feeAccount, limit }),
    credentials: { agent: agentSecret, owner: ownerSecret, operator: stage.operator },
    limitOf,
  };
}
