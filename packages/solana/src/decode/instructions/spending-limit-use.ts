import { type Address, type AssetOutflow, NATIVE_ASSET, NATIVE_DECIMALS, tokenAsset } from '@countersign/core';
import { SQUADS, SYSTEM, TOKEN } from '../addresses/programs.ts';
import { tokenAccountOf } from '../addresses/squads-addresses.ts';
import type { ByteReader } from '../bytes/byte-reader.ts';
import { Malformed } from '../bytes/malformed.ts';
import { expectDecimals } from '../expect-decimals.ts';
import type { ParsedInstruction } from '../parse-message.ts';
import type { Scope } from '../scope.ts';
import { expectAddress, readAccounts } from './read-accounts.ts';
import { endWithoutMemo } from './squads-args.ts';

/**
 * `spendingLimitUse`: u64 amount, u8 decimals, memo. Accounts: multisig, member (signs), spending limit, vault, destination, system
 * program, and for tokens mint, vault's and destination's token account, token program; Anchor writes an absent one as the program's own
 * id. The vault and both token accounts are derived; that the limit is this wallet's and has room is for the chain and the caller to say.
 */
export function decodeSpendingLimitUse(instruction: ParsedInstruction, args: ByteReader, position: number, scope: Scope): AssetOutflow {
  const [multisig, member, spendingLimit, vault, destination, system, mint, vaultAccount, destinationAccount, token] = readAccounts(
    instruction,
    ['-', 's', 'w', 'w', 'w', '-', '-', '-', '-', '-'],
  );
  const amount = args.u64();
  const decimals = args.u8();
  endWithoutMemo(args);
  const { agent, owner } = scope.context.addresses;
  expectAddress(multisig, scope.multisig, 'the multisig of this wallet');
  if (member !== agent && member !== owner) throw new Malformed(`spends with ${member}, which is neither agent nor owner`);
  expectAddress(vault, scope.vault, 'the vault of this wallet');
  expectAddress(system, SYSTEM, 'system program');
  const common = { kind: 'asset_outflow', instruction: position, amount, source: scope.vault, destination, spendingLimit } as const;
  if (mint === SQUADS) {
    for (const absent of [vaultAccount, destinationAccount, token]) expectAddress(absent, SQUADS, 'an account that SOL does not need');
    if (decimals !== NATIVE_DECIMALS) throw new Malformed(`states ${decimals} decimals for SOL`);
    return { ...common, asset: NATIVE_ASSET, decimals, sourceAccount: scope.vault, destinationAccount: destination };
  }
  expectAddress(token, TOKEN, 'token program');
  expectTokenAccount(vaultAccount, scope.vault, mint);
  expectTokenAccount(destinationAccount, destination, mint);
  expectWritable(instruction, 7);
  expectWritable(instruction, 8);
  expectDecimals(scope, tokenAsset(mint), decimals);
  return { ...common, asset: tokenAsset(mint), decimals, sourceAccount: vaultAccount, destinationAccount };
}

function expectTokenAccount(account: Address, owner: Address, mint: Address): void {
  expectAddress(account, tokenAccountOf(owner, mint), `token account of ${owner} for mint ${mint}`);
}

function expectWritable(instruction: ParsedInstruction, index: number): void {
  if (instruction.accounts[index]?.writable !== true) throw new Malformed(`cannot write to account ${index}`);
}
