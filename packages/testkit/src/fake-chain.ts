import {
  type Address,
  type AssetId,
  address,
  type DomainError,
  domainError,
  encodeBase58,
  fail,
  type IBlockchainAdapter,
  NATIVE_ASSET,
  ok,
  type Result,
  sha256,
  type TransactionStatus,
  verifyEd25519,
  type WalletOnChain,
} from '@countersign/core';
import { describeFakeMessage } from './fake-effects.ts';
import {
  addressBytes,
  decodeFakeMessage,
  decodeFakeWire,
  derivedAddress,
  encodeFakeMessage,
  encodeFakeWire,
  type FakeLimit,
  type FakeMessage,
  fakeLimit,
} from './fake-message.ts';
import { isOnCurve } from './on-curve.ts';

/** Blocks for which a message can land, as on Solana. */
const BLOCKHASH_BLOCKS = 150n;

export interface FakeChain extends IBlockchainAdapter {
  /** Money from nowhere. */
  fund(account: Address, amount: bigint, asset?: AssetId): void;
  balance(account: Address, asset?: AssetId): bigint;
  /** Lets blocks pass; all are final at once. */
  mine(blocks: bigint): void;
  /** `false`: every call answers `chain_unavailable`. */
  setReachable(reachable: boolean): void;
  /** `drop`: what is submitted is taken and never lands. `lose_answer`: it lands and the answer is lost. */
  setWeather(weather: 'fair' | 'drop' | 'lose_answer'): void;
  /** How far the chain's clock is from the machine's. */
  setClockSkewMs(skewMs: number): void;
}

type Landed = { readonly slot: bigint; readonly message: FakeMessage; readonly error: string | null };

/**
 * A chain in memory with the port's behaviour and none of Solana's bytes: signatures are real and checked, wallets exist after their
 * creation landed, money moves once, spending limits hold, blockhashes run out. Every transaction is final in the block after it came.
 */
