import { type Address, type AssetId, encodeBase58, NATIVE_ASSET, type NonceAccount, sha256, type WalletOnChain } from '@countersign/core';
import type { FakeMessage } from './fake-message.ts';
import { applyStep, limitOnChain } from './fake-settings.ts';

type Amounts = readonly { readonly asset: AssetId; readonly amount: bigint }[];
type Paying = Extract<FakeMessage, { readonly kind: 'pay' | 'call' }>;

/** Who, beside the vault, has a say over one of its token accounts. */
export interface FakeTokenAuthorities {
  readonly owner: Address;
  readonly delegate: Address | null;
  readonly closeAuthority: Address | null;
}

/** What the fake chain's accounts hold after one block. */
export interface FakeLedger {
  fund(account: Address, amount: bigint, asset: AssetId): void;
  balanceOf(account: Address, asset: AssetId): bigint;
  walletOf(multisig: Address): WalletOnChain | null;
  putWallet(wallet: WalletOnChain): void;
  nonceOf(account: Address): NonceAccount | null;
  /** `null` where the vault alone has a say. */
  authoritiesOf(vault: Address, asset: AssetId): FakeTokenAuthorities | null;
  putAuthorities(vault: Address, asset: AssetId, authorities: FakeTokenAuthorities): void;
  /** Why a message would fail now; `null` when it would succeed. */
  obstacle(message: FakeMessage): string | null;
  /** Whether a message over a durable nonce can land now, whatever it then comes to; true for all others. */
  holdsNonce(message: FakeMessage): boolean;
  /** Uses the nonce of a message up, which it does even when it fails. */
  useNonce(message: FakeMessage, height: bigint): void;
  /** Does what a message says that nothing stands against, in the block of this height; what left the vault. `slack` is from 0 to 1. */
  apply(message: FakeMessage, height: bigint, slack: number): Amounts;
  /** A ledger of its own with the same contents. */
  copy(): FakeLedger;
}

/** The state of a ledger, copied whole. */
interface Books {
  readonly balances: Map<string, bigint>;
  readonly wallets: Map<Address, WalletOnChain>;
  readonly nonces: Map<Address, NonceAccount>;
  readonly authorities: Map<string, FakeTokenAuthorities>;
  /** Who has cancelled an approved proposal, by multisig and index. */
  readonly cancelled: Map<string, readonly Address[]>;
}

const EMPTY = (): Books => ({
  ...{ balances: new Map(), wallets: new Map(), nonces: new Map(), authorities: new Map(), cancelled: new Map() },
});

export function createFakeLedger(books: Books = EMPTY()): FakeLedger {
  const { balances, wallets, nonces, authorities } = books;
  const key = (account: Address, asset: AssetId): string => `${account}/${asset}`;
  const balanceOf = (account: Address, asset: AssetId): bigint => balances.get(key(account, asset)) ?? 0n;
  const add = (account: Address, asset: AssetId, amount: bigint): void => {
    balances.set(key(account, asset), balanceOf(account, asset) + amount);
  };
  const move = (from: Address, to: Address, asset: AssetId, amount: bigint): void => {
    add(from, asset, -amount);
    add(to, asset, amount);
  };

  function obstacle(message: FakeMessage): string | null {
    switch (message.kind) {
      case 'create':
        return wallets.has(message.addresses.multisig) ? 'the account exists' : null;
      case 'make_nonces':
        return message.accounts.some((account) => nonces.has(account)) ? 'the account exists' : null;
      case 'foreign':
        return balanceOf(message.vault, message.asset) < BigInt(message.amount) ? 'insufficient funds' : null;
      default: {
        const wallet = wallets.get(message.multisig);
        if (!wallet) return 'no such wallet';
        if (message.kind !== 'govern') return paymentObstacle(message, wallet, balanceOf);
        const after = governed(message, wallet);
        return typeof after === 'string' ? after : null;
      }
    }
  }

  function apply(message: FakeMessage, height: bigint, slack: number): Amounts {
    switch (message.kind) {
      case 'create':
        wallets.set(message.addresses.multisig, createdWallet(message, height));
        return [];
      case 'make_nonces':
        for (const account of message.accounts)
          nonces.set(account, { address: account, authority: message.authority, nonce: nonceAt(height) });
        return [];
      case 'foreign':
        move(message.vault, message.to, message.asset, BigInt(message.amount));
        return [{ asset: message.asset, amount: BigInt(message.amount) }];
      case 'call':
        return callProgram(message, slack);
      case 'govern':
        wallets.set(message.multisig, countCancels(message, there(message, governed)));
        return [];
      case 'pay':
        return pay(message);
    }
  }

  function there<M extends Extract<FakeMessage, { readonly multisig: Address }>>(
    message: M,
    make: (message: M, wallet: WalletOnChain) => WalletOnChain | string,
  ): WalletOnChain {
    const wallet = wallets.get(message.multisig);
    const made = wallet && make(message, wallet);
    if (made === undefined || typeof made === 'string') throw new Error(`${message.multisig}: ${made ?? 'is not there'}`);
    return made;
  }

  /** A proposal that as many members have cancelled as the threshold asks for is gone. */
  function countCancels({ multisig, steps }: Extract<FakeMessage, { readonly kind: 'govern' }>, wallet: WalletOnChain): WalletOnChain {
    for (const step of steps) {
      if (step.step !== 'cancel') continue;
      const place = `${multisig}/${step.index}`;
      books.cancelled.set(place, [...new Set([...(books.cancelled.get(place) ?? []), step.member])]);
    }
    const isCancelled = (index: bigint): boolean => (books.cancelled.get(`${multisig}/${index}`)?.length ?? 0) >= wallet.threshold;
    return { ...wallet, proposals: wallet.proposals.filter(({ index }) => !isCancelled(index)) };
  }

  function pay(message: Extract<FakeMessage, { readonly kind: 'pay' }>): Amounts {
    const { asset, recipient } = message.payment;
    const amount = BigInt(message.payment.amount);
    move(message.vault, recipient, asset, amount);
    const used = there(message, (_, wallet) => ({
      ...wallet,
      limits: wallet.limits.map((limit) =>
        limit.spendingLimit === message.spendingLimit ? { ...limit, remaining: limit.remaining - amount } : limit,
      ),
    }));
    wallets.set(message.multisig, used);
    return [{ asset, amount }];
  }

  function callProgram({ vault, call }: Extract<FakeMessage, { readonly kind: 'call' }>, slack: number): Amounts {
    const kept = BigInt(Math.floor(slack * call.slackPercent));
    const moved = call.spends.map(({ asset, amount }) => ({ asset, amount: (BigInt(amount) * (100n - kept)) / 100n }));
    for (const { asset, amount } of moved) move(vault, call.program, asset, amount);
    for (const { asset, amount } of call.gets) add(vault, asset, BigInt(amount));
    return moved;
  }

  return {
    fund: (account, amount, asset) => add(account, asset, amount),
    balanceOf,
    walletOf: (multisig) => wallets.get(multisig) ?? null,
    putWallet: (wallet) => {
      wallets.set(wallet.multisig, wallet);
    },
    nonceOf: (account) => nonces.get(account) ?? null,
    authoritiesOf: (vault, asset) => authorities.get(key(vault, asset)) ?? null,
    putAuthorities: (vault, asset, given) => {
      authorities.set(key(vault, asset), given);
    },
    obstacle,
    holdsNonce: ({ durable, signers }) => {
      if (durable === null) return true;
      const held = nonces.get(durable.account);
      return held?.nonce === durable.nonce && held.authority === durable.authority && signers.includes(durable.authority);
    },
    useNonce: ({ durable }, height) => {
      const held = durable && nonces.get(durable.account);
      if (held) nonces.set(held.address, { ...held, nonce: nonceAt(height) });
    },
    apply,
    copy: () =>
      createFakeLedger({
        balances: new Map(balances),
        wallets: new Map(wallets),
        nonces: new Map(nonces),
        authorities: new Map(authorities),
        cancelled: new Map(books.cancelled),
      }),
  };
}

