import type { Address, AgentPolicy, AssetId, AssetOutflow, Effect } from '@countersign/core';
import fc from 'fast-check';
import { arbitraryCall, arbitraryEffect, feeOf, outflowOf } from './arbitrary-effects.ts';
import { arbitraryAmount } from './arbitrary-policy.ts';
import { ASSETS, PEOPLE, PROGRAM, WALLET } from './cast.ts';

/** Every amount that a policy names, and what lies beside it. */
function amountsOf(policy: AgentPolicy, asset: AssetId): readonly bigint[] {
  const rule = policy.assets.find((each) => each.asset === asset);
  if (rule === undefined) return [1n];
  const { autonomous, delayed, ceiling } = rule.perTransaction;
  const named = [
    autonomous,
    delayed?.upTo ?? autonomous,
    ceiling,
    ...rule.windows.flatMap((window) => [window.autonomous, window.ceiling]),
  ];
  return named.flatMap((amount) => [amount / 2n, amount - 1n, amount, amount + 1n].filter((each) => each > 0n)).concat(1n);
}

/** An outflow that the policy may have been written for: its assets and people, amounts at its limits. */
export function arbitraryOutflowFor(policy: AgentPolicy): fc.Arbitrary<AssetOutflow> {
  const listed = policy.assets.map(({ asset }) => asset);
  const people = policy.recipients.map(({ address }): Address => (address === 'owner' ? WALLET.owner : address));
  const recipients = fc.constantFrom(...(people.length > 0 ? people : PEOPLE));
  return fc
    .oneof(
      { weight: 9, arbitrary: fc.constantFrom(...(listed.length > 0 ? listed : ASSETS)) },
      { weight: 1, arbitrary: fc.constantFrom(...ASSETS) },
    )
    .chain((asset) =>
      fc.record({
        asset: fc.constant(asset),
        amount: fc.oneof({ weight: 4, arbitrary: fc.constantFrom(...amountsOf(policy, asset)) }, { weight: 1, arbitrary: arbitraryAmount }),
        destination: fc.oneof({ weight: 5, arbitrary: recipients }, { weight: 1, arbitrary: fc.constantFrom(...PEOPLE) }),
      }),
    )
    .map(outflowOf);
}

export function arbitraryPaymentFor(policy: AgentPolicy): fc.Arbitrary<readonly Effect[]> {
  const few = fc.oneof(
    { weight: 3, arbitrary: fc.tuple(arbitraryOutflowFor(policy)) },
    { weight: 2, arbitrary: fc.array(arbitraryOutflowFor(policy), { minLength: 2, maxLength: 3 }) },
  );
  return few.map((all) => [...all, feeOf(10_000n)]);
}

/** What a countersigned call may hold. */
function arbitraryCallFor(policy: AgentPolicy): fc.Arbitrary<readonly Effect[]> {
  const { vault, feeAccount } = WALLET;
  const swap: Effect = { kind: 'program_call', instruction: 0, program: PROGRAM, data: 'aa01', accounts: [] };
  const others: readonly Effect[] = [
    { kind: 'own_move', instruction: 1, asset: ASSETS[0] as AssetId, amount: 5n, from: vault, to: PROGRAM },
    { kind: 'memo', instruction: 1, text: 'order 7' },
    { kind: 'delegate_revocation', instruction: 1, account: vault },
    { kind: 'account_closing', instruction: 1, account: PROGRAM, destination: vault, amountLamports: 5n },
    {
      kind: 'account_creation',
      instruction: 1,
      account: PROGRAM,
      payer: feeAccount,
      owner: vault,
      what: 'a token account',
      maximumRentLamports: 2_039_280n,
    },
    ...PEOPLE.map(
      (delegate): Effect => ({
        kind: 'delegate_approval',
        instruction: 1,
        asset: ASSETS[0] as AssetId,
        amount: 3n,
        account: vault,
        delegate,
      }),
    ),
  ];
  return fc
    .tuple(
      fc.oneof(fc.constant([swap]), fc.constant([]), fc.tuple(arbitraryCall)),
      fc.subarray([...others], { maxLength: 2 }),
      fc.array(arbitraryOutflowFor(policy), { maxLength: 1 }),
    )
    .map(([calls, more, outflows]) => [...calls, ...more, ...outflows, feeOf(15_000n)]);
}

/** Payments and calls that the policy may have been written for, and anything else. */
export function arbitraryMessageFor(policy: AgentPolicy): fc.Arbitrary<readonly Effect[]> {
  return fc.oneof(
    { weight: 6, arbitrary: arbitraryPaymentFor(policy) },
    { weight: 3, arbitrary: arbitraryCallFor(policy) },
    { weight: 1, arbitrary: fc.array(arbitraryEffect, { maxLength: 4 }) },
  );
}
