/**
 * The accounts of each Squads v4 instruction that may be signed, in order: `role`, and flags `w` writable, `s` signer, `o` optional
 * (absent is spelled as the program's own address, read-only). Source: the program's IDL, version 2.1.
 */
const TABLE = {
  multisigCreateV2: ['programConfig', 'treasury:w', 'multisig:w', 'createKey:s', 'creator:ws', 'systemProgram'],
  multisigAddMember: ['multisig:w', 'configAuthority:s', 'rentPayer:wso', 'systemProgram:o'],
  multisigRemoveMember: ['multisig:w', 'configAuthority:s', 'rentPayer:wso', 'systemProgram:o'],
  multisigSetConfigAuthority: ['multisig:w', 'configAuthority:s', 'rentPayer:wso', 'systemProgram:o'],
  multisigSetRentCollector: ['multisig:w', 'configAuthority:s', 'rentPayer:wso', 'systemProgram:o'],
  multisigAddSpendingLimit: ['multisig', 'configAuthority:s', 'spendingLimit:w', 'rentPayer:ws', 'systemProgram'],
  multisigRemoveSpendingLimit: ['multisig', 'configAuthority:s', 'spendingLimit:w', 'rentCollector:w'],
  spendingLimitUse: [
    'multisig',
    'member:s',
    'spendingLimit:w',
    'vault:w',
    'destination:w',
    'systemProgram:o',
    'mint:o',
    'vaultTokenAccount:wo',
    'destinationTokenAccount:wo',
    'tokenProgram:o',
  ],
  vaultTransactionCreate: ['multisig:w', 'transaction:w', 'creator:s', 'rentPayer:ws', 'systemProgram'],
  vaultTransactionExecute: ['multisig', 'proposal:w', 'transaction', 'member:s'],
  vaultTransactionAccountsClose: ['multisig', 'proposal:w', 'transaction:w', 'rentCollector:w', 'systemProgram'],
  proposalCreate: ['multisig', 'proposal:w', 'creator:s', 'rentPayer:ws', 'systemProgram'],
  proposalApprove: ['multisig', 'member:ws', 'proposal:w'],
  proposalReject: ['multisig', 'member:ws', 'proposal:w'],
  proposalCancel: ['multisig', 'member:ws', 'proposal:w'],
  proposalCancelV2: ['multisig', 'member:ws', 'proposal:w', 'systemProgram'],
} as const;

export type SquadsName = keyof typeof TABLE;
export const SQUADS_NAMES: readonly SquadsName[] = Object.keys(TABLE) as SquadsName[];

export interface AccountRole {
  readonly role: string;
  readonly writable: boolean;
  readonly signer: boolean;
  readonly optional: boolean;
}

export const SQUADS_ACCOUNTS: { readonly [Name in SquadsName]: readonly AccountRole[] } = Object.fromEntries(
  SQUADS_NAMES.map((name) => [
    name,
    TABLE[name].map((entry): AccountRole => {
      const [role = '', flags = ''] = entry.split(':');
      return { role, writable: flags.includes('w'), signer: flags.includes('s'), optional: flags.includes('o') };
    }),
  ]),
) as unknown as { readonly [Name in SquadsName]: readonly AccountRole[] };
