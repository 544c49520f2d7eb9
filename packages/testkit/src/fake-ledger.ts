import { type Address, type AssetId, NATIVE_ASSET, type WalletOnChain } from '@countersign/core';
import type { FakeLimit, FakeMessage } from './fake-message.ts';

type Amounts = readonly { readonly asset: AssetId; readonly amount: bigint }[];

/** What the fake chain's accounts hold after one block. */
export interface FakeLedger {
  fund(account: Address, amount: bigint, asset: AssetId): void;
  balanceOf(account: Address, asset: AssetId): bigint;
  walletOf(multisig: Address): WalletOnChain | null;
  /** Why a message would fail now; `null` when it would succeed. */
  obstacle(message: FakeMessage): string | null;
  /** Does what a message says that nothing stands against, in the block of this height; what left the vault. `slack` is from 0 to 1. */
  apply(message: FakeMessage, height: bigint, slack: number): Amounts;
  /** A ledger of its own with the same contents. */
  copy(): FakeLedger;
}

export function createFakeLedger(balances: Map<string, bigint> = new Map(), wallets: Map<Address, WalletOnChain> = new Map()): FakeLedger {
  const key = (account: Address, asset: AssetId): string => `${account}/${asset}`;
  const balanceOf = (account: Address, asset: AssetId): bigint => balances.get(key(account, asset)) ?? 0n;
  const add = (account: Address, asset: AssetId, amount: bigint): void => {
    balances.set(key(account, asset), balanceOf(account, asset) + amount);
  };

  function obstacle(message: FakeMessage): string | null {
    if (message.kind === 'create') return wallets.has(message.addresses.multisig) ? 'the account exists' : null;
    const wallet = wallets.get(message.multisig);
    if (!wallet) return 'no such wallet';
    if (message.kind === 'replace_limits')
      return message.remove.every((gone) => wallet.limits.some(({ spendingLimit }) => spendingLimit === gone)) ? null : 'no such limit';
    if (message.kind === 'call')
      return message.call.spends.every(({ asset, amount }) => balanceOf(message.vault, asset) >= BigInt(amount))
        ? null
        : 'insufficient funds';
    const { asset, amount } = message.payment;
    if (balanceOf(message.vault, asset) < BigInt(amount)) return 'insufficient funds';
    if (message.spendingLimit === null) return null;
    const limit = wallet.limits.find(({ spendingLimit }) => spendingLimit === message.spendingLimit);
    if (!limit) return 'no such spending limit';
    if (!limit.destinations.includes(message.payment.recipient)) return 'InvalidDestination';
    return limit.remaining < BigInt(amount) ? 'SpendingLimitExceeded' : null;
  }

  function apply(message: FakeMessage, height: bigint, slack: number): Amounts {
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
      return [];
    }
    const wallet = wallets.get(message.multisig);
    if (!wallet) throw new Error(`${message.multisig} is not there`);
    if (message.kind === 'replace_limits') {
      const agent = wallet.members.find((member) => member.key !== wallet.configAuthority)?.key ?? wallet.configAuthority;
      const kept = wallet.limits.filter(({ spendingLimit }) => !message.remove.includes(spendingLimit));
      wallets.set(message.multisig, { ...wallet, limits: [...kept, ...onChain(message.add, agent)] });
      return [];
    }
    if (message.kind === 'call') return callProgram(message, slack);
    const { asset, recipient } = message.payment;
    const amount = BigInt(message.payment.amount);
    add(message.vault, asset, -amount);
    add(recipient, asset, amount);
    const limits = wallet.limits.map((limit) =>
      limit.spendingLimit === message.spendingLimit ? { ...limit, remaining: limit.remaining - amount } : limit,
    );
    wallets.set(message.multisig, { ...wallet, limits });
    return [{ asset, amount }];
  }

  function callProgram({ vault, call }: Extract<FakeMessage, { readonly kind: 'call' }>, slack: number): Amounts {
    const kept = BigInt(Math.floor(slack * call.slackPercent));
    const moved = call.spends.map(({ asset, amount }) => ({ asset, amount: (BigInt(amount) * (100n - kept)) / 100n }));
    for (const { asset, amount } of moved) {
      add(vault, asset, -amount);
      add(call.program, asset, amount);
    }
    for (const { asset, amount } of call.gets) add(vault, asset, BigInt(amount));
    return moved;
  }

  return {
    fund: (account, amount, asset) => add(account, asset, amount),
    balanceOf,
    walletOf: (multisig) => wallets.get(multisig) ?? null,
    obstacle,
    apply,
    copy: () => createFakeLedger(new Map(balances), new Map(wallets)),
  };
}

/** Where the native asset is meant when none is named. */
export const assetOrNative = (asset: AssetId | undefined): AssetId => asset ?? NATIVE_ASSET;

function onChain(limits: readonly FakeLimit[], agent: Address): WalletOnChain['limits'] {
  return limits.map(({ decimals: _decimals, createKey: _createKey, amount, ...limit }) => ({
    ...limit,
    amount: BigInt(amount),
    remaining: BigInt(amount),
    members: [agent],
    vaultIndex: 0,
  }));
}
