import { NATIVE_ASSET, type NonceAccount, type WalletOnChain } from '@countersign/core';
import { assembleOwnerTransaction, type OwnerMessage, sendAndFinalize } from '../owner-tools/index.ts';
import { must } from './must.ts';
import { SOL, startTestChain, type TestChain } from './test-chain.ts';
import { type TestKey, testKey } from './test-key.ts';
import { type TestWallet, testWallet } from './test-wallet.ts';

const PATIENCE_MS = 20_000;

/** Waits until what has landed is final. Slots are not skipped: messages that are built already shall not expire by it. */
export async function finalizeAll(chain: TestChain): Promise<void> {
  const now = Number(await chain.rpc('getSlot', { commitment: 'processed' }));
  while (Number(await chain.rpc('getSlot', { commitment: 'finalized' })) < now) await new Promise((resolve) => setTimeout(resolve, 20));
}

/** A local chain with wallets on it, and what an owner does with keys alone. */
export interface OwnerWorld {
  readonly chain: TestChain;
  readonly rpcUrls: readonly string[];
  /** A wallet with money in its vault and one spending limit of 1 SOL a day to `recipient`, on chain. */
  wallet(lamports: bigint, options?: { readonly timeLockSeconds?: number; readonly limits?: number }): Promise<MadeWallet>;
  /** Signs with these keys beside the signatures that are there, sends and waits. */
  land(message: OwnerMessage, ...keys: readonly TestKey[]): ReturnType<typeof sendAndFinalize>;
  /** A nonce account of the wallet's fee account, under its owner. */
  nonce(wallet: TestWallet, seed: string): Promise<NonceAccount>;
  found(wallet: TestWallet): Promise<WalletOnChain>;
}
export interface MadeWallet extends TestWallet {
  readonly recipient: TestKey;
  readonly limits: WalletOnChain['limits'];
}

export async function ownerWorld(): Promise<OwnerWorld> {
  const chain = await startTestChain({ weather: true });
  const { adapter } = chain;
  const rpcUrls = [chain.process.url];
  const found = async ({ addresses }: TestWallet): Promise<WalletOnChain> => {
    const read = must(await adapter.readWallet(addresses.multisig));
    if (read === null) throw new Error('no wallet');
    return read;
  };
  return {
    chain,
    rpcUrls,
    found,
    wallet: async (lamports, { timeLockSeconds = 0, limits: count = 1 } = {}) => {
      const made = await testWallet();
      const recipient = testKey();
      await chain.fund(made.feeAccount.address, 10n * SOL);
      await chain.fund(made.addresses.vault, lamports);
      const { addresses } = made;
      const wanted = { asset: NATIVE_ASSET, amount: SOL, periodSeconds: 86_400, destinations: [recipient.address] };
      const planned = await Promise.all(
        Array.from({ length: count }, async (_, index) => must(await adapter.planSpendingLimits(addresses.multisig, index + 1, [wanted]))),
      );
      const keys = [made.owner, made.agent, made.createKey, made.feeAccount];
      for (const message of must(await adapter.createSmartWallet({ addresses, timeLockSeconds, limits: planned.flat() })))
        await chain.land(message, keys);
      await finalizeAll(chain);
      return { ...made, recipient, limits: (await found(made)).limits };
    },
    land: async ({ bytes, signers, given, lastValidBlockHeight }, ...keys) => {
      const signatures = signers.map((signer) => {
        const there = given.find((each) => each.signer === signer) ?? keys.find(({ address }) => address === signer)?.sign(bytes);
        if (!there) throw new Error(`nobody signs as ${signer}`);
        return there;
      });
      const { wire } = must(assembleOwnerTransaction(bytes, signatures));
      return sendAndFinalize({ rpcUrls, wire, lastValidBlockHeight, patienceMs: PATIENCE_MS });
    },
    nonce: async ({ addresses: { feeAccount, owner }, feeAccount: key }, seed) => {
      for (const message of must(await adapter.createNonceAccounts({ feeAccount, authority: owner, seeds: [seed] })))
        await chain.land(message, [key], 'finalized');
      const [made] = must(await adapter.readNonceAccounts([await adapter.nonceAddress(feeAccount, seed)]));
      if (!made) throw new Error('no nonce account');
      return made;
    },
  };
}
