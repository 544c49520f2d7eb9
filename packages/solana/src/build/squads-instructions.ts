import type { Address, AssetInfo, Payment, PlannedLimit, WalletAddresses } from '@countersign/core';
import { mintOf } from '@countersign/core';
import { createNoopSigner, type Instruction, type TransactionSigner } from '@solana/kit';
import * as squads from '../../generated/squads.mjs';
import { kitAddress } from './kit-address.ts';
import { multisigAddress, programConfigAddress, tokenAccountAddress } from './pda.ts';
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

/** A spending limit of vault 0 that the agent alone may use. Throws for a period that the chain does not know. */
export function addSpendingLimit(addresses: WalletAddresses, limit: PlannedLimit): Instruction {
  const period = PERIODS.get(limit.periodSeconds);
  if (period === undefined) throw new RangeError(`the chain knows no period of ${limit.periodSeconds} seconds`);
  return squads.getMultisigAddSpendingLimitInstruction({
    multisig: kitAddress(addresses.multisig),
    configAuthority: signer(addresses.owner),
    spendingLimit: kitAddress(limit.spendingLimit),
    rentPayer: signer(addresses.feeAccount),
    createKey: kitAddress(limit.createKey),
    vaultIndex: 0,
    mint: kitAddress(mintOf(limit.asset) ?? SYSTEM_PROGRAM),
    amount: limit.amount,
    period,
    members: [kitAddress(addresses.agent)],
    destinations: limit.destinations.map(kitAddress),
    memo: null,
  });
}

export function removeSpendingLimit(addresses: WalletAddresses, spendingLimit: Address): Instruction {
  return squads.getMultisigRemoveSpendingLimitInstruction({
    multisig: kitAddress(addresses.multisig),
    configAuthority: signer(addresses.owner),
    spendingLimit: kitAddress(spendingLimit),
    rentCollector: kitAddress(addresses.feeAccount),
    memo: null,
  });
}

export function addMember(addresses: WalletAddresses, member: Address): Instruction {
  return squads.getMultisigAddMemberInstruction({
    multisig: kitAddress(addresses.multisig),
    configAuthority: signer(addresses.owner),
    rentPayer: signer(addresses.feeAccount),
    systemProgram: system,
    newMember: { key: kitAddress(member), permissions: { mask: ALL_PERMISSIONS } },
    memo: null,
  });
}

export function removeMember(addresses: WalletAddresses, member: Address): Instruction {
  return squads.getMultisigRemoveMemberInstruction({
    multisig: kitAddress(addresses.multisig),
    configAuthority: signer(addresses.owner),
    systemProgram: system,
    oldMember: kitAddress(member),
    memo: null,
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
