import { type AgentPolicy, type AssetId, type AssetInfo, type ChainLimit, type Limit, NATIVE_ASSET } from '@countersign/core';
import { amountText } from './amount-text.ts';
import { duration } from './duration.ts';
import { programLines } from './policy-program-lines.ts';
import { watchFacts } from './policy-watch-facts.ts';
import { facts, table } from './table.ts';

/** A policy in words and figures, all of it: what the agent may pay alone, what waits, what you countersign, and above what nothing leaves. */
export function policyLines(policy: AgentPolicy, assets: readonly AssetInfo[], chainLimits: readonly ChainLimit[]): readonly string[] {
  const native = (amount: bigint): string => amountText(amount, NATIVE_ASSET, assets);
  const { fees } = policy;
  return [
    ...(policy.assets.length === 0 ? ['No asset is listed: nothing is ever paid.'] : limitLines(policy, assets)),
    '',
    ...recipientLines(policy, assets),
    '',
    ...facts([
      ['other recipients', policy.otherRecipients === 'denied' ? 'nobody else is ever paid' : 'you countersign payments to anybody else'],
      ...watchFacts(policy),
      ['network fee', `at most ${native(fees.perTransactionLamports)} a transaction`],
      ['rent', `at most ${native(fees.rentPerTransactionLamports)} a transaction`],
      ...fees.windows.map(
        ({ seconds, ceilingLamports }) => ['fee and rent', `at most ${native(ceilingLamports)} in ${duration(seconds)}`] as const,
      ),
      ['signatures', `at most ${policy.signaturesPerMinute} a minute by the agent's key`],
    ]),
    '',
    ...programLines(policy.programs),
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

function limitLines(policy: AgentPolicy, assets: readonly AssetInfo[]): readonly string[] {
  const rows = policy.assets.flatMap(({ asset, perTransaction, windows }) => {
    const text = (amount: bigint): string => amountText(amount, asset, assets);
    const { delayed } = perTransaction;
    const after = delayed === null ? '' : `up to ${text(delayed.upTo)} after ${duration(delayed.delaySeconds)}`;
    return [
      limitRow(asset, 'one payment', perTransaction, text, after, delayed?.upTo),
      ...windows.map((window) => limitRow('', `in ${duration(window.seconds)}`, window, text)),
    ];
  });
  const groups = policy.groups.flatMap(({ name, scope, windows }) =>
    windows.map((window) =>
      limitRow(`group ${name}`, `in ${duration(window.seconds)}${scope === 'owner' ? ', all wallets of yours' : ''}`, window, String),
    ),
  );
  const counts = policy.transactions.map(({ seconds, autonomous, ceiling }) =>
    limitRow('transactions', `in ${duration(seconds)}`, { autonomous: BigInt(autonomous), ceiling: BigInt(ceiling) }, String),
  );
  return [
    ...table(
      ['asset', 'amount', 'the agent alone', 'alone after a delay', 'with your signature', 'never more than'],
      [...rows, ...groups, ...counts],
    ),
    ...policy.groups.map(
      ({ name, members }) => `group ${name} counts ${members.map(({ asset, weight }) => `${weight} a base unit of ${asset}`).join(', ')}`,
    ),
  ];
}

function limitRow(
  what: string,
  amount: string,
  { autonomous, ceiling }: Limit,
  text: (amount: bigint) => string,
  after = '',
  alone: bigint = autonomous,
): readonly string[] {
  const between = ceiling > alone ? `up to ${text(ceiling)}` : 'none';
  return [what, amount, autonomous === 0n ? 'none' : `up to ${text(autonomous)}`, after === '' ? '-' : after, between, text(ceiling)];
}

function recipientLines({ recipients }: AgentPolicy, assets: readonly AssetInfo[]): readonly string[] {
  if (recipients.length === 0) return ['The agent pays nobody alone: the list of recipients is empty.'];
  const within = (asset: AssetId, seconds: number, { autonomous, ceiling }: Limit): string =>
    `${asset} in ${duration(seconds)}: alone ${amountText(autonomous, asset, assets)}, never more than ${amountText(ceiling, asset, assets)}`;
  return table(
    ['recipient', 'label', 'limits of its own'],
    recipients.flatMap(({ address, label, windows }) => {
      const who = address === 'owner' ? 'owner (you)' : address;
      if (windows.length === 0) return [[who, label, '-']];
      return windows.map((window, index) => [
        index === 0 ? who : '',
        index === 0 ? label : '',
        within(window.asset, window.seconds, window),
      ]);
    }),
  );
}
