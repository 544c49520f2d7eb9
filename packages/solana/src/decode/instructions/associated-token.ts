import { type Address, type Effect, tokenAsset } from '@countersign/core';
import { RENT_SYSVAR, SYSTEM, TOKEN } from '../addresses/programs.ts';
import { tokenAccountOf } from '../addresses/token-account-of.ts';
import { ByteReader } from '../bytes/byte-reader.ts';
import { Malformed } from '../bytes/malformed.ts';
import type { InstructionDecoder } from '../scope.ts';
import { tokenHolding } from '../token-holding.ts';
import { isOurs, isTokenProgram } from '../wallet-accounts.ts';
import { expectAddress } from './read-accounts.ts';
import { rentLamports, TOKEN_ACCOUNT_RENT_LAMPORTS } from './rent.ts';
import { type AnyStep, foreign, nothing, type Shape, shape } from './shape.ts';

/** The most that a token account of Token-2022 has when it is new: 165, kind 1, and 4 for each extension with its value. */
const EXTENDED_TOKEN_ACCOUNT_BYTES = 165 + 1 + 4 + 12 + 4 + 5 + 4;

const CREATE_ROLES = ['ws', 'w', '-', '-', '-', '-'] as const;
const create = shape('Associated Token Create', CREATE_ROLES, nothing, (step) => creation(step, step.accounts), 'more');

/** Associated token program: u8 0 or no data `Create`, 1 `CreateIdempotent`, 2 `RecoverNested`. */
const SHAPES: readonly Shape[] = [
  create,
  shape('Associated Token CreateIdempotent', CREATE_ROLES, nothing, (step) => creation(step, step.accounts), 'more'),
  shape('Associated Token RecoverNested', ['w', '-', 'w', '-', '-', 'ws', '-'], nothing, (step) => recovery(step, step.accounts)),
];

export const decodeAssociatedToken: InstructionDecoder = (instruction, position, scope) => {
  const args = new ByteReader(instruction.data);
  if (instruction.data.length === 0) return create.decode(instruction, args, position, scope);
  const number = args.u8();
  const found = SHAPES[number];
  if (!found) throw new Malformed(`is Associated Token instruction ${number}, which is not understood`);
  return found.decode(instruction, args, position, scope);
};

/** Accounts: payer (signs), token account, owner, mint, system program, token program; older clients add the rent sysvar. */
function creation(
  step: AnyStep,
  [payer, account, owner, mint, system, token]: readonly [Address, Address, Address, Address, Address, Address],
): readonly Effect[] {
  const { scope, position } = step;
  const [rent] = step.more;
  if (step.more.length > 1) throw new Malformed('has too many accounts');
  if (rent !== undefined) expectAddress(rent.address, RENT_SYSVAR, 'the rent');
  expectAddress(system, SYSTEM, 'system program');
  if (!isTokenProgram(token)) throw new Malformed(`names ${token} as token program`);
  expectAddress(account, tokenAccountOf(owner, mint, token), `token account of ${owner} for mint ${mint}`);
  if (scope.standing === 'called' && !isOurs(scope, payer)) return foreign(step, [payer]);
  scope.tokenAccounts.set(account, { owner, mint, program: token });
  const maximumRentLamports = token === TOKEN ? TOKEN_ACCOUNT_RENT_LAMPORTS : rentLamports(EXTENDED_TOKEN_ACCOUNT_BYTES);
  const what = `token account of ${owner} for mint ${mint}`;
  return [{ kind: 'account_creation', instruction: position, account, payer, owner, what, maximumRentLamports }];
}

/**
 * Tokens sent by mistake to a token account of a token account go to the wallet's own, the nested account is closed, its rent goes to the
 * wallet. Accounts: nested, its mint, the wallet's account of that mint, the account that owns the nested one, its mint, wallet, token program.
 */
function recovery(
  step: AnyStep,
  [nested, nestedMint, destination, holder, holderMint, wallet, token]: readonly [
    Address,
    Address,
    Address,
    Address,
    Address,
    Address,
    Address,
  ],
): readonly Effect[] {
  const { scope, position } = step;
  if (!isTokenProgram(token)) throw new Malformed(`names ${token} as token program`);
  expectAddress(holder, tokenAccountOf(wallet, holderMint, token), `token account of ${wallet} for mint ${holderMint}`);
  expectAddress(nested, tokenAccountOf(holder, nestedMint, token), `token account of ${holder} for mint ${nestedMint}`);
  expectAddress(destination, tokenAccountOf(wallet, nestedMint, token), `token account of ${wallet} for mint ${nestedMint}`);
  if (wallet !== scope.vault) return foreign(step, [wallet, nested]);
  const from = tokenHolding(scope, token, nested, nestedMint);
  const to = tokenHolding(scope, token, destination, nestedMint);
  if (!from?.chain || from.owner !== holder) throw new Malformed(`recovers tokens from ${nested}, whose balance is not known`);
  if (to?.owner !== scope.vault) throw new Malformed(`recovers tokens into ${destination}, which is not the vault's`);
  return [
    { kind: 'own_move', instruction: position, asset: tokenAsset(nestedMint), amount: from.chain.amount, from: nested, to: destination },
    { kind: 'account_closing', instruction: position, account: nested, destination: wallet, amountLamports: from.chain.lamports },
  ];
}
