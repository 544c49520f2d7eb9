import type { Address, AssetOutflow, Effect, ProgramCall } from '@countersign/core';
import fc from 'fast-check';
import { arbitraryAmount } from './arbitrary-policy.ts';
import { ASSETS, LIMIT, MERCHANT, MERCHANTS_TWIN, PEOPLE, PROGRAM, STRANGER, WALLET, WRAPPED_NATIVE_ASSET } from './cast.ts';

export function outflowOf(change: Partial<AssetOutflow> & Pick<AssetOutflow, 'asset' | 'amount'>): AssetOutflow {
  return {
    kind: 'asset_outflow',
    instruction: 0,
    decimals: 9,
    source: WALLET.vault,
    sourceAccount: WALLET.vault,
    destination: MERCHANT,
    destinationAccount: change.destination ?? MERCHANT,
    spendingLimit: LIMIT,
    hazards: [],
    ...change,
  };
}
export function feeOf(amountLamports: bigint): Effect {
  return { kind: 'fee', instruction: null, payer: WALLET.feeAccount, amountLamports };
}

/** An outflow of the vault to people of the cast, such as a payment has. */
export const arbitraryOutflow: fc.Arbitrary<AssetOutflow> = fc
  .record({ asset: fc.constantFrom(...ASSETS), amount: arbitraryAmount, destination: fc.constantFrom(...PEOPLE) })
  .map(outflowOf);

const arbitraryAddress: fc.Arbitrary<Address> = fc.constantFrom(
  ...PEOPLE,
  STRANGER,
  MERCHANTS_TWIN,
  WALLET.vault,
  WALLET.multisig,
  WALLET.feeAccount,
  WALLET.agent,
  PROGRAM,
);
const arbitraryAsset = fc.constantFrom(...ASSETS, WRAPPED_NATIVE_ASSET);
const instruction = fc.nat({ max: 5 });

export const arbitraryCall: fc.Arbitrary<ProgramCall> = fc.record({
  kind: fc.constant('program_call' as const),
  instruction,
  program: fc.constantFrom(PROGRAM, STRANGER),
  data: fc.constantFrom('', 'aa', 'aabb', 'bbcc0000000000000000', 'bbcc00', 'cc'),
  accounts: fc.array(
    fc.record({
      address: arbitraryAddress,
      writable: fc.boolean(),
      signer: fc.boolean(),
      role: fc.constantFrom('vault' as const, 'own_token_account' as const, 'other' as const),
    }),
    { maxLength: 3 },
  ),
});

/** Any effect that the type allows. */
export const arbitraryEffect: fc.Arbitrary<Effect> = fc.oneof(
  { weight: 6, arbitrary: arbitraryOutflow },
  {
    weight: 2,
    arbitrary: fc
      .record({
        asset: arbitraryAsset,
        amount: arbitraryAmount,
        source: fc.constantFrom(WALLET.vault, STRANGER),
        destination: fc.oneof(arbitraryAddress, fc.constant(null)),
        spendingLimit: fc.constantFrom(LIMIT, null),
        hazards: fc.constantFrom([], ['a transfer hook runs on every transfer']),
      })
      .map((change): Effect => outflowOf({ ...change, destinationAccount: change.destination ?? STRANGER })),
  },
  { weight: 2, arbitrary: arbitraryAmount.map(feeOf) },
  { weight: 2, arbitrary: arbitraryCall },
  ...(
    [
      { kind: 'own_move', asset: arbitraryAsset, amount: arbitraryAmount, from: arbitraryAddress, to: arbitraryAddress },
      {
        kind: 'account_creation',
        account: arbitraryAddress,
        payer: arbitraryAddress,
        owner: fc.option(arbitraryAddress),
        what: fc.constant('a token account'),
        maximumRentLamports: arbitraryAmount,
      },
      { kind: 'account_closing', account: arbitraryAddress, destination: arbitraryAddress, amountLamports: fc.option(arbitraryAmount) },
      {
        kind: 'delegate_approval',
        asset: fc.option(arbitraryAsset),
        amount: arbitraryAmount,
        account: arbitraryAddress,
        delegate: arbitraryAddress,
      },
      { kind: 'delegate_revocation', account: arbitraryAddress },
      { kind: 'authority_change', account: arbitraryAddress, authority: fc.constant('account owner'), to: fc.option(arbitraryAddress) },
      { kind: 'burn', asset: fc.option(arbitraryAsset), amount: arbitraryAmount, account: arbitraryAddress },
      { kind: 'memo', text: fc.string({ maxLength: 8 }) },
      { kind: 'foreign', program: arbitraryAddress, what: fc.constant('something') },
      {
        kind: 'governance',
        wallet: arbitraryAddress,
        action: fc.constantFrom('propose', 'approve', 'execute', 'close', 'reject', 'cancel'),
        member: fc.option(arbitraryAddress),
        index: fc.option(fc.bigInt({ min: 0n, max: 9n })),
      },
      { kind: 'unknown', program: fc.option(arbitraryAddress), reason: fc.constant('trailing bytes') },
    ] as const
  ).map(({ kind, ...members }) => ({
    weight: 1,
    arbitrary: fc.record<{ readonly [name: string]: unknown }>({
      kind: fc.constant(kind),
      instruction,
      ...members,
    }) as unknown as fc.Arbitrary<Effect>,
  })),
);
