import { type Address, type AssetId, type Effect, NATIVE_ASSET, tokenAsset } from '@countersign/core';
import { SQUADS, SYSTEM } from '../addresses/programs.ts';
import { multisigOf, programConfigOf, spendingLimitOf } from '../addresses/squads-addresses.ts';
import type { ByteReader } from '../bytes/byte-reader.ts';
import { Malformed } from '../bytes/malformed.ts';
import type { ResolvedInstruction } from '../resolved-instruction.ts';
import type { Scope } from '../scope.ts';
import { expectAddress, readAccounts } from './read-accounts.ts';
import { MULTISIG_GROWTH_LAMPORTS, MULTISIG_RENT_LAMPORTS, spendingLimitRentLamports } from './rent.ts';
import { addressList, endWithoutMemo, member } from './squads-args.ts';

const PERIOD_SECONDS: readonly (number | null)[] = [null, 86_400, 604_800, 2_592_000];

/**
 * `multisigCreateV2`: config authority, u16 threshold, members, u32 time lock, rent collector, memo. Accounts: program config, treasury,
 * multisig, create key (signs), creator (pays, signs), system program. The creation fee is not in the bytes: the simulation shows it.
 */
export function decodeCreateMultisig(
  instruction: ResolvedInstruction,
  args: ByteReader,
  position: number,
  scope: Scope,
): readonly Effect[] {
  const [config, , multisig, createKey, creator, system] = readAccounts(instruction, ['-', 'w', 'w', 's', 'ws', '-']);
  const owner = args.option(() => args.address());
  const threshold = args.u16();
  const count = args.u32();
  if (count * 33 > args.remaining) throw new Malformed('has a list of members that ends too early');
  const members = args.list(count, () => member(args));
  const timeLockSeconds = args.u32();
  const rentCollector = args.option(() => args.address());
  endWithoutMemo(args);
  if (owner === null) throw new Malformed('creates a multisig without a config authority');
  expectAddress(config, programConfigOf(), "Squads' program config");
  expectAddress(multisig, multisigOf(createKey), 'the multisig of its create key');
  expectAddress(multisig, scope.multisig, 'the multisig of this wallet');
  expectAddress(system, SYSTEM, 'system program');
  return [
    {
      kind: 'governance',
      instruction: position,
      wallet: multisig,
      action: 'create_wallet',
      owner,
      members,
      threshold,
      timeLockSeconds,
      rentCollector,
    },
    creation(position, multisig, creator, 'multisig account', MULTISIG_RENT_LAMPORTS + BigInt(Math.max(0, count - 2)) * 33n * 6_960n),
  ];
}

/**
 * `multisigAddSpendingLimit`: create key, u8 vault index, mint, u64 amount, u8 period, members, destinations, memo.
 * Accounts: multisig, config authority (signs), spending limit, rent payer (signs), system program.
 */
export function decodeAddSpendingLimit(
  instruction: ResolvedInstruction,
  args: ByteReader,
  position: number,
  scope: Scope,
): readonly Effect[] {
  const [multisig, authority, spendingLimit, payer, system] = readAccounts(instruction, ['-', 's', 'w', 'ws', '-']);
  const createKey = args.address();
  const vaultIndex = args.u8();
  const asset = assetOf(args.address());
  const amount = args.u64();
  const periodSeconds = PERIOD_SECONDS[args.u8()];
  const members = addressList(args);
  const destinations = addressList(args);
  endWithoutMemo(args);
  expectConfiguration(scope, multisig, authority);
  expectAddress(system, SYSTEM, 'system program');
  expectAddress(spendingLimit, spendingLimitOf(multisig, createKey), 'the spending limit of its create key');
  if (vaultIndex !== 0) throw new Malformed(`limits vault ${vaultIndex}, not vault 0`);
  if (periodSeconds === undefined || periodSeconds === null) throw new Malformed('adds a spending limit without a period');
  return [
    {
      kind: 'governance',
      instruction: position,
      wallet: multisig,
      action: 'add_limit',
      spendingLimit,
      asset,
      amount,
      periodSeconds,
      members,
      destinations,
    },
    creation(position, spendingLimit, payer, 'spending limit', spendingLimitRentLamports(members.length, destinations.length)),
  ];
}

/** `multisigRemoveSpendingLimit`: memo. Accounts: multisig, config authority (signs), spending limit, rent collector: the fee account. */
export function decodeRemoveSpendingLimit(
  instruction: ResolvedInstruction,
  args: ByteReader,
  position: number,
  scope: Scope,
): readonly Effect[] {
  const [multisig, authority, spendingLimit, collector] = readAccounts(instruction, ['-', 's', 'w', 'w']);
  endWithoutMemo(args);
  expectConfiguration(scope, multisig, authority);
  expectAddress(collector, scope.context.addresses.feeAccount, 'the fee account, which gets rent back');
  return [{ kind: 'governance', instruction: position, wallet: multisig, action: 'remove_limit', spendingLimit }];
}

