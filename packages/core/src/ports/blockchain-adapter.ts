import type { Address } from '../domain/address.ts';
import type { AssetId } from '../domain/asset.ts';
import type { ChainLimit } from '../domain/chain-limits.ts';
import type { Effect } from '../domain/effect.ts';
import type { DomainError } from '../domain/errors.ts';
import type { SimulationReport } from '../domain/facts.ts';
import type { Result } from '../domain/result.ts';
import type { WalletAddresses } from '../domain/wallet.ts';

/** A complete unsigned message, and until when it can land. */
export interface BuiltMessage {
  readonly bytes: Uint8Array;
  /** After a finalized block of this height the message can land no more, if it has not. */
  readonly lastValidBlockHeight: bigint;
  /** Who must sign, in the order of the message's signature slots; the first pays the fee. */
  readonly signers: readonly Address[];
}

export interface Payment {
  readonly asset: AssetId;
  readonly amount: bigint;
  readonly recipient: Address;
  readonly memo: string | null;
}

/** What a request asks for. */
export type RequestedAction =
  | { readonly kind: 'payment'; readonly payment: Payment }
  /** Whatever the instructions of a complete message do, executed by the vault. */
  | { readonly kind: 'call'; readonly message: Uint8Array; readonly pins: readonly LookupPin[] };

/** What a lookup table held when it was decided on: the addresses that the message takes, in the order in which it takes them. */
export interface LookupPin {
  readonly table: Address;
  readonly writable: readonly Address[];
  readonly readonly: readonly Address[];
}

/** A message decoded, and what the chain said about the accounts that it names. */
export interface DecodedMessage {
  readonly effects: readonly Effect[];
  /** The slot of the account data that decoding needed; `null` when the bytes alone were enough. */
  readonly slot: bigint | null;
}
/** An agent's own message, decoded as the vault would execute it. */
export interface DecodedCall extends DecodedMessage {
  readonly pins: readonly LookupPin[];
  /** The payment that it is, when it is nothing else: it is then paid as any payment. */
  readonly payment: Payment | null;
}

export interface AssetInfo {
  readonly asset: AssetId;
  readonly decimals: number;
}

/** A spending limit as it stands, or shall stand, on chain. */
export interface PlannedLimit extends ChainLimit {
  /** The key that seeds its address. */
  readonly createKey: Address;
  readonly spendingLimit: Address;
  readonly decimals: number;
}

/** What the chain holds for a wallet, read at one slot. */
export interface WalletOnChain {
  readonly multisig: Address;
  readonly configAuthority: Address;
  readonly threshold: number;
  readonly timeLockSeconds: number;
  readonly members: readonly { readonly key: Address; readonly permissions: number }[];
  readonly rentCollector: Address | null;
  /** Index of the latest proposal. */
  readonly transactionIndex: bigint;
  /** Every spending limit of the multisig found on chain, known or not. */
  readonly limits: readonly {
    readonly spendingLimit: Address;
    readonly asset: AssetId;
    readonly amount: bigint;
    readonly remaining: bigint;
    readonly periodSeconds: number;
    readonly members: readonly Address[];
    readonly destinations: readonly Address[];
    readonly vaultIndex: number;
  }[];
  /** Proposals that can still have an effect, lowest index first. A stale one can be executed only when it was approved before it became stale. */
  readonly proposals: readonly { readonly index: bigint; readonly status: 'draft' | 'active' | 'approved'; readonly stale: boolean }[];
  readonly slot: bigint;
}

/** What a wallet's settings on chain shall be. */
export interface WantedSettings {
  /** Config authority and member. */
  readonly owner: Address;
  /** Member, and the one who may use the limits. */
  readonly agent: Address;
  /** Rent collector. */
  readonly feeAccount: Address;
  readonly limits: readonly PlannedLimit[];
}

/** The vault and its accounts at one slot, finalized. */
export interface VaultOnChain {
  readonly slot: bigint;
  /** Lamports of the vault, rent exemption included. */
  readonly lamports: bigint;
  /** Token accounts that the vault owns, and the associated accounts of the assets asked about, whoever owns them. */
  readonly tokens: readonly {
    readonly account: Address;
    readonly asset: AssetId;
    readonly amount: bigint;
    readonly owner: Address;
    readonly delegate: Address | null;
    readonly closeAuthority: Address | null;
  }[];
}

/** A durable nonce account, read at finalized. */
export interface NonceAccount {
  readonly address: Address;
  readonly authority: Address;
  /** Its value now, base58: what stands in a message's place for a blockhash. */
  readonly nonce: string;
}

export type TransactionStatus =
  | { readonly kind: 'not_found' }
  | { readonly kind: 'processed' | 'confirmed' | 'finalized'; readonly slot: bigint; readonly error: string | null };

