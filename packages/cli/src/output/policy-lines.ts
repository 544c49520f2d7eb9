import {
  type AgentPolicy,
  type AssetId,
  type AssetInfo,
  type ChainLimit,
  formatUnits,
  type Limit,
  NATIVE_ASSET,
  NATIVE_DECIMALS,
} from '@countersign/core';
import { duration } from './duration.ts';
import { facts, table } from './table.ts';

/** A policy in words and figures: what the agent may pay alone, what you countersign, and above what nothing leaves. */
export function policyLines(policy: AgentPolicy, assets: readonly AssetInfo[], chainLimits: readonly ChainLimit[]): readonly string[] {
  const rows = policy.assets.flatMap(({ asset, perTransaction, windows }) => [
    limitRow(asset, 'one payment', perTransaction, assets),
    ...windows.map((window) => limitRow('', `in ${duration(window.seconds)}`, window, assets, asset)),
  ]);
  const others = policy.otherRecipients === 'denied' ? 'nobody else is ever paid' : 'you countersign payments to anybody else';
  return [
    ...table(['asset', 'amount', 'the agent alone', 'with your signature', 'never more than'], rows),
    '',
    ...(policy.recipients.length === 0
      ? ['The agent pays nobody alone: the list of recipients is empty.']
      : table(
          ['recipient', 'label'],
          policy.recipients.map(({ address, label }) => [address, label]),
        )),
    '',
    ...facts([
      ['other recipients', others],
      ['network fee', `at most ${amountText(policy.fees.perTransactionLamports, NATIVE_ASSET, assets)} a payment`],
      ['rent', `at most ${amountText(policy.fees.rentPerTransactionLamports, NATIVE_ASSET, assets)} a payment`],
      ['signatures', `at most ${policy.signaturesPerMinute} a minute by the agent's key`],
    ]),
    '',
    ...(chainLimits.length === 0
      ? ['No spending limit on chain: the agent pays nothing alone.']
      : table(
          ['enforced by the chain', 'amount', 'in each period of', 'recipients'],
          chainLimits.map(({ asset, amount, periodSeconds, destinations }) => [
            asset,
            amountText(amount, asset, assets),
            duration(periodSeconds),
            String(destinations.length),
          ]),
        )),
  ];
}

function limitRow(shown: string, what: string, limit: Limit, assets: readonly AssetInfo[], asset = shown): readonly string[] {
  const text = (amount: bigint): string => amountText(amount, asset as AssetId, assets);
  const between = limit.ceiling > limit.autonomous ? `up to ${text(limit.ceiling)}` : 'none';
  return [shown, what, limit.autonomous === 0n ? 'none' : `up to ${text(limit.autonomous)}`, between, text(limit.ceiling)];
}

/** `0.25 SOL (250000000)`; in base units alone where the decimals are not known. */
export function amountText(amount: bigint, asset: AssetId, assets: readonly AssetInfo[]): string {
  const decimals = asset === NATIVE_ASSET ? NATIVE_DECIMALS : assets.find((info) => info.asset === asset)?.decimals;
  if (decimals === undefined) return `${amount} base units`;
  return `${formatUnits(amount, decimals)}${asset === NATIVE_ASSET ? ' SOL' : ''} (${amount})`;
}
