import type { Address } from '@countersign/core';
import { Refused } from '../refusal.ts';
import { type ByteReader, createByteReader } from './byte-reader.ts';
import { MAX_MEMO_BYTES } from './programs.ts';
import type { SquadsName } from './squads-accounts.ts';

export interface MultisigCreateArguments {
  readonly configAuthority: Address | null;
  readonly threshold: number;
  readonly members: readonly { readonly key: Address; readonly permissions: number }[];
  readonly timeLockSeconds: number;
  readonly rentCollector: Address | null;
}
export interface AddMemberArguments {
  readonly member: Address;
  readonly permissions: number;
}
export interface SpendArguments {
  readonly amount: bigint;
  readonly decimals: number;
}
export interface CreateTransactionArguments {
  readonly vaultIndex: number;
  readonly ephemeralSigners: number;
  readonly message: Uint8Array;
}
export interface CreateProposalArguments {
  readonly transactionIndex: bigint;
  readonly draft: boolean;
}

const memo = (reader: ByteReader): string | null => reader.option(() => reader.string(MAX_MEMO_BYTES));
const boolean = (reader: ByteReader): boolean => {
  const value = reader.u8();
  if (value > 1) throw new Refused('malformed', 'a yes-or-no argument is neither');
  return value === 1;
};
const vector = <T>(reader: ByteReader, read: () => T): readonly T[] => {
  const length = reader.u32();
  if (length > 64) throw new Refused('malformed', 'an argument has more than 64 items');
  return Array.from({ length }, read);
};

/** Reads what follows the 8 bytes of discriminator, to the last byte. Borsh. */
const READERS: { readonly [Name in SquadsName]: (reader: ByteReader) => unknown } = {
  multisigCreateV2: (reader): MultisigCreateArguments => {
    const configAuthority = reader.option(reader.address);
    const threshold = reader.u16();
    const members = vector(reader, () => ({ key: reader.address(), permissions: reader.u8() }));
    const timeLockSeconds = reader.u32();
    const rentCollector = reader.option(reader.address);
    memo(reader);
    return { configAuthority, threshold, members, timeLockSeconds, rentCollector };
  },
  multisigAddMember: (reader): AddMemberArguments => {
    const added = { member: reader.address(), permissions: reader.u8() };
    memo(reader);
    return added;
  },
  multisigRemoveMember: (reader) => [reader.address(), memo(reader)],
  multisigSetConfigAuthority: (reader): Address => {
    const authority = reader.address();
    memo(reader);
    return authority;
  },
  multisigSetRentCollector: (reader): Address | null => {
    const collector = reader.option(reader.address);
    memo(reader);
    return collector;
  },
  multisigAddSpendingLimit: (reader) => {
    const head = [reader.address(), reader.u8(), reader.address(), reader.u64()];
    if (reader.u8() > 3) throw new Refused('malformed', 'the period of a spending limit is not known');
    return [head, vector(reader, reader.address), vector(reader, reader.address), memo(reader)];
  },
  multisigRemoveSpendingLimit: memo,
  spendingLimitUse: (reader): SpendArguments => {
    const spend = { amount: reader.u64(), decimals: reader.u8() };
    memo(reader);
    return spend;
  },
  vaultTransactionCreate: (reader): CreateTransactionArguments => {
    const vaultIndex = reader.u8();
    const ephemeralSigners = reader.u8();
    const message = reader.bytes(reader.u32());
    memo(reader);
    return { vaultIndex, ephemeralSigners, message };
  },
  vaultTransactionExecute: () => null,
  vaultTransactionAccountsClose: () => null,
  proposalCreate: (reader): CreateProposalArguments => ({ transactionIndex: reader.u64(), draft: boolean(reader) }),
  proposalApprove: memo,
  proposalReject: memo,
  proposalCancel: memo,
  proposalCancelV2: memo,
};

export type SquadsArguments = {
  readonly multisigCreateV2: MultisigCreateArguments;
  readonly multisigAddMember: AddMemberArguments;
  readonly multisigSetConfigAuthority: Address;
  readonly multisigSetRentCollector: Address | null;
  /** The memo. */
  readonly multisigRemoveSpendingLimit: string | null;
  readonly spendingLimitUse: SpendArguments;
  readonly vaultTransactionCreate: CreateTransactionArguments;
  readonly proposalCreate: CreateProposalArguments;
};

export function readArguments(name: SquadsName, data: Uint8Array): unknown {
  const reader = createByteReader(data, `the data of ${name}`);
  const value = READERS[name](reader);
  reader.end();
  return value;
}
