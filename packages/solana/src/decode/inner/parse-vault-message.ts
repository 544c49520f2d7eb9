import type { Address } from '@countersign/core';
import { ByteReader } from '../bytes/byte-reader.ts';
import { Malformed } from '../bytes/malformed.ts';
import type { ResolvedInstruction } from '../resolved-instruction.ts';

/** What a vault transaction does, in Squads' compact form. */
export interface VaultMessage {
  readonly keys: readonly Address[];
  readonly instructions: readonly ResolvedInstruction[];
  /** Bytes of the program's own encoding (vectors with u32 lengths), for the rent of the transaction account. */
  readonly storedBytes: number;
}

/**
 * Squads' compact TransactionMessage: u8 signers, u8 writable signers, u8 writable others, keys (u8 length), instructions (u8 length;
 * each u8 program, accounts with u8 length, data with u16 length), lookups (u8 length). Strict: the vault is the first key and the only
 * signer, keys are distinct and all used, no lookups, no byte left over. Throws `Malformed`.
 */
export function parseVaultMessage(bytes: Uint8Array, vault: Address): VaultMessage {
  const reader = new ByteReader(bytes);
  const signers = reader.u8();
  const writableSigners = reader.u8();
  const writableOthers = reader.u8();
  const keys = reader.list(reader.u8(), () => reader.address());
  const compiled = reader.list(reader.u8(), () => ({
    program: reader.u8(),
    accounts: reader.bytes(reader.u8()),
    data: reader.bytes(reader.u16()),
  }));
  if (reader.u8() !== 0) throw new Malformed('uses a lookup table inside the vault transaction');
  reader.end();
  if (signers !== 1 || writableSigners !== 1) throw new Malformed('needs other signers than the vault inside the vault transaction');
  if (keys[0] !== vault) throw new Malformed('moves the funds of something else than the vault of this wallet');
  if (1 + writableOthers > keys.length) throw new Malformed('has a vault transaction whose header does not fit its keys');
  if (new Set(keys).size !== keys.length) throw new Malformed('names a key twice inside the vault transaction');
  const used = new Set<Address>([vault]);
  const keyAt = (index: number): Address => {
    const key = keys[index];
    if (key === undefined) throw new Malformed('names an account that the vault transaction does not have');
    used.add(key);
    return key;
  };
  const instructions = compiled.map(({ program, accounts, data }) => ({
    program: keyAt(program),
    accounts: Array.from(accounts, (index) => ({ address: keyAt(index), signer: index === 0, writable: index < 1 + writableOthers })),
    data,
  }));
  if (instructions.length === 0) throw new Malformed('has a vault transaction that does nothing');
  if (used.size !== keys.length) throw new Malformed('names a key inside the vault transaction that nothing uses');
  const storedBytes =
    3 + 4 + 32 * keys.length + 4 + compiled.reduce((sum, each) => sum + 9 + each.accounts.length + each.data.length, 0) + 4;
  return { keys, instructions, storedBytes };
}
