import { type Address, type AssetId, NATIVE_ASSET, type WalletOnChain } from '@countersign/core';
import type { FakeLimit, FakeMessage } from './fake-message.ts';

/** What the fake chain's accounts hold. */
export interface FakeLedger {
  fund(account: Address, amount: bigint, asset?: AssetId): void;
  balanceOf(account: Address, asset?: AssetId): bigint;
  walletOf(multisig: Address): WalletOnChain | null;
  /** Why a message would fail now; `null` when it would succeed. */
  obstacle(message: FakeMessage): string | null;
  /** Does what a message says that nothing stands against, in the block of this height. */
  apply(message: FakeMessage, height: bigint): void;
}

export function createFakeLedger(): FakeLedger {
  const balances = new Map<string, bigint>();
  const wallets = new Map<Address, WalletOnChain>();
  const key = (account: Address, asset: AssetId): string => `${account}/${asset}`;
  const balanceOf = (account: Address, asset: AssetId = NATIVE_ASSET): bigint => balances.get(key(account, asset)) ?? 0n;

  function obstacle(message: FakeMessage): string | null {
    if (message.kind === 'create') return wallets.has(message.addresses.multisig) ? 'the account exists' : null;
    const wallet = wallets.get(message.multisig);
    if (!wallet) return 'no such wallet';
    if (message.kind === 'replace_limits')
      return message.remove.every((gone) => wallet.limits.some(({ spendingLimit }) => spendingLimit === gone)) ? null : 'no such limit';
    const { asset, amount } = message.payment;
    if (balanceOf(message.vault, asset) < BigInt(amount)) return 'insufficient funds';
    if (message.spendingLimit === null) return null;
    const limit = wallet.limits.find(({ spendingLimit }) => spendingLimit === message.spendingLimit);
    if (!limit) return 'no such spending limit';
    if (!limit.destinations.includes(message.payment.recipient)) return 'InvalidDestination';
    return limit.remaining < BigInt(amount) ? 'SpendingLimitExceeded' : null;
  }

  function apply(message: FakeMessage, height: bigint): void {
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
    balanceOf,
    walletOf: (multisig) => wallets.get(multisig) ?? null,
    obstacle,
    apply,
  };
}

function onChain(limits: readonly FakeLimit[], agent: Address): WalletOnChain['limits'] {
  return limits.map(({ decimals: _decimals, createKey: _createKey, amount, ...limit }) => ({
    ...limit,
    amount: BigInt(amount),
    remaining: BigInt(amount),
    members: [agent],
    vaultIndex: 0,
  }));
}
