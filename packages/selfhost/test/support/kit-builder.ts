import { PublicKey, SystemProgram, type TransactionInstruction } from '@solana/web3.js';
import * as squads from '@sqds/multisig';
import { BLOCKHASH, type Cast, compile, key } from './message-builder.ts';

/** Lamports of a durable nonce account, as mainnet asks for 80 bytes. */
export const NONCE_RENT = 1_447_680;

export interface NonceOptions {
  readonly from?: PublicKey;
  readonly base?: PublicKey;
  readonly seed?: string;
  readonly account?: PublicKey;
  readonly authority?: PublicKey;
  readonly lamports?: number;
  readonly space?: number;
  readonly program?: PublicKey;
}

/** `CreateAccountWithSeed` and `InitializeNonceAccount`, by web3.js. */
export async function noncePair(cast: Cast, options: NonceOptions = {}): Promise<TransactionInstruction[]> {
  const { base = cast.fee, seed = 'countersign 1', program = SystemProgram.programId } = options;
  const noncePubkey = options.account ?? (await PublicKey.createWithSeed(base, seed, program));
  return [
    SystemProgram.createAccountWithSeed({
      ...{ fromPubkey: options.from ?? cast.fee, newAccountPubkey: noncePubkey, basePubkey: base, seed },
      ...{ lamports: options.lamports ?? NONCE_RENT, space: options.space ?? 80, programId: program },
    }),
    SystemProgram.nonceInitialize({ noncePubkey, authorizedPubkey: options.authority ?? cast.owner }),
  ];
}

export async function noncePairs(cast: Cast, count: number): Promise<TransactionInstruction[]> {
  return (await Promise.all(Array.from({ length: count }, (_, index) => noncePair(cast, { seed: `n${index}` })))).flat();
}

export const advanceNonce = (cast: Cast, authority: PublicKey = cast.owner): TransactionInstruction =>
  SystemProgram.nonceAdvance({ noncePubkey: key(70).publicKey, authorizedPubkey: authority });

export interface RemovalOptions {
  readonly multisig?: PublicKey;
  readonly authority?: PublicKey;
  readonly rentCollector?: PublicKey;
  readonly memo?: string;
}
export function removeLimit(cast: Cast, limit: PublicKey = cast.nativeLimit, options: RemovalOptions = {}): TransactionInstruction {
  const { memo } = options;
  return squads.instructions.multisigRemoveSpendingLimit({
    ...{ multisigPda: options.multisig ?? cast.multisig, configAuthority: options.authority ?? cast.owner, spendingLimit: limit },
    ...{ rentCollector: options.rentCollector ?? cast.fee, ...(memo === undefined ? {} : { memo }) },
  });
}

/** The lockdown over two limits, over a durable nonce. */
export const lockdownMessage = (cast: Cast, version: 'legacy' | 0 = 0): Uint8Array =>
  compile(cast.fee, [advanceNonce(cast), removeLimit(cast), removeLimit(cast, cast.tokenLimit)], version);

export const setConfigAuthority = (cast: Cast, configAuthority: PublicKey, by: PublicKey = cast.owner): TransactionInstruction =>
  squads.generated.createMultisigSetConfigAuthorityInstruction(
    { multisig: cast.multisig, configAuthority: by, rentPayer: cast.fee, systemProgram: SystemProgram.programId },
    { args: { configAuthority, memo: null } },
  );
export const setRentCollector = (cast: Cast, rentCollector: PublicKey | null, by: PublicKey = cast.owner): TransactionInstruction =>
  squads.generated.createMultisigSetRentCollectorInstruction(
    { multisig: cast.multisig, configAuthority: by, rentPayer: cast.fee, systemProgram: SystemProgram.programId },
    { args: { rentCollector, memo: null } },
  );

export function cancelProposal(cast: Cast, member: PublicKey, transactionIndex = 4n): TransactionInstruction {
  return squads.instructions.proposalCancel({ multisigPda: cast.multisig, transactionIndex, member });
}
export const BLOCKHASH_BYTES: Uint8Array = new PublicKey(BLOCKHASH).toBytes();
