import type { Address, WalletAddresses } from '@countersign/core';
import { createNoopSigner, type Instruction } from '@solana/kit';
import * as squads from '../../generated/squads.mjs';
import { kitAddress } from './kit-address.ts';
import { proposalAddress, transactionAddress } from './pda.ts';
import { SYSTEM_PROGRAM } from './programs.ts';
import type { VaultMessage } from './vault-message.ts';

/**
 * The life of one proposal in order: create, propose, approve by the agent, approve by the owner, execute, close. The agent creates and
 * executes; the fee account pays the rent and gets it back. `index` is the multisig's transaction index plus one.
 */
export async function proposalSteps(addresses: WalletAddresses, message: VaultMessage, index: bigint): Promise<readonly Instruction[]> {
  const multisig = kitAddress(addresses.multisig);
  const agent = createNoopSigner(kitAddress(addresses.agent));
  const rentPayer = createNoopSigner(kitAddress(addresses.feeAccount));
  const transaction = kitAddress(await transactionAddress(addresses.multisig, index));
  const proposal = kitAddress(await proposalAddress(addresses.multisig, index));
  const approve = (member: Address): Instruction =>
    squads.getProposalApproveInstruction({ multisig, member: createNoopSigner(kitAddress(member)), proposal, args: { memo: null } });
  const execute = squads.getVaultTransactionExecuteInstruction({ multisig, proposal, transaction, member: agent });
  return [
    squads.getVaultTransactionCreateInstruction({
      multisig,
      transaction,
      creator: agent,
      rentPayer,
      args: { vaultIndex: 0, ephemeralSigners: 0, transactionMessage: message.bytes, memo: null },
    }),
    squads.getProposalCreateInstruction({ multisig, proposal, creator: agent, rentPayer, transactionIndex: index, draft: false }),
    approve(addresses.agent),
    approve(addresses.owner),
    { ...execute, accounts: [...execute.accounts, ...message.remainingAccounts] },
    squads.getVaultTransactionAccountsCloseInstruction({
      multisig,
      proposal,
      transaction,
      rentCollector: kitAddress(addresses.feeAccount),
      systemProgram: kitAddress(SYSTEM_PROGRAM),
    }),
  ];
}