export function createFakeChain(): FakeChain {
  const network = encodeBase58(sha256('fake chain'));
  const balances = new Map<string, bigint>();
  const wallets = new Map<Address, WalletOnChain>();
  const landed = new Map<string, Landed>();
  let height = 1_000n;
  let nonce = 0;
  let reachable = true;
  let weather: 'fair' | 'drop' | 'lose_answer' = 'fair';
  let skewMs = 0;

  const key = (account: Address, asset: AssetId): string => `${account}/${asset}`;
  const balanceOf = (account: Address, asset: AssetId = NATIVE_ASSET): bigint => balances.get(key(account, asset)) ?? 0n;
  const down = <T>(): Result<T, DomainError> => fail(domainError('chain_unavailable', { problem: 'the fake chain is unplugged' }));
  const answer = async <T>(value: () => T): Promise<Result<T, DomainError>> => (reachable ? ok(value()) : down());

  function build(message: Parameters<typeof encodeFakeMessage>[0]) {
    return { bytes: encodeFakeMessage(message), lastValidBlockHeight: height + BLOCKHASH_BLOCKS, signers: message.signers };
  }
  const nextNonce = (): number => {
    nonce += 1;
    return nonce;
  };

  function onChain(limits: readonly FakeLimit[], agent: Address): WalletOnChain['limits'] {
    return limits.map(({ decimals: _decimals, amount, ...limit }) => ({
      ...limit,
      amount: BigInt(amount),
      remaining: BigInt(amount),
      members: [agent],
      vaultIndex: 0,
    }));
  }

  /** Why a message would fail now; `null` when it would succeed. */
  function obstacle(message: FakeMessage): string | null {
    if (message.kind === 'create') return wallets.has(message.addresses.multisig) ? 'the account exists' : null;
    const wallet = wallets.get(message.multisig);
    if (!wallet) return 'no such wallet';
    if (message.kind === 'replace_limits') return null;
    const { asset, amount } = message.payment;
    if (balanceOf(message.vault, asset) < BigInt(amount)) return 'insufficient funds';
    if (message.spendingLimit === null) return null;
    const limit = wallet.limits.find(({ spendingLimit }) => spendingLimit === message.spendingLimit);
    if (!limit) return 'no such spending limit';
    if (!limit.destinations.includes(message.payment.recipient)) return 'InvalidDestination';
    return limit.remaining < BigInt(amount) ? 'SpendingLimitExceeded' : null;
  }

  function apply(message: FakeMessage): void {
    if (message.kind === 'create') {
      const { multisig, owner, agent, feeAccount } = message.addresses;
      wallets.set(multisig, {
        multisig,
        configAuthority: owner,
        threshold: 2,
        timeLockSeconds: message.timeLockSeconds,
        members: [owner, agent].map((member) => ({ key: member, permissions: 7 })),
        rentCollector: feeAccount,
        transactionIndex: 0n,
        limits: onChain(message.limits, agent),
        slot: height,
      });
      return;
    }
    const wallet = wallets.get(message.multisig);
    if (!wallet) return;
    if (message.kind === 'replace_limits') {
      const agent = wallet.members.find((member) => member.key !== wallet.configAuthority)?.key ?? wallet.configAuthority;
      const kept = wallet.limits.filter(({ spendingLimit }) => !message.remove.includes(spendingLimit));
      wallets.set(message.multisig, { ...wallet, limits: [...kept, ...onChain(message.add, agent)] });
      return;
    }
    const { asset, recipient } = message.payment;
    const amount = BigInt(message.payment.amount);
    balances.set(key(message.vault, asset), balanceOf(message.vault, asset) - amount);
    balances.set(key(recipient, asset), balanceOf(recipient, asset) + amount);
    const limits = wallet.limits.map((limit) =>
      limit.spendingLimit === message.spendingLimit ? { ...limit, remaining: limit.remaining - amount } : limit,
    );
    wallets.set(message.multisig, { ...wallet, limits });
  }

  return {
    fund: (account, amount, asset = NATIVE_ASSET) => {
      balances.set(key(account, asset), balanceOf(account, asset) + amount);
    },
    balance: balanceOf,
    mine: (blocks) => {
      height += blocks;
    },
    setReachable: (value) => {
      reachable = value;
    },
    setWeather: (value) => {
      weather = value;
    },
    setClockSkewMs: (value) => {
      skewMs = value;
    },

    getNetwork: () => answer(() => network),
    health: async () =>
      reachable
        ? { reachable, problem: null, network, finalizedBlockHeight: height, chainTimeMs: Date.now() + skewMs }
        : { reachable, problem: 'the fake chain is unplugged', network: null, finalizedBlockHeight: null, chainTimeMs: null },
    isWalletAddress: (candidate) => isOnCurve(addressBytes(candidate)),
    async getAssetInfo(asset) {
      if (!reachable) return down();
      return asset === NATIVE_ASSET
        ? ok({ asset, decimals: 9 })
        : fail(domainError('asset_not_supported', { asset, problem: 'there is no such mint' }));
    },
    deriveWallet: async (createKey) => ({
      multisig: derivedAddress('multisig', createKey),
      vault: derivedAddress('vault', createKey),
    }),
    planSpendingLimits: (multisig, revision, limits) =>
      answer(() =>
        limits.map((limit) => ({
          ...limit,
          decimals: 9,
          createKey: derivedAddress('limit key', multisig, String(revision), limit.asset),
          spendingLimit: derivedAddress('limit', multisig, String(revision), limit.asset),
        })),
      ),
    createSmartWallet: ({ addresses, timeLockSeconds, limits }) =>
      answer(() => [
        build({
          kind: 'create',
          nonce: nextNonce(),
          signers: [addresses.feeAccount, addresses.createKey, addresses.owner],
          addresses,
          timeLockSeconds,
          limits: limits.map(fakeLimit),
        }),
      ]),
    replaceSpendingLimits: ({ addresses, remove, add }) =>
      answer(() =>
        remove.length + add.length === 0
          ? []
          : [
              build({
                kind: 'replace_limits',
                nonce: nextNonce(),
                signers: [addresses.feeAccount, addresses.owner],
                multisig: addresses.multisig,
                remove,
                add: add.map(fakeLimit),
              }),
            ],
      ),
    addMember: async () => fail(domainError('chain_rejected', { problem: 'the fake chain has fixed members', mayHaveLanded: false })),
    removeMember: async () => fail(domainError('chain_rejected', { problem: 'the fake chain has fixed members', mayHaveLanded: false })),
    readWallet: (multisig) => answer(() => wallets.get(multisig) ?? null),

    buildIntent: ({ addresses, payment }) =>
      answer(() => new TextEncoder().encode(JSON.stringify([addresses.vault, { ...payment, amount: payment.amount.toString() }]))),
    buildTransaction: (input) =>
      answer(() =>
        build({
          kind: 'pay',
          nonce: nextNonce(),
          signers: [input.addresses.feeAccount, input.addresses.agent, ...(input.route === 'countersigned' ? [input.addresses.owner] : [])],
          multisig: input.addresses.multisig,
          vault: input.addresses.vault,
          payment: { ...input.payment, amount: input.payment.amount.toString() },
          spendingLimit: input.route === 'autonomous' ? input.spendingLimit : null,
        }),
      ),
    decodeTransaction: async (bytes, context) => ok(describeFakeMessage(decodeFakeMessage(bytes), context.addresses)),
    simulateTransaction: (bytes) =>
      answer(() => {
        const message = decodeFakeMessage(bytes);
        const problem = obstacle(message);
        return {
          succeeded: problem === null,
          problem,
          unitsConsumed: 20_000n,
          slot: height,
          vaultOutflows:
            problem === null && message.kind === 'pay' ? [{ asset: message.payment.asset, amount: BigInt(message.payment.amount) }] : [],
          feeAccountOutflowLamports: 5_000n * BigInt(message.signers.length),
          authorityChanges: [],
          programs: [],
        };
      }),
    async assembleTransaction(bytes, signatures) {
      const { signers } = decodeFakeMessage(bytes);
      const missing = signers.find(
        (signer) => !signatures.some((each) => each.signer === signer && verifyEd25519(signer, bytes, each.signature)),
      );
      if (missing) return fail(domainError('undecodable_message', { problem: `no valid signature of ${missing}` }));
      const first = signatures.find(({ signer }) => signer === signers[0]);
      const signature = encodeBase58(first?.signature ?? new Uint8Array());
      return ok({ wire: encodeFakeWire(signature, bytes), signature });
    },
    async submitTransaction(wire) {
      if (!reachable) return down();
      const { id, message } = decodeFakeWire(wire);
      if (weather !== 'drop' && !landed.has(id)) {
        height += 1n;
        const error = obstacle(message);
        if (error === null) apply(message);
        landed.set(id, { slot: height, message, error });
      }
      return weather === 'lose_answer' ? fail(domainError('chain_unavailable', { problem: 'the answer was lost' })) : ok(undefined);
    },
    getTransactionStatus: (signatures) =>
      answer(() => ({
        statuses: signatures.map((signature): TransactionStatus => {
          const found = landed.get(signature);
          return found ? { kind: 'finalized', slot: found.slot, error: found.error } : { kind: 'not_found' };
        }),
        finalizedBlockHeight: height,
      })),
    getTransaction: (signature) =>
      answer(() => {
        const found = landed.get(signature);
        if (!found) return null;
        const { message, slot, error } = found;
        return {
          slot,
          error,
          feeLamports: 5_000n * BigInt(message.signers.length),
          feePayer: message.signers[0] ?? address('11111111111111111111111111111111'),
          vaultOutflows:
            error === null && message.kind === 'pay' ? [{ asset: message.payment.asset, amount: BigInt(message.payment.amount) }] : [],
        };
      }),
    getBalance: (vault, asset) => answer(() => balanceOf(vault, asset)),
  };
}
