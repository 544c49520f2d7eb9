import { type Address, type Effect, tokenAsset } from '@countersign/core';
import { RENT_SYSVAR } from '../addresses/programs.ts';
import type { ByteReader } from '../bytes/byte-reader.ts';
import { Malformed } from '../bytes/malformed.ts';
import { mintFacts } from '../token-holding.ts';
import { isOwnTokenAccount } from '../wallet-accounts.ts';
import { expectAddress } from './read-accounts.ts';
import { type AnyStep, authorityChange, foreign, nothing, refused, type Shape, shape } from './shape.ts';
import { authorityKind, extensionTypes, optionalAddress } from './token-args.ts';
import {
  actsOnVault,
  closeTokenAccount,
  holdingActedOn,
  moveTokens,
  syncNative,
  unwrapLamports,
  withdrawExcessLamports,
} from './token-moves.ts';

const amount = (args: ByteReader): bigint => args.u64();
const checkedAmount = (args: ByteReader): { readonly amount: bigint; readonly decimals: number } => ({
  amount: args.u64(),
  decimals: args.u8(),
});
const newMint = (args: ByteReader): { readonly decimals: number; readonly mint: Address; readonly freeze: Address | null } => ({
  decimals: args.u8(),
  mint: args.address(),
  freeze: optionalAddress(args),
});

/**
 * The instructions that both token programs have, by number (spl-token-interface, p-token of SIMD-0266, spl-token-2022-interface): u8 number,
 * then its arguments. Owners may be a token multisig, whose signers then follow. `authorities`: how many kinds SetAuthority knows.
 */
export function tokenInstructions(program: string, authorities: 4 | 18): ReadonlyMap<number, Shape> {
  const name = (instruction: string): string => `${program} ${instruction}`;
  return new Map<number, Shape>([
    [0, shape(name('InitializeMint'), ['w', '-'], newMint, (step) => initializeMint(step, step.accounts[0], step.args, step.accounts[1]))],
    [
      1,
      shape(name('InitializeAccount'), ['w', '-', '-', '-'], nothing, (step) =>
        initializeAccount(step, step.accounts[0], step.accounts[2], step.accounts[3]),
      ),
    ],
    [
      2,
      shape(
        name('InitializeMultisig'),
        ['w', '-'],
        (args) => args.u8(),
        (step) => initializeMultisig(step),
        'more',
      ),
    ],
    [3, shape(name('Transfer'), ['w', 'w', 's'], amount, (step) => transfer(step, step.accounts, step.args), 'more')],
    [
      4,
      shape(
        name('Approve'),
        ['w', '-', 's'],
        amount,
        (step) => approve(step, [step.accounts[0], null, ...tail(step.accounts)], step.args, null),
        'more',
      ),
    ],
    [5, shape(name('Revoke'), ['w', 's'], nothing, (step) => revoke(step, step.accounts), 'more')],
    [
      6,
      shape(
        name('SetAuthority'),
        ['w', 's'],
        (args) => ({ kind: authorityKind(args, authorities), to: optionalAddress(args) }),
        setAuthority,
        'more',
      ),
    ],
    [7, shape(name('MintTo'), ['w', 'w', 's'], amount, minting, 'more')],
    [8, shape(name('Burn'), ['w', 'w', 's'], amount, (step) => burn(step, step.accounts, step.args, null), 'more')],
    [9, shape(name('CloseAccount'), ['w', 'w', 's'], nothing, (step) => closeTokenAccount(step, ...step.accounts), 'more')],
    [10, shape(name('FreezeAccount'), ['w', '-', 's'], nothing, (step) => refused(step, `freezes ${step.accounts[0]}`), 'more')],
    [11, shape(name('ThawAccount'), ['w', '-', 's'], nothing, (step) => refused(step, `thaws ${step.accounts[0]}`), 'more')],
    [
      12,
      shape(
        name('TransferChecked'),
        ['w', '-', 'w', 's'],
        checkedAmount,
        (step) => transferChecked(step, step.accounts, step.args),
        'more',
      ),
    ],
    [
      13,
      shape(
        name('ApproveChecked'),
        ['w', '-', '-', 's'],
        checkedAmount,
        (step) => approve(step, step.accounts, step.args.amount, step.args.decimals),
        'more',
      ),
    ],
    [14, shape(name('MintToChecked'), ['w', 'w', 's'], checkedAmount, minting, 'more')],
    [
      15,
      shape(
        name('BurnChecked'),
        ['w', 'w', 's'],
        checkedAmount,
        (step) => burn(step, step.accounts, step.args.amount, step.args.decimals),
        'more',
      ),
    ],
    [
      16,
      shape(
        name('InitializeAccount2'),
        ['w', '-', '-'],
        (args) => args.address(),
        (step) => initializeAccount(step, step.accounts[0], step.args, step.accounts[2]),
      ),
    ],
    [17, shape(name('SyncNative'), ['w'], nothing, sync, 'more')],
    [
      18,
      shape(
        name('InitializeAccount3'),
        ['w', '-'],
        (args) => args.address(),
        (step) => initializeAccount(step, step.accounts[0], step.args, null),
      ),
    ],
    [
      19,
      shape(
        name('InitializeMultisig2'),
        ['w'],
        (args) => args.u8(),
        (step) => initializeMultisig(step),
        'more',
      ),
    ],
    [20, shape(name('InitializeMint2'), ['w'], newMint, (step) => initializeMint(step, step.accounts[0], step.args, null))],
    [21, shape(name('GetAccountDataSize'), ['-'], extensionTypes, (step) => onlyTells(step))],
    [22, shape(name('InitializeImmutableOwner'), ['w'], nothing, (step) => onlyTells(step))],
    [23, shape(name('AmountToUiAmount'), ['-'], amount, (step) => onlyTells(step))],
    [
      24,
      shape(
        name('UiAmountToAmount'),
        ['-'],
        (args) => args.rest(),
        (step) => onlyTells(step),
      ),
    ],
    [38, shape(name('WithdrawExcessLamports'), ['w', 'w', 's'], nothing, (step) => withdrawExcessLamports(step, ...step.accounts), 'more')],
    [
      45,
      shape(
        name('UnwrapLamports'),
        ['w', 'w', 's'],
        (args) => args.option(() => args.u64()),
        (step) => unwrapLamports(step, ...step.accounts, step.args),
        'more',
      ),
    ],
  ]);
}

