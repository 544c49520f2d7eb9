import type { Address, AssetInfo, BuiltMessage, Payment, WalletAddresses } from '@countersign/core';
import { mintOf } from '@countersign/core';
import type { Instruction } from '@solana/kit';
import { computeBudget, createTokenAccount, memoInstructions } from './common-instructions.ts';
import { compileMessage, type Lifetime } from './compile-message.ts';
import { COMPUTE_UNITS, computeUnits } from './compute-units.ts';
import { proposalSteps } from './proposal-steps.ts';
import { spendingLimitUse } from './squads-instructions.ts';
import type { VaultMessage } from './vault-message.ts';

/** What every payment needs to become bytes. */
export interface PaymentInput {
  readonly addresses: WalletAddresses;
  readonly payment: Payment;
  readonly asset: AssetInfo;
  /** Whether the recipient's token account has to be made first, at the fee account's cost. */
  readonly createsAccount: boolean;
  readonly priceMicroLamports: bigint;
  /** 0 to 65,535, another one for each message: two equal payments under one blockhash are then two transactions with two signatures. */
  readonly variation: number;
  readonly lifetime: Lifetime;
}

/** The agent pays alone: one `spendingLimitUse`, signed by the fee account and the agent. */
export async function buildAutonomousPayment(input: PaymentInput & { readonly spendingLimit: Address }): Promise<BuiltMessage> {
  const { addresses, payment, asset, spendingLimit } = input;
  const shape = mintOf(payment.asset) === null ? COMPUTE_UNITS.spendNative : COMPUTE_UNITS.spendToken;
  return assemble(input, shape, [await spendingLimitUse(addresses, spendingLimit, payment, asset)]);
}

/** Agent and owner pay together: the proposal's whole life in one message, signed by the fee account, the agent and the owner. */
export async function buildCountersignedPayment(
  input: PaymentInput & { readonly vaultMessage: VaultMessage; readonly transactionIndex: bigint },
): Promise<BuiltMessage> {
  const shape = mintOf(input.payment.asset) === null ? COMPUTE_UNITS.countersignedNative : COMPUTE_UNITS.countersignedToken;
  return assemble(input, shape, await proposalSteps(input.addresses, input.vaultMessage, input.transactionIndex));
}

async function assemble(input: PaymentInput, shape: number, steps: readonly Instruction[]): Promise<BuiltMessage> {
  const { addresses, payment, createsAccount, priceMicroLamports, variation, lifetime } = input;
  const mint = mintOf(payment.asset);
  const creations = createsAccount && mint !== null ? [await createTokenAccount(addresses.feeAccount, payment.recipient, mint)] : [];
  const units = computeUnits(shape, { createsAccount: creations.length > 0, memo: payment.memo !== null, variation });
  return compileMessage(
    addresses.feeAccount,
    [...computeBudget(units, priceMicroLamports), ...creations, ...steps, ...memoInstructions(payment.memo)],
    lifetime,
  );
}
