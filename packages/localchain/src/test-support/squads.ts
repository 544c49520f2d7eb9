/** Squads instructions by Squads' own client (web3.js v1), for tests only: what the chain accepts is then not judged by our own encoder. */

import { type AccountRole, type Address, address, type Instruction, type KeyPairSigner } from '@solana/kit';
import { PublicKey, type TransactionInstruction } from '@solana/web3.js';
import * as sqds from '@sqds/multisig';
import { LOCAL_TREASURY } from '../program/program-config.ts';

const { Permissions, Period } = sqds.types;

/** Fills signer objects in, so that the message signs with them. */
function toKit(instruction: TransactionInstruction, signers: readonly KeyPairSigner[]): Instruction {
  const accounts = instruction.keys.map(({ pubkey, isSigner, isWritable }) => {
    const signer = isSigner ? signers.find((one) => one.address === pubkey.toBase58()) : undefined;
    const role = ((isSigner ? 2 : 0) + (isWritable ? 1 : 0)) as AccountRole;
    return signer === undefined ? { address: address(pubkey.toBase58()), role } : { address: signer.address, role, signer };
  });
  return { programAddress: address(instruction.programId.toBase58()), accounts, data: Uint8Array.from(instruction.data) } as Instruction;
}

export interface TestWallet {
  readonly multisig: Address;
  readonly vault: Address;
}

export function walletOf(createKey: Address): TestWallet {
  const [multisig] = sqds.getMultisigPda({ createKey: new PublicKey(createKey) });
  const [vault] = sqds.getVaultPda({ multisigPda: multisig, index: 0 });
  return { multisig: address(multisig.toBase58()), vault: address(vault.toBase58()) };
}

/** A controlled multisig: threshold 2, members owner and agent, config authority owner. */
export function createWallet(payer: KeyPairSigner, createKey: KeyPairSigner, owner: KeyPairSigner, agent: KeyPairSigner): Instruction {
  const instruction = sqds.instructions.multisigCreateV2({
    treasury: new PublicKey(LOCAL_TREASURY),
    creator: new PublicKey(payer.address),
    multisigPda: new PublicKey(walletOf(createKey.address).multisig),
    configAuthority: new PublicKey(owner.address),
    threshold: 2,
    members: [owner, agent].map((member) => ({ key: new PublicKey(member.address), permissions: Permissions.all() })),
    timeLock: 0,
    createKey: new PublicKey(createKey.address),
    rentCollector: null,
  });
  return toKit(instruction, [payer, createKey]);
}

export interface TestLimit {
  readonly address: Address;
  readonly instruction: Instruction;
}

/** A SOL limit a day for the agent, to any destination. */
export function addLimit(
  wallet: TestWallet,
  payer: KeyPairSigner,
  owner: KeyPairSigner,
  agent: Address,
  createKey: Address,
  amount: bigint,
): TestLimit {
  const multisigPda = new PublicKey(wallet.multisig);
  const [spendingLimit] = sqds.getSpendingLimitPda({ multisigPda, createKey: new PublicKey(createKey) });
  const instruction = sqds.instructions.multisigAddSpendingLimit({
    multisigPda,
    configAuthority: new PublicKey(owner.address),
    spendingLimit,
    rentPayer: new PublicKey(payer.address),
    createKey: new PublicKey(createKey),
    vaultIndex: 0,
    mint: PublicKey.default,
    amount,
    period: Period.Day,
    members: [new PublicKey(agent)],
    destinations: [],
  } as unknown as Parameters<typeof sqds.instructions.multisigAddSpendingLimit>[0]);
  return { address: address(spendingLimit.toBase58()), instruction: toKit(instruction, [payer, owner]) };
}

export function removeLimit(wallet: TestWallet, owner: KeyPairSigner, limit: Address, collector: Address): Instruction {
  const instruction = sqds.instructions.multisigRemoveSpendingLimit({
    multisigPda: new PublicKey(wallet.multisig),
    configAuthority: new PublicKey(owner.address),
    spendingLimit: new PublicKey(limit),
    rentCollector: new PublicKey(collector),
  });
  return toKit(instruction, [owner]);
}

export function spend(wallet: TestWallet, agent: KeyPairSigner, limit: Address, destination: Address, amount: bigint): Instruction {
  const instruction = sqds.instructions.spendingLimitUse({
    multisigPda: new PublicKey(wallet.multisig),
    member: new PublicKey(agent.address),
    spendingLimit: new PublicKey(limit),
    vaultIndex: 0,
    amount: Number(amount),
    decimals: 9,
    destination: new PublicKey(destination),
  });
  return toKit(instruction, [agent]);
}

export function addMember(wallet: TestWallet, payer: KeyPairSigner, owner: KeyPairSigner, member: Address): Instruction {
  const instruction = sqds.instructions.multisigAddMember({
    multisigPda: new PublicKey(wallet.multisig),
    configAuthority: new PublicKey(owner.address),
    rentPayer: new PublicKey(payer.address),
    newMember: { key: new PublicKey(member), permissions: Permissions.all() },
  });
  return toKit(instruction, [payer, owner]);
}

export function removeMember(wallet: TestWallet, owner: KeyPairSigner, member: Address): Instruction {
  const instruction = sqds.instructions.multisigRemoveMember({
    multisigPda: new PublicKey(wallet.multisig),
    configAuthority: new PublicKey(owner.address),
    oldMember: new PublicKey(member),
  });
  return toKit(instruction, [owner]);
}
