import type { Address } from '@countersign/core';
import {
  type AccountMeta,
  AccountRole,
  addEncoderSizePrefix,
  type Encoder,
  getAddressEncoder,
  getArrayEncoder,
  getBytesEncoder,
  getStructEncoder,
  getU8Encoder,
  getU16Encoder,
  type Instruction,
  isSignerRole,
  isWritableRole,
  type Address as KitAddress,
  type ReadonlyUint8Array,
} from '@solana/kit';
import { kitAddress } from './kit-address.ts';

interface CompactInstruction {
  readonly programIdIndex: number;
  readonly accountIndexes: ReadonlyUint8Array;
  readonly data: ReadonlyUint8Array;
}
interface CompactMessage {
  readonly numSigners: number;
  readonly numWritableSigners: number;
  readonly numWritableNonSigners: number;
  readonly accountKeys: KitAddress[];
  readonly instructions: CompactInstruction[];
  readonly addressTableLookups: number[];
}

/** What the vault does, in the form Squads takes, and the accounts that `vaultTransactionExecute` needs after its own. */
export interface VaultMessage {
  readonly bytes: Uint8Array;
  readonly remainingAccounts: readonly AccountMeta[];
}

/** Squads' compact TransactionMessage (`squads_multisig_program::utils::TransactionMessage`): vectors with u8 lengths, instruction data with u16 LE. */
function encoder(): Encoder<CompactMessage> {
  const u8 = getU8Encoder();
  return getStructEncoder([
    ['numSigners', u8],
    ['numWritableSigners', u8],
    ['numWritableNonSigners', u8],
    ['accountKeys', getArrayEncoder(getAddressEncoder(), { size: u8 })],
    [
      'instructions',
      getArrayEncoder(
        getStructEncoder([
          ['programIdIndex', u8],
          ['accountIndexes', addEncoderSizePrefix(getBytesEncoder(), u8)],
          ['data', addEncoderSizePrefix(getBytesEncoder(), getU16Encoder())],
        ]),
        { size: u8 },
      ),
    ],
    ['addressTableLookups', getArrayEncoder(u8, { size: u8 })],
  ]);
}

/** Compiles instructions that the vault signs. Keys stand in the order writable signers, signers, writable, read-only; the vault is first. */
export function compileVaultMessage(vault: Address, instructions: readonly Instruction[]): VaultMessage {
  const uses = new Map<KitAddress, { signer: boolean; writable: boolean }>([[kitAddress(vault), { signer: true, writable: true }]]);
  const use = (key: KitAddress, role: AccountRole): void => {
    const before = uses.get(key);
    uses.set(key, {
      signer: isSignerRole(role) || (before?.signer ?? false),
      writable: isWritableRole(role) || (before?.writable ?? false),
    });
  };
  for (const instruction of instructions) for (const account of instruction.accounts ?? []) use(account.address, account.role);
  for (const instruction of instructions) use(instruction.programAddress, AccountRole.READONLY);
  const select = (signer: boolean, writable: boolean): KitAddress[] =>
    [...uses].filter(([, flags]) => flags.signer === signer && flags.writable === writable).map(([key]) => key);
  const writableSigners = select(true, true);
  const readonlySigners = select(true, false);
  const writable = select(false, true);
  const keys = [...writableSigners, ...readonlySigners, ...writable, ...select(false, false)];
  const bytes = encoder().encode({
    numSigners: writableSigners.length + readonlySigners.length,
    numWritableSigners: writableSigners.length,
    numWritableNonSigners: writable.length,
    accountKeys: keys,
    instructions: instructions.map((instruction) => ({
      programIdIndex: keys.indexOf(instruction.programAddress),
      accountIndexes: Uint8Array.from(instruction.accounts ?? [], (account) => keys.indexOf(account.address)),
      data: instruction.data ?? new Uint8Array(),
    })),
    addressTableLookups: [],
  });
  const remainingAccounts = keys.map((key) => ({
    address: key,
    // The program signs for the vault: outside it is no signer.
    role: uses.get(key)?.writable === true ? AccountRole.WRITABLE : AccountRole.READONLY,
  }));
  return { bytes: Uint8Array.from(bytes), remainingAccounts };
}
