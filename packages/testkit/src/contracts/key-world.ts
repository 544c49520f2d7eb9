import { randomBytes } from 'node:crypto';
import { type Address, type Bounds, type IKeyManagementService, makeId, type WalletId } from '@countersign/core';
import type { TestKey } from '../test-key.ts';
import { must } from './must.ts';
import { type BoundsTerms, boundsOf, installOrder } from './owner-orders.ts';

/** A wallet of the suite, as far as a message needs it. */
export interface ContractWallet {
  readonly walletId: WalletId;
  readonly owner: Address;
  readonly agent: Address;
  readonly createKey: Address;
  readonly multisig: Address;
  readonly feeAccount: Address;
}

/** An implementation under test, with messages in its own bytes. Every call of a `make…` gives other bytes. */
export interface KeyManagementSubject {
  readonly keys: IKeyManagementService;
  readonly owner: TestKey;
  /** Genesis hash, base58. */
  readonly network: string;
  multisigOf(createKey: Address): Promise<Address>;
  /** What the bounds of a wallet must allow for `makeSpendMessage`. */
  termsOf(multisig: Address): Promise<Omit<BoundsTerms, 'network'>>;
  /** The agent pays alone, at most 1 SOL, within the terms. */
  makeSpendMessage(wallet: ContractWallet): Promise<Uint8Array>;
  /** A payment that agent and owner sign. */
  makeOwnerMessage(wallet: ContractWallet): Promise<Uint8Array>;
  /** Creates the wallet; fee account and create key sign. */
  makeCreationMessage(wallet: ContractWallet): Promise<Uint8Array>;
  /** Agent and owner both cancel a proposal. */
  makeCancellation(wallet: ContractWallet): Promise<Uint8Array>;
  /** The fee account makes a durable nonce account whose authority is the wallet's owner. */
  makeNonceMessage(wallet: ContractWallet): Promise<Uint8Array>;
  /** Removes the spending limit of the terms over a durable nonce; owner and fee account sign. */
  makeLockdown(wallet: ContractWallet): Promise<Uint8Array>;
  /** Makes the service unreachable, for good. */
  unplug(): Promise<void>;
  close(): Promise<void>;
}

type Pins = Parameters<IKeyManagementService['initializeAgentKey']>[0];

/** What the cases of the suite share. */
export interface KeyWorld {
  readonly subject: KeyManagementSubject;
  readonly keys: IKeyManagementService;
  newId(): WalletId;
  pinOf(walletId: WalletId): Promise<Pins>;
  enroll(): Promise<ContractWallet>;
  bounds(wallet: ContractWallet, change?: Partial<Bounds>): Promise<Bounds>;
  enrollWithBounds(change?: Partial<Bounds>): Promise<ContractWallet>;
  install(wallet: ContractWallet, revision: number, owner?: TestKey): ReturnType<IKeyManagementService['installBounds']>;
  /** The wallet with the prepared key as its agent. */
  prepare(wallet: ContractWallet): Promise<ContractWallet>;
  spend(walletId: WalletId, message: Uint8Array): ReturnType<IKeyManagementService['signWithAgentKey']>;
  withOwner(walletId: WalletId, message: Uint8Array, ownerSignature: Uint8Array): ReturnType<IKeyManagementService['signWithAgentKey']>;
  state(wallet: ContractWallet): Promise<object | undefined>;
}

/** `lend` gives the subject, which is there once the suite runs. */
export function createKeyWorld(lend: () => KeyManagementSubject): KeyWorld {
  const newId = (): WalletId => makeId('wallet', Date.now(), randomBytes(10));
  const pinOf = async (walletId: WalletId): Promise<Pins> => {
    const multisig = await lend().multisigOf(must(await lend().keys.getCreateKey(walletId)));
    return { walletId, owner: lend().owner.address, multisig, network: lend().network };
  };
  const enroll = async (): Promise<ContractWallet> => {
    const pin = await pinOf(newId());
    const { agent } = must(await lend().keys.initializeAgentKey(pin));
    const feeAccount = must(await lend().keys.getFeeAccount());
    return { ...pin, agent, feeAccount, createKey: must(await lend().keys.getCreateKey(pin.walletId)) };
  };
  const bounds = async (wallet: ContractWallet, change: Partial<Bounds> = {}): Promise<Bounds> =>
    boundsOf(wallet, { network: lend().network, ...(await lend().termsOf(wallet.multisig)) }, change);
  return {
    get subject() {
      return lend();
    },
    get keys() {
      return lend().keys;
    },
    ...{ newId, pinOf, enroll, bounds },
    enrollWithBounds: async (change = {}) => {
      const wallet = await enroll();
      must(await lend().keys.installBounds({ walletId: wallet.walletId, ...installOrder(lend().owner, await bounds(wallet, change)) }));
      return wallet;
    },
    install: async (wallet, revision, owner = lend().owner) =>
      lend().keys.installBounds({ walletId: wallet.walletId, ...installOrder(owner, await bounds(wallet, { revision })) }),
    prepare: async (wallet) => {
      const { walletId, owner, multisig } = wallet;
      return { ...wallet, ...must(await lend().keys.prepareAgentKey({ walletId, owner, multisig, network: lend().network })) };
    },
    spend: (walletId, message) => lend().keys.signWithAgentKey({ walletId, kind: 'spend', message }),
    withOwner: (walletId, message, ownerSignature) =>
      lend().keys.signWithAgentKey({ walletId, kind: 'with_owner', message, ownerSignature }),
    state: async ({ walletId }) => (await lend().keys.healthCheck()).wallets.find((each) => each.walletId === walletId),
  };
}

/** What a refusal of the signer looks like. */
export const refused = (signerCode: string): object => ({ code: 'signer_refused', signerCode });