/** A transaction as the chain recorded it, for settlement. */
export interface LandedTransaction {
  readonly slot: bigint;
  readonly error: string | null;
  /** The network fee alone. */
  readonly feeLamports: bigint;
  /** Fall of the fee account's balance, lamports: network fee and rent. */
  readonly feeAccountOutflowLamports: bigint;
  readonly feePayer: Address;
  /** Gross fall of the vault's balances. */
  readonly vaultOutflows: readonly { readonly asset: AssetId; readonly amount: bigint }[];
}

export interface ChainHealth {
  readonly reachable: boolean;
  readonly problem: string | null;
  readonly network: string | null;
  readonly finalizedBlockHeight: bigint | null;
  readonly chainTimeMs: number | null;
}

/** What decoding needs to know beside the bytes: whose wallet it is and which wallets may be behind a token account. */
export interface DecodeContext {
  readonly addresses: WalletAddresses;
  readonly candidateRecipients: readonly Address[];
  /** Decimals of assets that the bytes do not state. */
  readonly assets: readonly AssetInfo[];
}

/**
 * The chain, in neutral words. Building and decoding share no code (INVARIANT I6). Errors: `chain_unavailable` when no node answers;
 * `chain_rejected` says whether something may have landed.
 */
export interface IBlockchainAdapter {
  /** Genesis hash, base58. */
  getNetwork(): Promise<Result<string, DomainError>>;
  health(): Promise<ChainHealth>;
  /** Whether an address can be a person's or a service's key: on the curve. */
  isWalletAddress(address: Address): boolean;
  /** Who must sign a message, the fee payer first; nobody for bytes that are no message. */
  signersOf(message: Uint8Array): readonly Address[];
  getAssetInfo(asset: AssetId): Promise<Result<AssetInfo, DomainError>>;

  deriveWallet(createKey: Address): Promise<{ readonly multisig: Address; readonly vault: Address }>;
  /** Where the spending limits of a policy revision will lie; deterministic in multisig, revision and asset. */
  planSpendingLimits(
    multisig: Address,
    revision: number,
    limits: readonly ChainLimit[],
  ): Promise<Result<readonly PlannedLimit[], DomainError>>;
  /** The messages that create a wallet, to be landed in order. The last blockhash is shared by all. */
  createSmartWallet(input: {
    readonly addresses: WalletAddresses;
    readonly timeLockSeconds: number;
    readonly limits: readonly PlannedLimit[];
  }): Promise<Result<readonly BuiltMessage[], DomainError>>;
  /**
   * The messages that bring the settings that were found to the wanted ones, signed by the present config authority, to be landed in order; none
   * when nothing changes. Rights go before rights come: limits away, members added, members away, rent collector, limits added, and last the
   * config authority. One message where it fits (INVARIANT I8: the old key's limits go in the transaction that takes its membership).
   */
  changeSettings(input: {
    readonly addresses: WalletAddresses;
    readonly found: WalletOnChain;
    readonly wanted: WantedSettings;
  }): Promise<Result<readonly BuiltMessage[], DomainError>>;
  /** The messages in which owner and agent both cancel these approved proposals. */
  cancelProposals(input: {
    readonly addresses: WalletAddresses;
    readonly indexes: readonly bigint[];
  }): Promise<Result<readonly BuiltMessage[], DomainError>>;
  addMember(input: { readonly addresses: WalletAddresses; readonly member: Address }): Promise<Result<BuiltMessage, DomainError>>;
  removeMember(input: { readonly addresses: WalletAddresses; readonly member: Address }): Promise<Result<BuiltMessage, DomainError>>;
  /** Reads a wallet at finalized commitment; `null` where no such account exists. */
  readWallet(multisig: Address): Promise<Result<WalletOnChain | null, DomainError>>;

  /** The vault, every token account of it, and the associated account of each of `assets`, read at finalized from one slot. */
  readVault(vault: Address, assets: readonly AssetId[]): Promise<Result<VaultOnChain, DomainError>>;
  /**
   * Finalized transactions that named the account after the signature `after` (`null`: the newest only; `'beginning'`: all that nodes keep), oldest
   * first, at most `limit`.
   */
  listTransactions(
    account: Address,
    after: string | null,
    limit: number,
  ): Promise<Result<readonly { readonly signature: string; readonly slot: bigint }[], DomainError>>;

