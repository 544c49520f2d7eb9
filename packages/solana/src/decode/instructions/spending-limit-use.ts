import { type AssetOutflow, NATIVE_ASSET, NATIVE_DECIMALS, tokenAsset } from '@countersign/core';
import { SQUADS, SYSTEM, TOKEN } from '../addresses/programs.ts';
import { tokenAccountOf } from '../addresses/token-account-of.ts';
import type { ByteReader } from '../bytes/byte-reader.ts';
import { Malformed } from '../bytes/malformed.ts';
import type { ResolvedInstruction } from '../resolved-instruction.ts';
import type { Scope } from '../scope.ts';
import { mintFacts, tokenHolding } from '../token-holding.ts';
import { expectAddress, readAccounts } from './read-accounts.ts';
import { endWithoutMemo } from './squads-args.ts';

/**
 * `spendingLimitUse`: u64 amount, u8 decimals, memo. Accounts: multisig, member (signs), spending limit, vault, destination, system
 * program, and for tokens mint, vault's and destination's token account, token program; Anchor writes an absent one as the program's own
 * id. The vault and both token accounts are derived; that the limit is this wallet's and has room is for the chain and the caller to say.
 */
export function decodeSpendingLimitUse(instruction: ResolvedInstruction, args: ByteReader, position: number, scope: Scope): AssetOutflow {
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
    return { ...common, asset: NATIVE_ASSET, decimals, sourceAccount: scope.vault, destinationAccount: destination, hazards: [] };
  }
  expectAddress(token, TOKEN, 'token program');
  expectAddress(vaultAccount, tokenAccountOf(scope.vault, mint, TOKEN), `token account of the vault for mint ${mint}`);
  expectAddress(destinationAccount, tokenAccountOf(destination, mint, TOKEN), `token account of ${destination} for mint ${mint}`);
  expectWritable(instruction, 7);
  expectWritable(instruction, 8);
  const { hazards } = mintFacts(scope, TOKEN, mint, decimals);
  const from = tokenHolding(scope, TOKEN, vaultAccount, mint);
  const to = tokenHolding(scope, TOKEN, destinationAccount, mint);
  if (from !== null && from.owner !== scope.vault) throw new Malformed(`spends from ${vaultAccount}, which belongs to ${from.owner}`);
  return {
    ...common,
    destination: to?.owner ?? destination,
    asset: tokenAsset(mint),
    decimals,
    sourceAccount: vaultAccount,
    destinationAccount,
    hazards: [...new Set([...hazards, ...(from?.hazards ?? []), ...(to?.hazards ?? [])])],
  };
}

function expectWritable(instruction: ResolvedInstruction, index: number): void {
  if (instruction.accounts[index]?.writable !== true) throw new Malformed(`cannot write to account ${index}`);
}
