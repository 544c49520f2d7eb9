import type { Address, WalletAddresses } from '@countersign/core';
import { createNoopSigner, type Instruction } from '@solana/kit';
import * as squads from '../../generated/squads.mjs';
import { kitAddress } from './kit-address.ts';
import { proposalAddress, transactionAddress } from './pda.ts';
import { SYSTEM_PROGRAM } from './programs.ts';
import type { VaultMessage } from './vault-message.ts';

/** Whose proposal it is. */
export interface Proposing {
  readonly multisig: Address;
  /** Creates and executes. */
  readonly member: Address;
  /** As many as the threshold asks for, in this order. */
  readonly approvers: readonly Address[];
  /** Pays the rent and, as the multisig's rent collector, gets it back. */
  readonly payer: Address;
}

/** The life of one proposal in order: create, propose, approve, execute, close. `index` is the multisig's transaction index plus one. */
export async function proposalLife(proposing: Proposing, message: VaultMessage, index: bigint): Promise<readonly Instruction[]> {
  const { member, approvers, payer } = proposing;
  const multisig = kitAddress(proposing.multisig);
  const creator = createNoopSigner(kitAddress(member));
  const rentPayer = createNoopSigner(kitAddress(payer));
  const transaction = kitAddress(await transactionAddress(proposing.multisig, index));
  const proposal = kitAddress(await proposalAddress(proposing.multisig, index));
  const approve = (by: Address): Instruction =>
    squads.getProposalApproveInstruction({ multisig, member: createNoopSigner(kitAddress(by)), proposal, args: { memo: null } });
  const execute = squads.getVaultTransactionExecuteInstruction({ multisig, proposal, transaction, member: creator });
  return [
    squads.getVaultTransactionCreateInstruction({
      multisig,
      transaction,
      creator,
      rentPayer,
      args: { vaultIndex: 0, ephemeralSigners: 0, transactionMessage: message.bytes, memo: null },
    }),
    squads.getProposalCreateInstruction({ multisig, proposal, creator, rentPayer, transactionIndex: index, draft: false }),
    ...approvers.map(approve),
    { ...execute, accounts: [...execute.accounts, ...message.remainingAccounts] },
    squads.getVaultTransactionAccountsCloseInstruction({
      multisig,
      proposal,
      transaction,
      rentCollector: kitAddress(payer),
      systemProgram: kitAddress(SYSTEM_PROGRAM),
    }),
  ];
}

/** The life of a proposal that agent and owner carry together, the rent on the fee account. */
export function proposalSteps(addresses: WalletAddresses, message: VaultMessage, index: bigint): Promise<readonly Instruction[]> {
  const { multisig, agent, owner, feeAccount } = addresses;
  return proposalLife({ multisig, member: agent, approvers: [agent, owner], payer: feeAccount }, message, index);
}