/** `multisigAddMember`: member, memo. Accounts: multisig, config authority (signs), rent payer (signs), system program. */
export function decodeAddMember(instruction: ResolvedInstruction, args: ByteReader, position: number, scope: Scope): readonly Effect[] {
  const [multisig, authority, payer, system] = readAccounts(instruction, ['w', 's', 'ws', '-']);
  const { key, permissions } = member(args);
  endWithoutMemo(args);
  expectConfiguration(scope, multisig, authority);
  expectAddress(system, SYSTEM, 'system program');
  return [
    { kind: 'governance', instruction: position, wallet: multisig, action: 'add_member', member: key, permissions },
    creation(position, multisig, payer, 'growth of the multisig account', MULTISIG_GROWTH_LAMPORTS),
  ];
}

/** `multisigRemoveMember`: key, memo. Accounts: multisig, config authority (signs), no rent payer, system program. */
export function decodeRemoveMember(instruction: ResolvedInstruction, args: ByteReader, position: number, scope: Scope): readonly Effect[] {
  const [multisig, authority, payer, system] = readAccounts(instruction, ['w', 's', '-', '-']);
  const removed = args.address();
  endWithoutMemo(args);
  expectConfiguration(scope, multisig, authority);
  expectAddress(payer, SQUADS, 'an absent rent payer');
  expectAddress(system, SYSTEM, 'system program');
  return [{ kind: 'governance', instruction: position, wallet: multisig, action: 'remove_member', member: removed }];
}

/** Arguments, memo. Accounts of the settings that need no room: multisig, config authority (signs), no rent payer, system program or none. */
function readSetting(instruction: ResolvedInstruction, args: ByteReader, scope: Scope): Address {
  const [multisig, authority, payer, system] = readAccounts(instruction, ['w', 's', '-', '-']);
  endWithoutMemo(args);
  expectConfiguration(scope, multisig, authority);
  expectAddress(payer, SQUADS, 'an absent rent payer');
  if (system !== SQUADS) expectAddress(system, SYSTEM, 'system program');
  return multisig;
}

/** `multisigChangeThreshold`: u16 threshold, memo. */
export function decodeChangeThreshold(
  instruction: ResolvedInstruction,
  args: ByteReader,
  position: number,
  scope: Scope,
): readonly Effect[] {
  const threshold = args.u16();
  const wallet = readSetting(instruction, args, scope);
  return [{ kind: 'governance', instruction: position, wallet, action: 'set_threshold', threshold }];
}

/** `multisigSetTimeLock`: u32 seconds, memo. */
export function decodeSetTimeLock(instruction: ResolvedInstruction, args: ByteReader, position: number, scope: Scope): readonly Effect[] {
  const seconds = args.u32();
  const wallet = readSetting(instruction, args, scope);
  return [{ kind: 'governance', instruction: position, wallet, action: 'set_time_lock', seconds }];
}

/** `multisigSetConfigAuthority`: address, memo. */
export function decodeSetConfigAuthority(
  instruction: ResolvedInstruction,
  args: ByteReader,
  position: number,
  scope: Scope,
): readonly Effect[] {
  const authority = args.address();
  const wallet = readSetting(instruction, args, scope);
  scope.configuration.authority = authority;
  return [{ kind: 'governance', instruction: position, wallet, action: 'set_config_authority', authority }];
}

/** `multisigSetRentCollector`: option of an address, memo. */
export function decodeSetRentCollector(
  instruction: ResolvedInstruction,
  args: ByteReader,
  position: number,
  scope: Scope,
): readonly Effect[] {
  const rentCollector = args.option(() => args.address());
  const wallet = readSetting(instruction, args, scope);
  return [{ kind: 'governance', instruction: position, wallet, action: 'set_rent_collector', rentCollector }];
}

function expectConfiguration(scope: Scope, multisig: Address, authority: Address): void {
  expectAddress(multisig, scope.multisig, 'the multisig of this wallet');
  expectAddress(authority, scope.configuration.authority, 'the one who configures the wallet');
}

/** Squads writes SOL as the system program's address; wrapped SOL is a mint like any other. */
function assetOf(mint: Address): AssetId {
  return mint === SYSTEM ? NATIVE_ASSET : tokenAsset(mint);
}

function creation(instruction: number, account: Address, payer: Address, what: string, maximumRentLamports: bigint): Effect {
  return { kind: 'account_creation', instruction, account, payer, owner: null, what, maximumRentLamports };
}
