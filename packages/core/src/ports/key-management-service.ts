import type { Address } from '../domain/address.ts';
import type { DomainError } from '../domain/errors.ts';
import type { WalletId } from '../domain/ids.ts';
import type { Result } from '../domain/result.ts';

/** Ed25519, 64 bytes. */
export type Signature = Uint8Array;

/** The signer's account of one signature, to be kept by the host and given back after a restart. Opaque bytes. */
export type SignerReceipt = Uint8Array;

export interface SignerWallet {
  readonly walletId: WalletId;
  readonly agentPublicKey: Address;
  readonly policyRevision: number;
  readonly state: 'active' | 'suspended' | 'no_bounds';
}

/** An owner statement with its signature. */
export interface SignedOrder {
  readonly walletId: WalletId;
  readonly statement: string;
  readonly ownerSignature: Signature;
}

export interface SignerHealth {
  readonly ready: boolean;
  readonly problem: string | null;
  readonly wallets: readonly SignerWallet[];
}

/**
 * The service's keys: agent keys and the fee account, which live in the signer, its own process. The owner's key is `IOwnerKeys`, on the
 * owner's side. Nothing here returns or takes key bytes (INVARIANT I9), and every message is decoded completely by the signer before it
 * signs (INVARIANT I1).
 * Errors: `signer_unavailable` (nothing answered in time; a signature may have been made, its bytes never left the signer) and `signer_refused`.
 */
export interface IKeyManagementService {
  /** Public key of the fee account, which pays fees and rent for all wallets. */
  getFeeAccount(): Promise<Result<Address, DomainError>>;
  /** The address from which the wallet's multisig address is derived. The same wallet id gives the same address. */
  getCreateKey(walletId: WalletId): Promise<Result<Address, DomainError>>;
  /** Makes the agent key of a wallet and pins the owner's public key to it. Idempotent for the same arguments. */
  initializeAgentKey(input: {
    readonly walletId: WalletId;
    readonly owner: Address;
    readonly multisig: Address;
    readonly network: string;
  }): Promise<Result<{ readonly agent: Address }, DomainError>>;
  getAgentPublicKey(walletId: WalletId): Promise<Result<Address, DomainError>>;
  /**
   * Makes the key that shall take the agent key's place, or gives the one that was made before; it signs nothing until `rotateAgentKey`. For a
   * wallet whose key was destroyed or lost too. Takes the arguments of `initializeAgentKey`.
   */
  prepareAgentKey(input: {
    readonly walletId: WalletId;
    readonly owner: Address;
    readonly multisig: Address;
    readonly network: string;
  }): Promise<Result<{ readonly agent: Address }, DomainError>>;
  /**
   * The prepared key takes the agent key's place, with the bounds of a `rotate-agent-key` statement; the old key is wiped and its file deleted
   * (INVARIANT I8: called only after the chain was read back). What was counted in windows goes on counting. A suspended wallet stays suspended.
   * Idempotent for the same bytes.
   */
  rotateAgentKey(
    input: SignedOrder & { readonly bounds: Uint8Array },
  ): Promise<Result<{ readonly revision: number; readonly agent: Address }, DomainError>>;
  /**
   * Pins another owner, with the bounds of a `replace-owner-key` statement, signed by the old owner or the recovery key of the installed bounds,
   * and by the new owner. The old owner's statements are refused from then on. Idempotent for the same bytes.
   */
  replaceOwner(
    input: SignedOrder & { readonly newOwnerSignature: Signature; readonly bounds: Uint8Array },
  ): Promise<Result<{ readonly revision: number }, DomainError>>;
  /** Wipes the agent key for good; needs the owner's `destroy-key` statement, which names it. Idempotent. */
  revokeAgentKey(input: SignedOrder): Promise<Result<void, DomainError>>;
  /** Installs owner-signed bounds; revision must be one higher than the installed one. Idempotent for the same bytes. */
  installBounds(input: {
    readonly walletId: WalletId;
    readonly statement: string;
    readonly ownerSignature: Signature;
    readonly bounds: Uint8Array;
  }): Promise<Result<{ readonly revision: number }, DomainError>>;
  /**
   * Signs a message with the agent key. `spend`: the agent pays alone. `with_owner`: the owner's signature over the same bytes is
   * given and verified first.
   */
  signWithAgentKey(
    input: { readonly walletId: WalletId; readonly message: Uint8Array } & (
      | { readonly kind: 'spend' }
      | { readonly kind: 'with_owner'; readonly ownerSignature: Signature }
      /** `proposalReject` and `proposalCancel` of this wallet. */
      | { readonly kind: 'step_back' }
    ),
  ): Promise<Result<{ readonly signature: Signature; readonly receipt: SignerReceipt }, DomainError>>;
  /**
   * Signs as fee payer, and as create key where the message needs it. The message may hold only Squads, token-account creation,
   * compute-budget and memo instructions in which the fee account pays fees and rent, or make a durable nonce account whose authority is this
   * wallet's owner, or begin by advancing such a nonce where everything else only removes spending limits of this wallet.
   */
  signWithFeeKey(input: {
    readonly walletId: WalletId;
    readonly message: Uint8Array;
  }): Promise<Result<readonly { readonly signer: Address; readonly signature: Signature }[], DomainError>>;
  /** Gives receipts back after a restart of the signer, oldest first. */
  restoreReceipts(walletId: WalletId, receipts: readonly SignerReceipt[]): Promise<Result<void, DomainError>>;
  /**
   * Encrypts bytes for keeping, bound to the wallet and the label; only this signer opens them. Nothing that it signs can be got out of it this way.
   * `bytes`: at most 4,096.
   */
  sealBytes(input: {
    readonly walletId: WalletId;
    readonly label: string;
    readonly bytes: Uint8Array;
  }): Promise<Result<Uint8Array, DomainError>>;
  /** Error `signer_refused` (`malformed`) when wallet, label or bytes are not those that were sealed. */
  openBytes(input: {
    readonly walletId: WalletId;
    readonly label: string;
    readonly sealed: Uint8Array;
  }): Promise<Result<Uint8Array, DomainError>>;
  /** The sealed key file of a wallet, for keeping elsewhere; useless without the keystore's passphrase. */
  readBackup(walletId: WalletId): Promise<Result<Uint8Array, DomainError>>;
  /** Takes a backup back for a wallet without a key; it comes back suspended and without bounds. */
  restoreAgentKey(backup: Uint8Array): Promise<Result<{ readonly agent: Address }, DomainError>>;
  /** Immediate. Anyone who reaches the signer may stop it. */
  suspendAgentKey(walletId: WalletId): Promise<Result<void, DomainError>>;
  /** Needs the owner's `unfreeze` statement. */
  resumeAgentKey(input: {
    readonly walletId: WalletId;
    readonly statement: string;
    readonly ownerSignature: Signature;
  }): Promise<Result<void, DomainError>>;
  healthCheck(): Promise<SignerHealth>;
}
