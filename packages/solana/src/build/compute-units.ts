/**
 * Compute unit limits by shape, for the deployed Squads v4 program, with room above what was measured (docs/adr/0006-fee-payer.md):
 * derivation of an address costs 1,500 units more for each bump that has to be tried.
 */
export const COMPUTE_UNITS: {
  readonly spendNative: number;
  readonly spendToken: number;
  readonly countersignedNative: number;
  readonly countersignedToken: number;
  readonly createTokenAccount: number;
  readonly memo: number;
  /** The steps of a proposal around what the vault calls. */
  readonly proposal: number;
  /** Each instruction of a call: the runtime's own default. */
  readonly callInstruction: number;
} = {
  spendNative: 50_000,
  spendToken: 120_000,
  countersignedNative: 160_000,
  countersignedToken: 190_000,
  createTokenAccount: 50_000,
  memo: 10_000,
  proposal: 150_000,
  callInstruction: 200_000,
};

const MAX_UNITS = 1_400_000;

/** By how many different unit limits equal payments are told apart. */
export const VARIATIONS = 65_536;

/** Units of a payment: the shape, plus what is added to it, plus what makes the bytes of one payment differ from those of an equal one. */
export function computeUnits(
  shape: number,
  adds: { readonly createsAccount: boolean; readonly memo: boolean; readonly variation: number },
): number {
  return shape + adds.variation + (adds.createsAccount ? COMPUTE_UNITS.createTokenAccount : 0) + (adds.memo ? COMPUTE_UNITS.memo : 0);
}

/** Units of a call of so many instructions; never more than a transaction can have. */
export function callUnits(instructions: number, variation: number): number {
  const wanted = COMPUTE_UNITS.proposal + instructions * COMPUTE_UNITS.callInstruction;
  return Math.min(wanted, MAX_UNITS - VARIATIONS) + variation;
}
