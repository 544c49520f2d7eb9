import { type Address, address } from '@countersign/core';
import { createAssociatedTokenAccountIdempotentInstruction, getAssociatedTokenAddressSync } from '@solana/spl-token';
import {
  ComputeBudgetProgram,
  Keypair,
  type MessageV0,
  PublicKey,
  SystemProgram,
  TransactionInstruction,
  TransactionMessage,
} from '@solana/web3.js';
import * as squads from '@sqds/multisig';

export const key = (name: number): Keypair => Keypair.fromSeed(new Uint8Array(32).fill(name));
export const addressOf = (publicKey: PublicKey): Address => address(publicKey.toBase58());
const MEMO = new PublicKey('MemoSq4gqABAXKb96qnH8TysNcWxMyWCqXgDLGmfcHr');
export const USDC: PublicKey = key(60).publicKey;
export const BLOCKHASH: string = key(61).publicKey.toBase58();

/** Who takes part; made outside the code under test, with web3.js and the Squads SDK. */
export interface Cast {
  readonly fee: PublicKey;
  readonly agent: PublicKey;
  readonly owner: PublicKey;
  readonly createKey: PublicKey;
  readonly multisig: PublicKey;
  readonly vault: PublicKey;
  readonly nativeLimit: PublicKey;
  readonly tokenLimit: PublicKey;
  readonly recipient: PublicKey;
}

export function castOf(fee: PublicKey, agent: PublicKey, owner: PublicKey, createKey: PublicKey): Cast {
  const [multisig] = squads.getMultisigPda({ createKey });
  const limit = (name: number): PublicKey => squads.getSpendingLimitPda({ multisigPda: multisig, createKey: key(name).publicKey })[0];
  return {
    ...{ fee, agent, owner, createKey, multisig },
    vault: squads.getVaultPda({ multisigPda: multisig, index: 0 })[0],
    nativeLimit: limit(51),
    tokenLimit: limit(52),
    recipient: key(53).publicKey,
  };
}

export function compile(feePayer: PublicKey, instructions: TransactionInstruction[], version: 'legacy' | 0 = 0): Uint8Array {
  const message = new TransactionMessage({ payerKey: feePayer, recentBlockhash: BLOCKHASH, instructions });
  return Uint8Array.from((version === 0 ? message.compileToV0Message() : message.compileToLegacyMessage()).serialize());
}

export const budget = (units = 50_000, microLamports = 1_000): TransactionInstruction[] => [
  ComputeBudgetProgram.setComputeUnitLimit({ units }),
  ComputeBudgetProgram.setComputeUnitPrice({ microLamports }),
];
export const memo = (text: string): TransactionInstruction =>
  new TransactionInstruction({ programId: MEMO, keys: [], data: Buffer.from(text) });

export interface SpendOptions {
  readonly amount?: number;
  readonly limit?: PublicKey;
  readonly destination?: PublicKey;
  readonly member?: PublicKey;
  readonly multisig?: PublicKey;
  readonly mint?: PublicKey;
  readonly decimals?: number;
  readonly tokenProgram?: PublicKey;
  readonly vaultIndex?: number;
}

export function spendInstruction(cast: Cast, options: SpendOptions = {}): TransactionInstruction {
  const { mint } = options;
  return squads.instructions.spendingLimitUse({
    multisigPda: options.multisig ?? cast.multisig,
    member: options.member ?? cast.agent,
    spendingLimit: options.limit ?? (mint ? cast.tokenLimit : cast.nativeLimit),
    vaultIndex: options.vaultIndex ?? 0,
    amount: options.amount ?? 1_000,
    decimals: options.decimals ?? (mint ? 6 : 9),
    destination: options.destination ?? cast.recipient,
    ...(mint ? { mint } : {}),
    ...(options.tokenProgram ? { tokenProgram: options.tokenProgram } : {}),
  });
}

export function spendMessage(cast: Cast, options: SpendOptions = {}, version: 'legacy' | 0 = 0): Uint8Array {
  return compile(cast.fee, [...budget(), spendInstruction(cast, options), memo('invoice 7')], version);
}

export function createTokenAccount(payer: PublicKey, owner: PublicKey, mint: PublicKey): TransactionInstruction {
  return createAssociatedTokenAccountIdempotentInstruction(payer, getAssociatedTokenAddressSync(mint, owner, true), owner, mint);
}

export interface ProposalOptions {
  readonly index?: bigint;
  readonly creator?: PublicKey;
  readonly inner?: TransactionInstruction[];
  readonly rentCollector?: PublicKey;
  readonly before?: TransactionInstruction[];
}

/** The six instructions of a payment that the owner signs too. */
export function proposalInstructions(cast: Cast, options: ProposalOptions = {}): TransactionInstruction[] {
  const transactionIndex = options.index ?? 4n;
  const { multisig: multisigPda, vault } = cast;
  const inner = new TransactionMessage({
    payerKey: vault,
    recentBlockhash: BLOCKHASH,
    instructions: options.inner ?? [SystemProgram.transfer({ fromPubkey: vault, toPubkey: cast.recipient, lamports: 5_000_000 })],
  });
  const creator = options.creator ?? cast.agent;
  const [transactionPda] = squads.getTransactionPda({ multisigPda, index: transactionIndex });
  const [proposalPda] = squads.getProposalPda({ multisigPda, transactionIndex });
  const compiled = inner.compileToV0Message();
  const approve = (member: PublicKey): TransactionInstruction =>
    squads.instructions.proposalApprove({ multisigPda, transactionIndex, member });
  return [
    squads.instructions.vaultTransactionCreate({
      ...{ multisigPda, transactionIndex, creator, rentPayer: cast.fee },
      ...{ vaultIndex: 0, ephemeralSigners: 0, transactionMessage: inner },
    }),
    squads.instructions.proposalCreate({ multisigPda, transactionIndex, creator, rentPayer: cast.fee, isDraft: false }),
    approve(cast.owner),
    approve(cast.agent),
    squads.generated.createVaultTransactionExecuteInstruction({
      ...{ multisig: multisigPda, proposal: proposalPda, transaction: transactionPda, member: cast.agent },
      anchorRemainingAccounts: remainingOf(compiled),
    }),
    squads.instructions.vaultTransactionAccountsClose({
      ...{ multisigPda, transactionIndex, rentCollector: options.rentCollector ?? cast.fee },
    }),
  ];
}

function remainingOf(message: MessageV0): { pubkey: PublicKey; isSigner: boolean; isWritable: boolean }[] {
  return message.staticAccountKeys.map((pubkey, index) => ({ pubkey, isSigner: false, isWritable: message.isAccountWritable(index) }));
}

export function withOwnerMessage(cast: Cast, options: ProposalOptions = {}): Uint8Array {
  return compile(cast.fee, [...budget(200_000), ...(options.before ?? []), ...proposalInstructions(cast, options)]);
}