  /** Where the nonce account of this seed lies: derived from the fee account, which makes it. `seed`: 1 to 32 characters. */
  nonceAddress(feeAccount: Address, seed: string): Promise<Address>;
  /** The messages in which the fee account makes nonce accounts with this authority, signed by it alone; making one twice fails and changes nothing. */
  createNonceAccounts(input: {
    readonly feeAccount: Address;
    readonly authority: Address;
    readonly seeds: readonly string[];
  }): Promise<Result<readonly BuiltMessage[], DomainError>>;
  /** At finalized, in order; `null` where no initialised nonce account is. A node that has not reached the slot `notBefore` answers nothing. */
  readNonceAccounts(addresses: readonly Address[], notBefore?: bigint): Promise<Result<readonly (NonceAccount | null)[], DomainError>>;
  /** Advances the nonce and removes the limits, nothing else; signed by the owner ahead of need and by the fee account when it is used. */
  buildLockdown(input: {
    readonly addresses: WalletAddresses;
    readonly nonce: NonceAccount;
    readonly limits: readonly Address[];
  }): Promise<Result<Uint8Array, DomainError>>;
  /** Advances the nonce and makes the recovery key config authority, nothing else; signed by the owner ahead of need, paid by the recovery key. */
  buildHandOver(input: {
    readonly addresses: WalletAddresses;
    readonly recovery: Address;
    readonly nonce: NonceAccount;
  }): Promise<Result<Uint8Array, DomainError>>;
  /**
   * Reads a lockdown's bytes to the end and tells what they remove. INVARIANT I7: whatever could do anything but take rights away from the agent of
   * this wallet is `kit_invalid`. Asks no chain.
   */
  checkLockdown(
    message: Uint8Array,
    addresses: WalletAddresses,
  ): Result<{ readonly nonceAccount: Address; readonly nonce: string; readonly limits: readonly Address[] }, DomainError>;
  /** The same for a hand-over: it can do nothing but hand the config authority of this wallet to `recovery`. */
  checkHandOver(
    message: Uint8Array,
    addresses: WalletAddresses,
    recovery: Address,
  ): Result<{ readonly nonceAccount: Address; readonly nonce: string }, DomainError>;

  /** What the vault shall do, as inner message bytes: what a countersignature is about. Independent of any blockhash; holds no lookup table. */
  buildIntent(input: { readonly addresses: WalletAddresses; readonly action: RequestedAction }): Promise<Result<Uint8Array, DomainError>>;
  /** Errors: also `message_too_large` when the action does not fit into one transaction. */
  buildTransaction(
    input:
      | { readonly route: 'autonomous'; readonly addresses: WalletAddresses; readonly payment: Payment; readonly spendingLimit: Address }
      | {
          readonly route: 'countersigned';
          readonly addresses: WalletAddresses;
          readonly action: RequestedAction;
          readonly intent: Uint8Array;
        },
  ): Promise<Result<BuiltMessage, DomainError>>;
  /**
   * Every effect of a message, complete to the last byte; anything not understood is an `unknown` effect. Account data that it takes from the
   * chain is the same on every node that is configured, or the answer is `nodes_disagree`.
   */
  decodeTransaction(message: Uint8Array, context: DecodeContext): Promise<Result<DecodedMessage, DomainError>>;
  /** The same for a message that an agent made: bytes that are no message are one `unknown` effect. */
  decodeCall(message: Uint8Array, context: DecodeContext): Promise<Result<DecodedCall, DomainError>>;
  /** One plain sentence about an effect, made from nothing but the effect; foreign text in it is quoted and inert. */
  describeEffect(effect: Effect): string;
  /** Runs the exact bytes, unsigned, against the latest state. */
  simulateTransaction(message: Uint8Array, context: DecodeContext): Promise<Result<SimulationReport, DomainError>>;
  /** Puts signatures to a message and verifies every one; the id is the first signature in base58. */
  assembleTransaction(
    message: Uint8Array,
    signatures: readonly { readonly signer: Address; readonly signature: Uint8Array }[],
  ): Promise<Result<{ readonly wire: Uint8Array; readonly signature: string }, DomainError>>;
  /**
   * Hands signed bytes to the chain, within a second or not at all: a freeze waits for a payment that is on its way out, and never long. The same
   * bytes may be sent again at will.
   */
  submitTransaction(wire: Uint8Array): Promise<Result<void, DomainError>>;
  /**
   * The status of each signature, in order, and a finalized block height. `not_found` means that it was looked for *after* that height was
   * told, on every node that answers: where the height is past the last valid one, the signature can land no more (INVARIANT I3), provided
   * that the history searched reaches back far enough: a message can land in the 150 blocks up to its last valid one,
   * and of blocks below `searchedFromBlockHeight` (0 where all are kept) the nodes have dropped what landed.
   */
  getTransactionStatus(signatures: readonly string[]): Promise<
    Result<
      {
        readonly statuses: readonly TransactionStatus[];
        readonly finalizedBlockHeight: bigint;
        readonly searchedFromBlockHeight: bigint;
      },
      DomainError
    >
  >;
  /** A landed transaction; `null` where the chain does not know it. */
  getTransaction(signature: string, addresses: WalletAddresses): Promise<Result<LandedTransaction | null, DomainError>>;
  /** What the vault can spend (for the native asset: above rent exemption), confirmed. */
  getBalance(vault: Address, asset: AssetId): Promise<Result<bigint, DomainError>>;
}
