import { type Address, type AssetBounds, type AssetId, NATIVE_ASSET, tokenAsset } from '@countersign/core';
import { createClaims } from '../message/claims.ts';
import { deriveTokenAccount } from '../message/derive-address.ts';
import { parseMessage } from '../message/parse-message.ts';
import { type CreatesTokenAccount, splitMessage } from '../message/plain-instructions.ts';
import { SYSTEM_PROGRAM, TOKEN_ACCOUNT_RENT_LAMPORTS, TOKEN_PROGRAM } from '../message/programs.ts';
import { expectSquads, readSquads, type SquadsInstruction } from '../message/squads-instruction.ts';
import { Refused } from '../refusal.ts';
import { assertSigners } from './assert-signers.ts';
import type { SigningContext } from './signing-context.ts';

/** What a spend takes out of the vault, read from the message. */
export interface Spend {
  readonly asset: AssetId;
  readonly amount: bigint;
  readonly recipient: Address;
}

/**
 * Shape 1: the agent pays alone through one spending limit. INVARIANT I1: matched to the last byte; INVARIANT I5: what is not listed
 * is refused. The windows are the caller's.
 */
export function matchSpend(bytes: Uint8Array, context: SigningContext): Spend {
  const message = parseMessage(bytes);
  const claims = createClaims(message);
  const { feeLamports, creates, others } = splitMessage(message, claims);
  const [only, extra] = others;
  if (!only || extra) throw new Refused('unknown_shape', 'a spend has exactly one spendingLimitUse', extra?.at ?? null);
  const use = expectSquads(readSquads(message, only, claims), 'spendingLimitUse');
  claims.assertExact();
  assertSigners(message, [context.feeAccount, context.agent]);
  const { bounds } = context;
  if (feeLamports > bounds.feeCapLamports) throw new Refused('fee_too_high', 'the fee is over the cap of the bounds');
  if (use.account('multisig') !== context.multisig) throw new Refused('wrong_wallet', 'is of another multisig', use.at);
  if (use.account('member') !== context.agent) throw new Refused('wrong_wallet', 'is not by this agent', use.at);
  if (use.account('vault') !== context.vault) throw new Refused('wrong_wallet', 'is not from vault 0 of this wallet', use.at);
  const spend = use.roles.get('mint') === null ? readNative(use) : readToken(use, context);
  const asset = bounds.assets.find((each) => each.asset === spend.asset);
  if (!asset) throw new Refused('unknown_shape', 'the bounds do not name this asset', use.at);
  assertWithin(spend, asset, use);
  assertCreates(creates, spend, context, use.at);
  return spend;
}

function readNative(use: SquadsInstruction<'spendingLimitUse'>): Spend {
  const absent = ['vaultTokenAccount', 'destinationTokenAccount', 'tokenProgram'].every((role) => use.roles.get(role) === null);
  if (!absent || use.roles.get('systemProgram') !== SYSTEM_PROGRAM)
    throw new Refused('unknown_shape', 'is neither a native nor a token spend', use.at);
  return { asset: NATIVE_ASSET, amount: use.data.amount, recipient: use.account('destination') };
}

function readToken(use: SquadsInstruction<'spendingLimitUse'>, { vault }: SigningContext): Spend {
  const mint = use.account('mint');
  const recipient = use.account('destination');
  const system = use.roles.get('systemProgram');
  if (use.account('tokenProgram') !== TOKEN_PROGRAM || (system !== null && system !== SYSTEM_PROGRAM))
    throw new Refused('unknown_shape', 'is of another token program', use.at);
  if (use.account('vaultTokenAccount') !== deriveTokenAccount(vault, mint))
    throw new Refused('wrong_wallet', "is not from the vault's token account", use.at);
  if (use.account('destinationTokenAccount') !== deriveTokenAccount(recipient, mint))
    throw new Refused('recipient_not_listed', "is not to the recipient's token account", use.at);
  return { asset: tokenAsset(mint), amount: use.data.amount, recipient };
}

function assertWithin(spend: Spend, asset: AssetBounds, use: SquadsInstruction<'spendingLimitUse'>): void {
  if (!asset.limits.includes(use.account('spendingLimit')))
    throw new Refused('wrong_wallet', 'uses a spending limit that the bounds do not name', use.at);
  if (use.data.decimals !== asset.decimals) throw new Refused('unknown_shape', 'has other decimals than the bounds', use.at);
  if (!asset.recipients.includes(spend.recipient)) throw new Refused('recipient_not_listed', 'is to a recipient who is not listed', use.at);
  if (spend.amount === 0n) throw new Refused('unknown_shape', 'pays nothing', use.at);
  if (spend.amount > asset.perTransaction) throw new Refused('over_transaction_cap', 'is over the cap of one transaction', use.at);
}

function assertCreates(creates: readonly CreatesTokenAccount[], spend: Spend, context: SigningContext, at: number): void {
  if (creates.length > 1) throw new Refused('unknown_shape', 'creates more than one token account', creates[1]?.at ?? null);
  for (const create of creates) {
    if (create.payer !== context.feeAccount) throw new Refused('unknown_shape', 'rent is not paid by the fee account', create.at);
    if (create.owner !== spend.recipient || tokenAsset(create.mint) !== spend.asset || create.at > at)
      throw new Refused('unknown_shape', 'creates a token account that this spend does not pay to', create.at);
    if (TOKEN_ACCOUNT_RENT_LAMPORTS > context.bounds.rentCapLamports)
      throw new Refused('fee_too_high', 'the rent is over the cap of the bounds', create.at);
  }
}
