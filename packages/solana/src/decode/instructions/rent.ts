/** Rent exemption of an account with this much data: 6,960 lamports a byte, 128 bytes of overhead included. */
export function rentLamports(dataBytes: number): bigint {
  return BigInt(dataBytes + 128) * 6_960n;
}

/** A token account of the classic token program has 165 bytes. */
export const TOKEN_ACCOUNT_RENT_LAMPORTS: bigint = 2_039_280n;
/** A multisig with two members: 132 bytes and 33 for each. */
export const MULTISIG_RENT_LAMPORTS: bigint = rentLamports(132 + 2 * 33);
/** When a member does not fit, the multisig grows by ten members of 33 bytes. */
export const MULTISIG_GROWTH_LAMPORTS: bigint = 330n * 6_960n;
/** A proposal has room for three lists of all members; a wallet has two. */
export const PROPOSAL_RENT_LAMPORTS: bigint = rentLamports(70 + 3 * 32 * 2);

export function spendingLimitRentLamports(members: number, destinations: number): bigint {
  return rentLamports(139 + 32 * (members + destinations));
}
