import { type Address, type Effect, NATIVE_ASSET, NATIVE_DECIMALS, tokenAsset } from '@countersign/core';
import { SYSTEM, TOKEN } from '../addresses/programs.ts';
import { tokenAccountOf } from '../addresses/squads-addresses.ts';
import { ByteReader } from '../bytes/byte-reader.ts';
import { Malformed } from '../bytes/malformed.ts';
import { expectDecimals } from '../expect-decimals.ts';
import { expectAddress } from '../instructions/read-accounts.ts';
import type { InstructionDecoder, Scope } from '../scope.ts';
import { walletBehind } from '../wallet-behind.ts';
import type { VaultInstruction } from './parse-vault-message.ts';

const SYSTEM_TRANSFER = 2;
const TOKEN_TRANSFER_CHECKED = 12;

/** An instruction of a vault transaction: a System transfer or a TransferChecked out of the vault, nothing else. */
export const decodeVaultInstruction: InstructionDecoder<VaultInstruction> = (instruction, position, scope) => {
  if (instruction.program === SYSTEM) return [systemTransfer(instruction, position, scope)];
  if (instruction.program === TOKEN) return [tokenTransfer(instruction, position, scope)];
  throw new Malformed(`lets the vault call program ${instruction.program}, which is not understood`);
};

/** System `Transfer`: u32 2, u64 lamports; accounts: from, to. */
function systemTransfer(instruction: VaultInstruction, position: number, scope: Scope): Effect {
  const [from, to] = readVaultAccounts(instruction, ['w', 'w']);
  const data = new ByteReader(instruction.data);
  if (data.u32() !== SYSTEM_TRANSFER) throw new Malformed('lets the vault call the system program for something else than a transfer');
  const amount = data.u64();
  data.end();
  expectAddress(from, scope.vault, 'the vault of this wallet');
  return {
    kind: 'asset_outflow',
    instruction: position,
    asset: NATIVE_ASSET,
    amount,
    decimals: NATIVE_DECIMALS,
    source: scope.vault,
    sourceAccount: scope.vault,
    destination: to,
    destinationAccount: to,
    spendingLimit: null,
  };
}

/** SPL Token `TransferChecked`: u8 12, u64 amount, u8 decimals; accounts: source, mint, destination, authority. */
function tokenTransfer(instruction: VaultInstruction, position: number, scope: Scope): Effect {
  const [source, mint, destination, authority] = readVaultAccounts(instruction, ['w', '-', 'w', '-']);
  const data = new ByteReader(instruction.data);
  if (data.u8() !== TOKEN_TRANSFER_CHECKED)
    throw new Malformed('lets the vault call the token program for something else than TransferChecked');
  const amount = data.u64();
  const decimals = data.u8();
  data.end();
  expectAddress(authority, scope.vault, 'the vault of this wallet');
  expectAddress(source, tokenAccountOf(scope.vault, mint), `token account of the vault for mint ${mint}`);
  expectDecimals(scope, tokenAsset(mint), decimals);
  return {
    kind: 'asset_outflow',
    instruction: position,
    asset: tokenAsset(mint),
    amount,
    decimals,
    source: scope.vault,
    sourceAccount: source,
    destination: walletBehind(scope, destination, mint),
    destinationAccount: destination,
    spendingLimit: null,
  };
}

/** The instruction's accounts, exactly as many as roles (`w` writable, `-` either). */
function readVaultAccounts<const Roles extends readonly ('-' | 'w')[]>(
  { accounts }: VaultInstruction,
  roles: Roles,
): { readonly [Index in keyof Roles]: Address } {
  if (accounts.length !== roles.length)
    throw new Malformed(`has an inner instruction with ${accounts.length} accounts where ${roles.length} are expected`);
  for (const [index, { address, writable }] of accounts.entries())
    if (roles[index] === 'w' && !writable) throw new Malformed(`cannot write to ${address} inside the vault transaction`);
  return accounts.map(({ address }) => address) as unknown as { readonly [Index in keyof Roles]: Address };
}
