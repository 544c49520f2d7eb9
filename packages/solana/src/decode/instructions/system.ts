import { type Address, type Effect, NATIVE_ASSET, NATIVE_DECIMALS } from '@countersign/core';
import { RECENT_BLOCKHASHES_SYSVAR, RENT_SYSVAR } from '../addresses/programs.ts';
import { seededAddress } from '../addresses/seeded-address.ts';
import type { ByteReader } from '../bytes/byte-reader.ts';
import { Malformed } from '../bytes/malformed.ts';
import type { InstructionDecoder, Scope } from '../scope.ts';
import { expectUnshared, tokenHolding } from '../token-holding.ts';
import { isOwnAddress, isOwnTokenAccount } from '../wallet-accounts.ts';
import { numbered } from './numbered.ts';
import { expectAddress } from './read-accounts.ts';
import { type AnyStep, authorityChange, foreign, nothing, refused, type Shape, shape } from './shape.ts';

/** System program (solana-system-interface, bincode): u32 instruction number, then its arguments. */
const SHAPES: readonly Shape[] = [
  shape('System CreateAccount', ['ws', 'ws'], newAccount, ({ accounts: [payer, account], args, ...step }) =>
    creation({ ...step, accounts: [payer, account], args }, payer, account, args),
  ),
  shape(
    'System Assign',
    ['ws'],
    (args) => args.address(),
    (step) => authorityChange(step, step.accounts[0], 'owning program', step.args, plain(step)),
  ),
  shape(
    'System Transfer',
    ['ws', 'w'],
    (args) => args.u64(),
    (step) => transfer(step, step.accounts[0], step.accounts[1], step.args),
  ),
  shape(
    'System CreateAccountWithSeed',
    ['ws', 'w'],
    (args) => ({ base: args.address(), seed: args.seed(), ...newAccount(args) }),
    (step) => {
      const [payer, account] = step.accounts;
      const { base, seed, owner } = step.args;
      const [signer] = step.more;
      if (step.more.length > 1) throw new Malformed('has too many accounts');
      if (signer !== undefined ? signer.address !== base || !signer.signer : base !== payer)
        throw new Malformed(`lacks the signature of ${base}`);
      expectAddress(account, seededAddress(base, seed, owner), 'the account of its seed');
      return creation(step, payer, account, step.args);
    },
    'more',
  ),
  shape('System AdvanceNonceAccount', ['w', '-', 's'], nothing, (step) => {
    expectAddress(step.accounts[1], RECENT_BLOCKHASHES_SYSVAR, 'the recent blockhashes');
    return refused(step, `uses up durable nonce ${step.accounts[0]}; a message over a durable nonce does not expire`);
  }),
  shape(
    'System WithdrawNonceAccount',
    ['w', 'w', '-', '-', 's'],
    (args) => args.u64(),
    (step) => {
      const [nonce, to, blockhashes, rent, authority] = step.accounts;
      expectAddress(blockhashes, RECENT_BLOCKHASHES_SYSVAR, 'the recent blockhashes');
      expectAddress(rent, RENT_SYSVAR, 'the rent');
      return derivedOutflow(step, nonce, authority, to, step.args, `the SOL leaves nonce account ${nonce}`);
    },
  ),
  shape(
    'System InitializeNonceAccount',
    ['w', '-', '-'],
    (args) => args.address(),
    (step) => {
      expectAddress(step.accounts[1], RECENT_BLOCKHASHES_SYSVAR, 'the recent blockhashes');
      expectAddress(step.accounts[2], RENT_SYSVAR, 'the rent');
      return authorityChange(step, step.accounts[0], 'nonce authority', step.args);
    },
  ),
  shape(
    'System AuthorizeNonceAccount',
    ['w', 's'],
    (args) => args.address(),
    (step) => authorityChange(step, step.accounts[0], 'nonce authority', step.args),
  ),
  shape(
    'System Allocate',
    ['ws'],
    (args) => args.u64(),
    (step) => refused(step, `gives ${step.accounts[0]} ${step.args} bytes of data, after which it can pay nothing`, plain(step)),
  ),
  shape(
    'System AllocateWithSeed',
    ['w', 's'],
    (args) => ({ base: args.address(), seed: args.seed(), bytes: args.u64(), owner: args.address() }),
    (step) => seededAssignment(step, step.accounts, step.args),
  ),
  shape(
    'System AssignWithSeed',
    ['w', 's'],
    (args) => ({ base: args.address(), seed: args.seed(), owner: args.address() }),
    (step) => seededAssignment(step, step.accounts, step.args),
  ),
  shape(
    'System TransferWithSeed',
    ['w', 's', 'w'],
    (args) => ({ lamports: args.u64(), seed: args.seed(), owner: args.address() }),
    (step) => {
      const [from, base, to] = step.accounts;
      expectAddress(from, seededAddress(base, step.args.seed, step.args.owner), 'the account of its seed');
      return derivedOutflow(step, from, base, to, step.args.lamports, `the SOL leaves account ${from}, which derives from the vault`);
    },
  ),
  shape('System UpgradeNonceAccount', ['w'], nothing, (step) => refused(step, `upgrades nonce account ${step.accounts[0]}`)),
  shape(
    'System CreateAccountAllowPrefund',
    ['ws'],
    newAccount,
    (step) => {
      const [account] = step.accounts;
      const [payer] = step.more;
      if (step.more.length > 1) throw new Malformed('has too many accounts');
      if (payer === undefined && step.args.lamports > 0n) throw new Malformed('lacks an account that pays');
      if (payer !== undefined && !(payer.signer && payer.writable)) throw new Malformed(`lacks the signature of ${payer.address}`);
      return creation(step, payer?.address ?? account, account, step.args);
    },
    'more',
  ),
];

