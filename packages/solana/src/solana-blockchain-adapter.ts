import {
  type Address,
  type BuiltMessage,
  type ChainLimit,
  domainError,
  type IBlockchainAdapter,
  type IClock,
  type LookupPin,
  mintOf,
  type Payment,
  type PlannedLimit,
  type RequestedAction,
  type WalletAddresses,
} from '@countersign/core';
import { isOffCurveAddress } from '@solana/kit';
import * as squads from '../generated/squads.mjs';
import { buildCallMessage, buildCountersignedCall, type CallMessage } from './build/call-message.ts';
import { fits, MAX_TRANSACTION_BYTES, transactionBytes } from './build/compile-message.ts';
import { VARIATIONS } from './build/compute-units.ts';
import { buildVaultMessage } from './build/intent.ts';
import { coreAddress, kitAddress } from './build/kit-address.ts';
import { buildHandOver, buildLockdown } from './build/kit-messages.ts';
import { limitCreateKey } from './build/limit-create-key.ts';
import { buildNonceAccounts, nonceAccountAddress } from './build/nonce-messages.ts';
import { buildAutonomousPayment, buildCountersignedPayment, type PaymentInput } from './build/payment-message.ts';
import { multisigAddress, programConfigAddress, spendingLimitAddress, tokenAccountAddress, vaultAddress } from './build/pda.ts';
import { SQUADS_PROGRAM } from './build/programs.ts';
import { buildCancellation, buildSettingsChange } from './build/settings-messages.ts';
import { buildMemberAddition, buildMemberRemoval, buildWalletCreation } from './build/setup-messages.ts';
import type { VaultMessage } from './build/vault-message.ts';
import { fetchAccount } from './chain/accounts.ts';
import { assemble } from './chain/assemble.ts';
import { createAssetReader } from './chain/asset-reader.ts';
import { readBalance } from './chain/balance.ts';
import { asResult, ChainProblem } from './chain/chain-problem.ts';
import { readHealth } from './chain/health.ts';
import { readLanded } from './chain/landed-transaction.ts';
import { createBlockhashSource } from './chain/latest-blockhash.ts';
import { listTransactions } from './chain/list-transactions.ts';
import { textOf } from './chain/read-json.ts';
import { readNonceAccounts } from './chain/read-nonces.ts';
import { readVault } from './chain/read-vault.ts';
import { readTransactionIndex, readWalletAgreed } from './chain/read-wallet.ts';
import { createRpcPool, type RpcPool } from './chain/rpc-pool.ts';
import { simulateAgreed } from './chain/simulate-agreed.ts';
import { submit } from './chain/submit.ts';
import { readStatuses } from './chain/transaction-status.ts';
import { understandCall, understandMessage } from './chain/understand.ts';
import { checkHandOver, checkLockdown, describeEffect, parseMessage } from './decode/index.ts';

type Call = Extract<RequestedAction, { readonly kind: 'call' }>;

/** The longest memo, in bytes of UTF-8. */
export const MAX_MEMO_BYTES = 256;

export interface SolanaAdapterOptions {
  /** At least one; reads prefer the first that works, sends go to all, and what decisions rest on all of several must agree on. */
  readonly rpcUrls: readonly string[];
  /** For each call to a node. */
  readonly timeoutMs: number;
  readonly clock: IClock;
  /** Priority fee in micro-lamports a compute unit; at 0 no price is set. */
  readonly computeUnitPriceMicroLamports: bigint;
}

/** The adapter, and how to let go of its connections. */
export interface SolanaBlockchainAdapter extends IBlockchainAdapter {
  close(): void;
}

