import {
  type Address,
  type AssetId,
  address,
  type DomainError,
  NATIVE_ASSET,
  parseId,
  type Result,
  type WalletAddresses,
  type WalletId,
} from '@countersign/core';
import { type CountersignClient, createClient } from '@countersign/sdk';
import { createSignerClient, type SignerClient } from '@countersign/selfhost';
import { createSolanaBlockchainAdapter, type SolanaBlockchainAdapter } from '@countersign/solana';
import { createTestKey, type TestKey } from '@countersign/testkit';
import { type LyingNode, startLyingNode } from './lying-node.ts';
import { countersign, must, SOL, type Stack, type StackWallet, signInAs, startStack, until } from './stack.ts';

/** Where the thief works: the real stack, and past its API the signer's socket and the chain. */
export interface Stage {
  readonly stack: Stack;
  readonly keys: SignerClient;
  readonly chain: SolanaBlockchainAdapter;
  readonly replica: Replica;
  /** The blockhash of the moment at which the stage was set up. */
  readonly staleBlockhash: string;
  /** Lamports at confirmed commitment. */
  balance(of: string): Promise<bigint>;
  /** A new idempotency key. */
  key(): string;
  close(): Promise<void>;
}

/** A wallet made through the API, with everything that a hostile API process knows of it. */
export interface Victim extends StackWallet {
  readonly walletId: WalletId;
  readonly addresses: WalletAddresses;
  limitOf(asset: string): Address;
}

export function need<T>(result: Result<T, DomainError>): T {
  if (!result.ok) throw new Error(JSON.stringify(result.error));
  return result.value;
}

/** A second API process over the same database and signer, with two nodes of which one may lie. */
export interface Replica {
  readonly url: string;
  readonly node: LyingNode;
  client(secret: string): CountersignClient;
}

/** With `replica` a second API process; what asks for one without it throws. */
export async function startStage(
  options: { readonly replica?: boolean; readonly env?: { readonly [name: string]: string } } = {},
): Promise<Stage> {
  const { replica: wanted = false, env = {} } = options;
  const stack = await startStack(env);
  const replica = wanted ? await startReplica(stack) : null;
  const keys = createSignerClient({ socketPath: stack.signer.socketPath, timeoutMs: 5_000 });
  const chain = createSolanaBlockchainAdapter({
    rpcUrls: [stack.chain.url],
    timeoutMs: 5_000,
    clock: { nowMs: () => Date.now() },
    computeUnitPriceMicroLamports: 0n,
  });
  const { value } = (await stack.rpc('getLatestBlockhash', [])) as { readonly value: { readonly blockhash: string } };
  let count = 0;
  return {
    stack,
    staleBlockhash: value.blockhash,
    get replica() {
      if (replica === null) throw new Error('this stage has one API process');
      return replica;
    },
    keys,
    chain,
    balance: async (of) => {
      const { value } = (await stack.rpc('getBalance', [of, { commitment: 'confirmed' }])) as { readonly value: number };
      return BigInt(value);
    },
    key: () => {
      count += 1;
      return `thief-${process.pid}-${count}`;
    },
    close: async () => {
      keys.close();
      chain.close();
      await stack.close();
      await replica?.node.close();
    },
  };
}

async function startReplica(stack: Stack): Promise<Replica> {
  const node = await startLyingNode(stack.chain.url);
  const { url } = await stack.startReplica({ SOLANA_RPC_URLS: `${stack.chain.url},${node.url}` });
  return { url, node, client: (credential) => createClient({ baseUrl: url, credential, timeoutMs: 20_000 }) };
}

/** A policy over one asset. Amounts in base units; without `ceiling` nothing goes above what the agent may pay alone. */
export function assetRule(
  asset: string,
  perTransaction: { readonly autonomous: bigint; readonly ceiling?: bigint },
  windows: readonly { readonly seconds: number; readonly autonomous: bigint; readonly ceiling?: bigint }[],
): object {
  const pair = ({ autonomous, ceiling = autonomous }: { readonly autonomous: bigint; readonly ceiling?: bigint }) => ({
    autonomous: autonomous.toString(),
    ceiling: ceiling.toString(),
  });
  return { asset, perTransaction: pair(perTransaction), windows: windows.map((each) => ({ seconds: each.seconds, ...pair(each) })) };
}