export const decodeSystem: InstructionDecoder = numbered('System', SHAPES);

interface NewAccount {
  readonly lamports: bigint;
  readonly bytes: bigint;
  readonly owner: Address;
}

function newAccount(args: ByteReader): NewAccount {
  return { lamports: args.u64(), bytes: args.u64(), owner: args.address() };
}

function creation(step: AnyStep, payer: Address, account: Address, { lamports, owner }: NewAccount): readonly Effect[] {
  const { scope } = step;
  if (isOwnAddress(scope, account) && account !== scope.multisig)
    throw new Malformed(`makes ${account} of this wallet an account of program ${owner}`);
  if (scope.standing === 'called' && !isOwnAddress(scope, payer)) return foreign(step, [payer]);
  return [rent(step, payer, account, `account of program ${owner}`, lamports)];
}

function rent({ position }: AnyStep, payer: Address, account: Address, what: string, maximumRentLamports: bigint): Effect {
  return { kind: 'account_creation', instruction: position, account, payer, owner: null, what, maximumRentLamports };
}

/** Lamports out of the vault. To its own account of wrapped SOL they stay its own, unless that account has another owner by now. */
function transfer(step: AnyStep, from: Address, to: Address, amount: bigint): readonly Effect[] {
  const { scope, position } = step;
  if (from === scope.vault && to === scope.vault)
    return [{ kind: 'own_move', instruction: position, asset: NATIVE_ASSET, amount, from, to }];
  if (from === scope.vault) return [outOfVault(step, to, amount)];
  if (scope.standing === 'called' && from === scope.context.addresses.feeAccount)
    return [rent(step, from, to, 'lamports that a program moves', amount)];
  return foreign(step, [from]);
}

function outOfVault({ scope, position }: AnyStep, to: Address, amount: bigint): Effect {
  const wrapped = scope.wrappedNative.find(({ account }) => account === to);
  const holding = wrapped === undefined ? null : tokenHolding(scope, wrapped.program, to, wrapped.mint);
  if (holding?.owner === scope.vault) {
    expectUnshared(to, holding);
    return { kind: 'own_move', instruction: position, asset: NATIVE_ASSET, amount, from: scope.vault, to };
  }
  return nativeOutflow(scope, position, scope.vault, holding?.owner ?? to, to, amount, holding?.hazards ?? []);
}

/** Lamports out of an account that the vault controls by its signature. */
function derivedOutflow(step: AnyStep, from: Address, authority: Address, to: Address, amount: bigint, hazard: string): readonly Effect[] {
  const { scope, position } = step;
  if (authority !== scope.vault) return foreign(step, [from, authority]);
  if (to === scope.vault) return refused(step, `takes ${amount} lamports out of ${from}`);
  return [nativeOutflow(scope, position, from, to, to, amount, [hazard])];
}

function nativeOutflow(
  scope: Scope,
  instruction: number,
  sourceAccount: Address,
  destination: Address,
  destinationAccount: Address,
  amount: bigint,
  hazards: readonly string[],
): Effect {
  return {
    kind: 'asset_outflow',
    instruction,
    asset: NATIVE_ASSET,
    amount,
    decimals: NATIVE_DECIMALS,
    source: scope.vault,
    sourceAccount,
    destination,
    destinationAccount,
    spendingLimit: null,
    hazards,
  };
}

function seededAssignment(
  step: AnyStep,
  [account, signer]: readonly [Address, Address],
  { base, seed, owner }: { readonly base: Address; readonly seed: Uint8Array; readonly owner: Address },
): readonly Effect[] {
  expectAddress(signer, base, 'the base of its seed');
  expectAddress(account, seededAddress(base, seed, owner), 'the account of its seed');
  return authorityChange(step, account, 'owning program', owner, plain(step));
}

/** The accounts of an instruction but for token accounts: what this program still owns is none yet, whatever the transaction makes of it. */
function plain({ accounts, scope }: AnyStep): readonly Address[] {
  return accounts.filter((account) => !isOwnTokenAccount(scope, account));
}