/** Solana with Squads v4, over JSON-RPC. Every expected failure is a `Result`. */
export function createSolanaBlockchainAdapter(options: SolanaAdapterOptions): SolanaBlockchainAdapter {
  const pool = createRpcPool(options.rpcUrls, options.timeoutMs, options.clock);
  const latestBlockhash = createBlockhashSource(pool, options.clock);
  const readAsset = createAssetReader(pool);
  const priceMicroLamports = options.computeUnitPriceMicroLamports;
  let network: string | null = null;
  // Replicas begin at different moments, and so at different places.
  let variation = options.clock.nowMs() % VARIATIONS;
  const nextVariation = (): number => {
    variation = (variation + 1) % VARIATIONS;
    return variation;
  };

  const getNetwork = async (): Promise<string> => {
    network ??= await pool.read(async (call) => textOf(await call('getGenesisHash', []), 'getGenesisHash'));
    return network;
  };

  const paymentInput = async (addresses: WalletAddresses, payment: Payment): Promise<PaymentInput> => {
    checkPayment(payment);
    const mint = mintOf(payment.asset);
    const [asset, lifetime, createsAccount] = await Promise.all([
      readAsset(payment.asset),
      latestBlockhash(),
      mint === null ? false : lacksTokenAccount(pool, payment.recipient, mint),
    ]);
    return { addresses, payment, asset, createsAccount, priceMicroLamports, variation: nextVariation(), lifetime };
  };

  const callMessageOf = async (addresses: WalletAddresses, action: Call): Promise<CallMessage> => {
    const context = { addresses, candidateRecipients: [], assets: [] };
    const { decoded, instructions } = await understandCall(pool, action.message, context);
    expectPins(action.pins, decoded.pins);
    return buildCallMessage(addresses, instructions);
  };
  const vaultMessageOf = async (addresses: WalletAddresses, action: RequestedAction): Promise<VaultMessage> => {
    if (action.kind === 'call') return callMessageOf(addresses, action);
    checkPayment(action.payment);
    return buildVaultMessage(addresses, action.payment, await readAsset(action.payment.asset));
  };

  return {
    getNetwork: () => asResult(getNetwork),
    health: async () => {
      const health = await asResult(async () => {
        const known = await getNetwork();
        return pool.read((call) => readHealth(call, known));
      });
      if (health.ok) return health.value;
      const problem = 'problem' in health.error ? health.error.problem : health.error.code;
      return { reachable: false, problem, network, finalizedBlockHeight: null, chainTimeMs: null };
    },
    isWalletAddress: (address) => !isOffCurveAddress(kitAddress(address)),
    signersOf: (message) => {
      const parsed = parseMessage(message);
      return parsed.ok ? parsed.value.signers : [];
    },
    getAssetInfo: (asset) => asResult(() => readAsset(asset)),

    deriveWallet: async (createKey) => {
      const multisig = await multisigAddress(createKey);
      return { multisig, vault: await vaultAddress(multisig) };
    },
    planSpendingLimits: (multisig, revision, limits) =>
      asResult(() =>
        Promise.all(
          named(limits).map(async (limit): Promise<PlannedLimit> => {
            const { decimals } = await readAsset(limit.asset);
            const createKey = limitCreateKey(multisig, revision, limit.asset);
            return { ...limit, createKey, spendingLimit: await spendingLimitAddress(multisig, createKey), decimals };
          }),
        ),
      ),
    createSmartWallet: (input) =>
      asResult(async () => {
        const [treasury, lifetime] = await Promise.all([readTreasury(pool), latestBlockhash()]);
        return buildWalletCreation({ ...input, limits: named(input.limits), treasury, lifetime });
      }),
    changeSettings: ({ found, wanted }) =>
      asResult(async () => {
        named(wanted.limits);
        const lifetime = await latestBlockhash();
        return buildSettingsChange({ found, wanted, lifetime });
      }),
    cancelProposals: ({ addresses, indexes }) => asResult(async () => buildCancellation(addresses, indexes, await latestBlockhash())),
    addMember: ({ addresses, member }) => asResult(async () => buildMemberAddition(addresses, member, await latestBlockhash())),
    removeMember: ({ addresses, member }) => asResult(async () => buildMemberRemoval(addresses, member, await latestBlockhash())),
    readWallet: (multisig) => asResult(() => readWalletAgreed(pool, multisig)),

    readVault: (vault, assets) => asResult(() => readVault(pool, vault, assets)),
    listTransactions: (account, after, limit) => asResult(() => listTransactions(pool, account, after, limit)),
    nonceAddress: nonceAccountAddress,
    createNonceAccounts: ({ feeAccount, authority, seeds }) =>
      asResult(async () => buildNonceAccounts(feeAccount, authority, seeds, await latestBlockhash())),
    readNonceAccounts: (addresses, notBefore) => asResult(() => readNonceAccounts(pool, addresses, notBefore)),
    buildLockdown: ({ addresses, nonce, limits }) => asResult(async () => buildLockdown(addresses, nonce, limits)),
    buildHandOver: ({ addresses, recovery, nonce }) => asResult(async () => buildHandOver(addresses, recovery, nonce)),
    checkLockdown,
    checkHandOver,

    buildIntent: ({ addresses, action }) => asResult(async () => (await vaultMessageOf(addresses, action)).bytes),
    buildTransaction: (input) =>
      asResult(async () => {
        if (input.route === 'autonomous') {
          const payment = await paymentInput(input.addresses, input.payment);
          return whole(await buildAutonomousPayment({ ...payment, spendingLimit: input.spendingLimit }), input.payment);
        }
        const { addresses, action, intent } = input;
        if (action.kind === 'payment') {
          const [payment, transactionIndex] = await Promise.all([
            paymentInput(addresses, action.payment),
            nextTransactionIndex(pool, addresses.multisig),
          ]);
          const vaultMessage = await buildVaultMessage(addresses, action.payment, payment.asset);
          expectIntent(vaultMessage, intent);
          return whole(await buildCountersignedPayment({ ...payment, vaultMessage, transactionIndex }), action.payment);
        }
        const [call, transactionIndex, lifetime] = await Promise.all([
          callMessageOf(addresses, action),
          nextTransactionIndex(pool, addresses.multisig),
          latestBlockhash(),
        ]);
        expectIntent(call, intent);
        return buildCountersignedCall({ addresses, call, transactionIndex, priceMicroLamports, variation: nextVariation(), lifetime });
      }),
    decodeTransaction: (message, context) => asResult(() => understandMessage(pool, message, context)),
    decodeCall: (message, context) => asResult(async () => (await understandCall(pool, message, context)).decoded),
    describeEffect,
    simulateTransaction: (message, context) => asResult(() => simulateAgreed(pool, message, context)),
    assembleTransaction: async (message, signatures) => assemble(message, signatures),
    submitTransaction: (wire) => submit(pool, wire),
    getTransactionStatus: (signatures) => asResult(() => readStatuses(pool, signatures)),
    getTransaction: (signature, addresses) => asResult(() => readLanded(pool, signature, addresses)),
    getBalance: (vault, asset) => asResult(() => readBalance(pool, vault, asset)),
    close: () => pool.close(),
  };
}