/** An active wallet with 5 SOL under the policy that `policyOf` gives for its merchant. */
export async function makeVictim(
  stage: Stage,
  policyOf: (merchant: string) => string,
  owner: TestKey = createTestKey(),
  recovery: string | null = null,
): Promise<Victim> {
  const { stack, keys, chain } = stage;
  const { operator } = stack;
  const merchant = createTestKey().address;
  await stack.fund(merchant, SOL / 100n);
  const created = must(await operator.createWallet({ name: 'victim', owner: owner.address, recovery, policy: policyOf(merchant) }));
  const { id } = created.wallet;
  must(await countersign(operator, created.approval.id, owner));
  await until('the wallet is active', async () => must(await operator.getWallet(id)).state === 'active');
  const walletId = need(parseId('wallet', id, 'id'));
  const createKey = need(await keys.getCreateKey(walletId));
  const { multisig, vault } = await chain.deriveWallet(createKey);
  await stack.fund(vault, 5n * SOL);
  const agentSecret = must(await operator.createCredential({ role: 'agent', wallet: id, label: "victim's agent" })).secret;
  const ownerSecret = await signInAs(stack.client(null), owner);
  const [active] = must(await operator.listPolicies(id)).items;
  return {
    id,
    walletId,
    vault,
    owner,
    merchant,
    agent: stack.client(agentSecret),
    ownerClient: stack.client(ownerSecret),
    agentSecret,
    ownerSecret,
    addresses: {
      multisig,
      vault,
      owner: owner.address,
      agent: need(await keys.getAgentPublicKey(walletId)),
      createKey,
      feeAccount: stack.signer.feeAccount,
    },
    limitOf: (asset) => {
      const limit = active?.limits.find((each) => each.asset === asset);
      if (!limit) throw new Error(`the policy has no limit for ${asset}`);
      return address(limit.spendingLimit);
    },
  };
}

/** The bytes of a spend by the agent alone, as the API builds them. */
export async function spendBytes(
  { chain }: Stage,
  victim: Victim,
  amount: bigint,
  change: { readonly recipient?: string; readonly spendingLimit?: Address; readonly asset?: AssetId } = {},
): Promise<Uint8Array> {
  const asset = change.asset ?? NATIVE_ASSET;
  const payment = { asset, amount, recipient: address(change.recipient ?? victim.merchant), memo: null };
  const spendingLimit = change.spendingLimit ?? victim.limitOf(asset);
  return need(await chain.buildTransaction({ route: 'autonomous', addresses: victim.addresses, payment, spendingLimit })).bytes;
}

/** The bytes of a payment that the owner signs too. */
export async function proposalBytes(
  { chain }: Stage,
  victim: Victim,
  amount: bigint,
  recipient: string = victim.merchant,
): Promise<Uint8Array> {
  const { addresses } = victim;
  const payment = { asset: NATIVE_ASSET, amount, recipient: address(recipient), memo: null };
  const action = { kind: 'payment', payment } as const;
  const intent = need(await chain.buildIntent({ addresses, action }));
  return need(await chain.buildTransaction({ route: 'countersigned', addresses, action, intent })).bytes;
}

/** What the signer says to a request: `signed`, or the code of its refusal. */
export async function answerOf(asked: Promise<Result<unknown, DomainError>>): Promise<string> {
  const answer = await asked;
  if (answer.ok) return 'signed';
  return answer.error.code === 'signer_refused' ? answer.error.signerCode : answer.error.code;
}

export interface Given {
  readonly signer: Address;
  readonly signature: Uint8Array;
}

/** A message and who signed it. */
export interface SignedMessage {
  readonly message: Uint8Array;
  readonly signatures: readonly Given[];
}

/** Sends what a hostile API has signatures for and waits until each is finalized; `null` where it landed and worked, else the chain's error. */
export async function landAll({ chain }: Stage, signed: readonly SignedMessage[]): Promise<readonly (string | null)[]> {
  const ids: string[] = [];
  for (const { message, signatures } of signed) {
    const { wire, signature } = need(await chain.assembleTransaction(message, signatures));
    need(await chain.submitTransaction(wire));
    ids.push(signature);
  }
  let outcomes: readonly (string | null)[] = [];
  await until('all are finalized', async () => {
    const { statuses } = need(await chain.getTransactionStatus(ids));
    outcomes = statuses.map((status) => (status.kind === 'not_found' ? 'not found' : status.error));
    return statuses.every(({ kind }) => kind === 'finalized');
  });
  return outcomes;
}

/** Has the signer sign a spend past the API; `null` where it refuses. */
export async function signSpend({ keys }: Stage, { walletId, addresses }: Victim, message: Uint8Array): Promise<SignedMessage | null> {
  const agent = await keys.signWithAgentKey({ walletId, message, kind: 'spend' });
  if (!agent.ok) return null;
  const fee = need(await keys.signWithFeeKey({ walletId, message }));
  return { message, signatures: [...fee, { signer: addresses.agent, signature: agent.value.signature }] };
}
