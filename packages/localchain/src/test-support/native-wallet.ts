/** A controlled multisig (owner = config authority, threshold 2 of owner and agent) on a chain of its own, built by Squads' SDK. */
import {
  PublicKey as Key,
  Keypair,
  type PublicKey,
  SystemProgram,
  type TransactionInstruction,
  TransactionMessage,
  VersionedTransaction,
} from '@solana/web3.js';
import * as squads from '@sqds/multisig';
import { LOCAL_TREASURY } from '../program/program-config.ts';
import type { Svm, SvmExecution } from '../svm/svm.ts';

export const SOL = 1_000_000_000n;
export const START_UNIX_SECONDS = 1_800_000_000n;
const PERMISSIONS = { mask: 7 };

function keypair(number: number): Keypair {
  return Keypair.fromSeed(Buffer.alloc(32, number));
}

export const owner: Keypair = keypair(1);
export const agent: Keypair = keypair(2);
export const payer: Keypair = keypair(3);
const createKey = keypair(4);
const limitKey = keypair(5);
export const recipient: PublicKey = keypair(6).publicKey;
export const multisig: PublicKey = squads.getMultisigPda({ createKey: createKey.publicKey })[0];
export const vault: PublicKey = squads.getVaultPda({ multisigPda: multisig, index: 0 })[0];
const spendingLimit = squads.getSpendingLimitPda({ multisigPda: multisig, createKey: limitKey.publicKey })[0];

/** The blockhash of the bytes is the front's to check; a number in it tells transactions apart. */
export function blockhash(number: number): string {
  return new Key(Buffer.alloc(32, number)).toBase58();
}

export function wireOf(
  instructions: TransactionInstruction[],
  signers: readonly Keypair[],
  recentBlockhash: string = blockhash(9),
): Uint8Array {
  const message = new TransactionMessage({ payerKey: (signers[0] ?? payer).publicKey, recentBlockhash, instructions });
  const transaction = new VersionedTransaction(message.compileToLegacyMessage());
  transaction.sign([...signers]);
  return transaction.serialize();
}

export async function fund(svm: Svm, address: PublicKey, lamports: bigint): Promise<void> {
  const data = new Uint8Array();
  await svm.setAccount(address.toBase58(), { lamports, owner: SystemProgram.programId.toBase58(), executable: false, data });
}

export async function lamportsOf(svm: Svm, address: PublicKey): Promise<bigint> {
  return (await svm.getAccount(address.toBase58()))?.lamports ?? 0n;
}

export async function readMultisig(svm: Svm): Promise<squads.accounts.Multisig> {
  return squads.accounts.Multisig.deserialize(await dataOf(svm, multisig))[0];
}

export async function remainingAmount(svm: Svm): Promise<bigint> {
  const [limit] = squads.accounts.SpendingLimit.deserialize(await dataOf(svm, spendingLimit));
  return BigInt(limit.remainingAmount.toString());
}

async function dataOf(svm: Svm, address: PublicKey): Promise<Buffer> {
  const account = await svm.getAccount(address.toBase58());
  if (account === null) throw new Error(`no account ${address.toBase58()}`);
  return Buffer.from(account.data);
}

/** The clock set, everybody funded, the multisig created and its vault filled with 10 SOL. */
export async function createWallet(svm: Svm): Promise<SvmExecution> {
  await svm.setClock({ slot: 1n, epoch: 0n, unixTimestamp: START_UNIX_SECONDS });
  for (const { publicKey } of [owner, agent, payer]) await fund(svm, publicKey, 100n * SOL);
  const create = squads.instructions.multisigCreateV2({
    treasury: new Key(LOCAL_TREASURY),
    createKey: createKey.publicKey,
    creator: payer.publicKey,
    multisigPda: multisig,
    configAuthority: owner.publicKey,
    threshold: 2,
    members: [owner, agent].map(({ publicKey: key }) => ({ key, permissions: PERMISSIONS })),
    timeLock: 0,
    rentCollector: payer.publicKey,
  });
  const created = await svm.execute(wireOf([create], [payer, createKey]));
  await fund(svm, vault, 10n * SOL);
  return created;
}

/** Of the agent, a day, to `recipient`; in SOL unless a mint is named. */
export function addLimit(amount: bigint, mint: PublicKey = Key.default): Uint8Array {
  const add = squads.instructions.multisigAddSpendingLimit({
    multisigPda: multisig,
    configAuthority: owner.publicKey,
    spendingLimit,
    rentPayer: payer.publicKey,
    createKey: limitKey.publicKey,
    vaultIndex: 0,
    mint,
    amount,
    period: squads.types.Period.Day,
    members: [agent.publicKey],
    destinations: [recipient],
  });
  return wireOf([add], [payer, owner]);
}

export function spendInstruction(amount: bigint): TransactionInstruction {
  return squads.instructions.spendingLimitUse({
    multisigPda: multisig,
    member: agent.publicKey,
    spendingLimit,
    vaultIndex: 0,
    amount: Number(amount),
    decimals: 9,
    destination: recipient,
  });
}

export function spend(amount: bigint): Uint8Array {
  return wireOf([spendInstruction(amount)], [payer, agent]);
}

export function addMember(newMember: PublicKey): Uint8Array {
  const add = squads.instructions.multisigAddMember({
    multisigPda: multisig,
    configAuthority: owner.publicKey,
    rentPayer: payer.publicKey,
    newMember: { key: newMember, permissions: PERMISSIONS },
  });
  return wireOf([add], [payer, owner]);
}

/** The threshold goes to 1 first: a multisig keeps at least as many members. */
export function removeAgent(): Uint8Array {
  const threshold = squads.generated.createMultisigChangeThresholdInstruction(
    { multisig, configAuthority: owner.publicKey },
    { args: { newThreshold: 1, memo: null } },
  );
  const remove = squads.instructions.multisigRemoveMember({
    multisigPda: multisig,
    configAuthority: owner.publicKey,
    oldMember: agent.publicKey,
  });
  return wireOf([threshold, remove], [payer, owner]);
}

/** Proposes, approves twice and executes a transfer out of the vault, in one transaction. */
export function countersignedTransfer(to: PublicKey, lamports: bigint): Uint8Array {
  const transactionIndex = 1n;
  const transfer = SystemProgram.transfer({ fromPubkey: vault, toPubkey: to, lamports });
  const transactionMessage = new TransactionMessage({ payerKey: vault, recentBlockhash: blockhash(9), instructions: [transfer] });
  const common = { multisigPda: multisig, transactionIndex };
  const creator = { creator: agent.publicKey, rentPayer: payer.publicKey };
  const [transaction] = squads.getTransactionPda({ multisigPda: multisig, index: transactionIndex });
  const [proposal] = squads.getProposalPda(common);
  const execute = squads.generated.createVaultTransactionExecuteInstruction({ multisig, proposal, transaction, member: agent.publicKey });
  execute.keys.push(
    { pubkey: vault, isSigner: false, isWritable: true },
    { pubkey: to, isSigner: false, isWritable: true },
    { pubkey: SystemProgram.programId, isSigner: false, isWritable: false },
  );
  const instructions = [
    squads.instructions.vaultTransactionCreate({ ...common, ...creator, vaultIndex: 0, ephemeralSigners: 0, transactionMessage }),
    squads.instructions.proposalCreate({ ...common, ...creator }),
    squads.instructions.proposalApprove({ ...common, member: agent.publicKey }),
    squads.instructions.proposalApprove({ ...common, member: owner.publicKey }),
    execute,
  ];
  return wireOf(instructions, [payer, agent, owner]);
}