/** INVARIANT I6: what was consented to is what is built; another intent under the same request is refused. */
function expectIntent({ bytes }: VaultMessage, intent: Uint8Array): void {
  if (Buffer.compare(bytes, intent) !== 0)
    throw new ChainProblem(domainError('decoded_differently', { problem: 'the intent is not what this request builds' }));
}

/** INVARIANT I6: lookup tables hold what they held when the call was decided on. */
function expectPins(pinned: readonly LookupPin[], now: readonly LookupPin[]): void {
  for (const table of new Set([...pinned, ...now].map((pin) => pin.table))) {
    const [one, other] = [pinned, now].map((pins) => JSON.stringify(pins.filter((pin) => pin.table === table).map(keysOf)));
    if (one !== other) throw new ChainProblem(domainError('lookup_changed', { table }));
  }
}

function keysOf({ writable, readonly }: LookupPin): readonly (readonly Address[])[] {
  return [writable, readonly];
}

function checkPayment({ amount, memo }: Payment): void {
  if (amount <= 0n || amount >= 2n ** 64n)
    throw new ChainProblem(domainError('invalid_field', { field: 'amount', problem: 'is not from 1 to 2^64 − 1 base units' }));
  const bytes = memo === null ? 0 : Buffer.byteLength(memo);
  if (bytes > MAX_MEMO_BYTES) throw new ChainProblem(domainError('memo_too_long', { field: 'memo', bytes, limitBytes: MAX_MEMO_BYTES }));
}

/** Only its memo can make a payment too large for one transaction: the error says how many bytes of it would have fitted. */
function whole(message: BuiltMessage, { memo }: Payment): BuiltMessage {
  if (fits(message)) return message;
  const bytes = Buffer.byteLength(memo ?? '');
  const over = transactionBytes(message) - MAX_TRANSACTION_BYTES;
  throw new ChainProblem(domainError('memo_too_long', { field: 'memo', bytes, limitBytes: Math.max(0, bytes - over) }));
}

/** INVARIANT I5: a spending limit without destinations is none that is ever asked for; on chain an empty list means anybody. */
function named<Limit extends ChainLimit>(limits: readonly Limit[]): readonly Limit[] {
  if (limits.every(({ destinations }) => destinations.length > 0)) return limits;
  throw new ChainProblem(
    domainError('invalid_field', { field: 'limits', problem: 'a spending limit without destinations would let anybody be paid' }),
  );
}

async function lacksTokenAccount(pool: RpcPool, owner: Address, mint: Address): Promise<boolean> {
  const account = await tokenAccountAddress(owner, mint);
  return (await pool.read((call) => fetchAccount(call, account, 'confirmed'))).account === null;
}

async function nextTransactionIndex(pool: RpcPool, multisig: Address): Promise<bigint> {
  const index = await pool.read((call) => readTransactionIndex(call, multisig));
  if (index === null) throw new ChainProblem(domainError('not_found', { kind: 'multisig', id: multisig }));
  return index + 1n;
}

/** Where creation fees go, from Squads' ProgramConfig account. */
async function readTreasury(pool: RpcPool): Promise<Address> {
  const config = await programConfigAddress();
  const { account } = await pool.read((call) => fetchAccount(call, config, 'confirmed'));
  if (account?.owner !== SQUADS_PROGRAM)
    throw new ChainProblem(domainError('chain_unavailable', { problem: 'this chain has no Squads program config' }));
  return coreAddress(squads.getProgramConfigDecoder().decode(account.data).treasury);
}