function paymentObstacle(message: Paying, wallet: WalletOnChain, balanceOf: (account: Address, asset: AssetId) => bigint): string | null {
  const alone = message.kind === 'pay' && message.spendingLimit !== null;
  const [, ...signing] = message.signers;
  if (!alone && signing.some((signer) => !wallet.members.some(({ key }) => key === signer))) return 'NotAMember';
  const spends = message.kind === 'call' ? message.call.spends : [message.payment];
  if (spends.some(({ asset, amount }) => balanceOf(message.vault, asset) < BigInt(amount))) return 'insufficient funds';
  if (!alone) return null;
  const { payment, spendingLimit } = message;
  const limit = wallet.limits.find((each) => each.spendingLimit === spendingLimit);
  if (!limit) return 'AccountNotInitialized';
  // As on the deployed program: who may use a limit is in the limit, whoever the members of the multisig are.
  if (!signing.some((signer) => limit.members.includes(signer))) return 'Unauthorized';
  if (!limit.destinations.includes(payment.recipient)) return 'InvalidDestination';
  return limit.remaining < BigInt(payment.amount) ? 'SpendingLimitExceeded' : null;
}

function governed(
  { authority, steps, signers }: Extract<FakeMessage, { readonly kind: 'govern' }>,
  wallet: WalletOnChain,
): WalletOnChain | string {
  let after = wallet;
  for (const step of steps) {
    const who = step.step === 'cancel' ? step.member : authority;
    if (who === null || !signers.includes(who) || (step.step !== 'cancel' && who !== after.configAuthority)) return 'Unauthorized';
    const next = applyStep(after, step);
    if (typeof next === 'string') return next;
    after = next;
  }
  return after;
}

function createdWallet(message: Extract<FakeMessage, { readonly kind: 'create' }>, height: bigint): WalletOnChain {
  const { multisig, owner, agent, feeAccount } = message.addresses;
  return {
    multisig,
    configAuthority: owner,
    threshold: 2,
    timeLockSeconds: message.timeLockSeconds,
    members: [owner, agent].map((member) => ({ key: member, permissions: 7 })),
    rentCollector: feeAccount,
    transactionIndex: 0n,
    limits: message.limits
      .map((limit) => limitOnChain(limit, agent))
      .toSorted((one, other) => (one.spendingLimit < other.spendingLimit ? -1 : 1)),
    proposals: [],
    slot: height,
  };
}

/** As on Solana a nonce comes of its block: accounts that move in one block hold the same value. */
function nonceAt(height: bigint): string {
  return encodeBase58(sha256(`nonce|${height}`));
}

/** Where the native asset is meant when none is named. */
export const assetOrNative = (asset: AssetId | undefined): AssetId => asset ?? NATIVE_ASSET;
