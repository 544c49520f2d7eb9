import type { Address, AssetInfo, Payment, PlannedLimit, WalletAddresses } from '@countersign/core';
import { mintOf } from '@countersign/core';
import { createNoopSigner, type Instruction, type TransactionSigner } from '@solana/kit';
import * as squads from '../../generated/squads.mjs';
import { kitAddress } from './kit-address.ts';
import { multisigAddress, programConfigAddress, proposalAddress, tokenAccountAddress } from './pda.ts';
import { SYSTEM_PROGRAM, TOKEN_PROGRAM } from './programs.ts';

/** Initiate 1, Vote 2, Execute 4. */
export const ALL_PERMISSIONS = 7;

const PERIODS: ReadonlyMap<number, squads.Period> = new Map([
  [86_400, squads.Period.Day],
  [604_800, squads.Period.Week],
  [2_592_000, squads.Period.Month],
]);

const system = kitAddress(SYSTEM_PROGRAM);
const signer = (address: Address): TransactionSigner => createNoopSigner(kitAddress(address));

/** The wallet's multisig: threshold 2, owner and agent with all permissions, the owner as config authority. */
export async function createMultisig(addresses: WalletAddresses, timeLockSeconds: number, treasury: Address): Promise<Instruction> {
  return squads.getMultisigCreateV2Instruction({
    programConfig: kitAddress(await programConfigAddress()),
    treasury: kitAddress(treasury),
    multisig: kitAddress(await multisigAddress(addresses.createKey)),
    createKey: signer(addresses.createKey),
    creator: signer(addresses.feeAccount),
    configAuthority: kitAddress(addresses.owner),
    threshold: 2,
    members: [addresses.owner, addresses.agent].map((key) => ({ key: kitAddress(key), permissions: { mask: ALL_PERMISSIONS } })),
    timeLock: timeLockSeconds,
    rentCollector: kitAddress(addresses.feeAccount),
    memo: null,
  });
}

/** Who changes a multisig's settings: its config authority, and who pays rent and gets it back. */
export interface Configuration {
  readonly multisig: Address;
  readonly authority: Address;
  /** Pays rent and gets it back. */
  readonly payer: Address;
}

/** A spending limit of vault 0 that `member` alone may use. Throws for a period that the chain does not know. */
export function addSpendingLimit({ multisig, authority, payer }: Configuration, limit: PlannedLimit, member: Address): Instruction {
  const period = PERIODS.get(limit.periodSeconds);
  if (period === undefined) throw new RangeError(`the chain knows no period of ${limit.periodSeconds} seconds`);
  return squads.getMultisigAddSpendingLimitInstruction({
    multisig: kitAddress(multisig),
    configAuthority: signer(authority),
    spendingLimit: kitAddress(limit.spendingLimit),
    rentPayer: signer(payer),
    createKey: kitAddress(limit.createKey),
    vaultIndex: 0,
    mint: kitAddress(mintOf(limit.asset) ?? SYSTEM_PROGRAM),
    amount: limit.amount,
    period,
    members: [kitAddress(member)],
    destinations: limit.destinations.map(kitAddress),
    memo: null,
  });
}

export function removeSpendingLimit({ multisig, authority, payer }: Configuration, spendingLimit: Address): Instruction {
  return squads.getMultisigRemoveSpendingLimitInstruction({
    multisig: kitAddress(multisig),
    configAuthority: signer(authority),
    spendingLimit: kitAddress(spendingLimit),
    rentCollector: kitAddress(payer),
    memo: null,
  });
}

export function addMember({ multisig, authority, payer }: Configuration, member: Address): Instruction {
  return squads.getMultisigAddMemberInstruction({
    multisig: kitAddress(multisig),
    configAuthority: signer(authority),
    rentPayer: signer(payer),
    systemProgram: system,
    newMember: { key: kitAddress(member), permissions: { mask: ALL_PERMISSIONS } },
    memo: null,
  });
}

export function removeMember({ multisig, authority }: Configuration, member: Address): Instruction {
  return squads.getMultisigRemoveMemberInstruction({
    multisig: kitAddress(multisig),
    configAuthority: signer(authority),
    systemProgram: system,
    oldMember: kitAddress(member),
    memo: null,
  });
}

export function changeThreshold({ multisig, authority }: Configuration, threshold: number): Instruction {
  return squads.getMultisigChangeThresholdInstruction({
    multisig: kitAddress(multisig),
    configAuthority: signer(authority),
    systemProgram: system,
    newThreshold: threshold,
    memo: null,
  });
}

export function setTimeLock({ multisig, authority }: Configuration, seconds: number): Instruction {
  return squads.getMultisigSetTimeLockInstruction({
    multisig: kitAddress(multisig),
    configAuthority: signer(authority),
    timeLock: seconds,
    memo: null,
  });
}

export function setRentCollector({ multisig, authority }: Configuration, rentCollector: Address): Instruction {
  return squads.getMultisigSetRentCollectorInstruction({
    multisig: kitAddress(multisig),
    configAuthority: signer(authority),
    systemProgram: system,
    rentCollector: kitAddress(rentCollector),
    memo: null,
  });
}

export function setConfigAuthority({ multisig, authority }: Pick<Configuration, 'multisig' | 'authority'>, next: Address): Instruction {
  return squads.getMultisigSetConfigAuthorityInstruction({
    multisig: kitAddress(multisig),
    configAuthority: signer(authority),
    systemProgram: system,
    configAuthorityArg: kitAddress(next),
    memo: null,
  });
}

/** A member takes back what was approved; as many as the threshold asks for cancel it. */
export async function cancelProposal(multisig: Address, member: Address, index: bigint): Promise<Instruction> {
  return squads.getProposalCancelInstruction({
    multisig: kitAddress(multisig),
    member: signer(member),
    proposal: kitAddress(await proposalAddress(multisig, index)),
    args: { memo: null },
  });
}

/** The agent spends from a limit: SOL to the recipient, or tokens to the recipient's associated token account. */
export async function spendingLimitUse(
  addresses: WalletAddresses,
  spendingLimit: Address,
  payment: Payment,
  asset: AssetInfo,
): Promise<Instruction> {
  const mint = mintOf(payment.asset);
  const tokens =
    mint === null
      ? {}
      : {
          mint: kitAddress(mint),
          vaultTokenAccount: kitAddress(await tokenAccountAddress(addresses.vault, mint)),
          destinationTokenAccount: kitAddress(await tokenAccountAddress(payment.recipient, mint)),
          tokenProgram: kitAddress(TOKEN_PROGRAM),
        };
  return squads.getSpendingLimitUseInstruction({
    multisig: kitAddress(addresses.multisig),
    member: signer(addresses.agent),
    spendingLimit: kitAddress(spendingLimit),
    vault: kitAddress(addresses.vault),
    destination: kitAddress(payment.recipient),
    systemProgram: system,
    ...tokens,
    amount: payment.amount,
    decimals: asset.decimals,
    memo: null,
  });
}