function tail([, delegate, owner]: readonly [Address, Address, Address]): readonly [Address, Address] {
  return [delegate, owner];
}

function transfer(step: AnyStep, [source, destination, authority]: readonly [Address, Address, Address], moved: bigint): readonly Effect[] {
  return moveTokens(step, { source, destination, authority, mint: null, decimals: null, amount: moved });
}

function transferChecked(
  step: AnyStep,
  [source, mint, destination, authority]: readonly [Address, Address, Address, Address],
  moved: { readonly amount: bigint; readonly decimals: number },
): readonly Effect[] {
  return moveTokens(step, { source, destination, authority, mint, ...moved });
}

function approve(
  step: AnyStep,
  [account, mint, delegate, owner]: readonly [Address, Address | null, Address, Address],
  approved: bigint,
  decimals: number | null,
): readonly Effect[] {
  const holding = holdingActedOn(step, account, mint);
  if (!actsOnVault(step, holding)) return foreign(step, [holding.owner, account, delegate, owner]);
  mintFacts(step.scope, step.program, holding.mint, decimals);
  return [{ kind: 'delegate_approval', instruction: step.position, asset: tokenAsset(holding.mint), amount: approved, account, delegate }];
}

function revoke(step: AnyStep, [account, owner]: readonly [Address, Address]): readonly Effect[] {
  const holding = holdingActedOn(step, account, null);
  if (!actsOnVault(step, holding)) return foreign(step, [holding.owner, account, owner]);
  return [{ kind: 'delegate_revocation', instruction: step.position, account }];
}

function burn(
  step: AnyStep,
  [account, mint, authority]: readonly [Address, Address, Address],
  burned: bigint,
  decimals: number | null,
): readonly Effect[] {
  const holding = holdingActedOn(step, account, mint);
  if (!actsOnVault(step, holding)) return foreign(step, [holding.owner, account, authority]);
  mintFacts(step.scope, step.program, mint, decimals);
  return [{ kind: 'burn', instruction: step.position, asset: tokenAsset(mint), amount: burned, account }];
}

/** The account may be a mint or a token account. */
function setAuthority(
  step: AnyStep & { readonly accounts: readonly [Address, Address]; readonly args: { readonly kind: string; readonly to: Address | null } },
): readonly Effect[] {
  const [account] = step.accounts;
  return authorityChange(step, account, step.args.kind, step.args.to);
}

/** Tokens are made; that they go to the vault is no harm where others make them. */
function minting(step: AnyStep & { readonly accounts: readonly [Address, Address, Address] }): readonly Effect[] {
  const [mint, account, authority] = step.accounts;
  return refused(step, `makes new tokens of ${mint} in ${account}`, [mint, authority]);
}

function initializeMint(
  step: AnyStep,
  mint: Address,
  { mint: authority, freeze }: { readonly mint: Address; readonly freeze: Address | null },
  rent: Address | null,
): readonly Effect[] {
  if (rent !== null) expectAddress(rent, RENT_SYSVAR, 'the rent');
  const effects = authorityChange(step, mint, 'mint authority', authority);
  return step.scope.standing === 'called' || freeze === null
    ? effects
    : [...effects, ...authorityChange(step, mint, 'freeze authority', freeze)];
}

/** A token account begins. What somebody else makes for the vault does it no harm; what the vault makes is not understood further. */
function initializeAccount(step: AnyStep, account: Address, owner: Address, rent: Address | null): readonly Effect[] {
  if (rent !== null) expectAddress(rent, RENT_SYSVAR, 'the rent');
  if (step.scope.standing === 'called') return foreign(step, isOwnTokenAccount(step.scope, account) ? [] : [account]);
  return authorityChange(step, account, 'account owner', owner);
}

function initializeMultisig(step: AnyStep): readonly Effect[] {
  return refused(step, `makes ${step.accounts[0] ?? 'an account'} a token multisig`);
}

function sync(step: AnyStep & { readonly accounts: readonly [Address] }): readonly Effect[] {
  const [rent] = step.more;
  if (step.more.length > 1) throw new Malformed('has too many accounts');
  if (rent !== undefined) expectAddress(rent.address, RENT_SYSVAR, 'the rent');
  return syncNative(step, step.accounts[0]);
}

/** Changes nothing that anybody has; only programs have a use for it. */
function onlyTells(step: AnyStep): readonly Effect[] {
  if (step.scope.standing === 'called') return foreign(step, []);
  throw new Malformed(`is ${step.name}, for which a vault has no use`);
}
