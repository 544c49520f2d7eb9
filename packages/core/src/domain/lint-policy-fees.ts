import { NATIVE_ASSET } from './asset.ts';
import { error, type PolicyCheck, warning, when } from './lint-policy-finding.ts';

/** Solana: 5,000 lamports a signature. The fee account and the agent sign what the agent pays alone; the owner's is the third. */
const FEE_ALONE_LAMPORTS = 10_000n;
const FEE_COUNTERSIGNED_LAMPORTS = 15_000n;
/** Rent exemption of a token account of 165 bytes. */
const TOKEN_ACCOUNT_RENT_LAMPORTS = 2_039_280n;

/** Caps under what a payment costs. */
export const lintFees: PolicyCheck = ({ fees, assets }) => {
  const { perTransactionLamports, rentPerTransactionLamports } = fees;
  const token = assets.find(({ asset }) => asset !== NATIVE_ASSET);
  return [
    ...when(
      perTransactionLamports < FEE_ALONE_LAMPORTS,
      error(
        'fees.perTransactionLamports',
        `The least fee of a payment is ${FEE_ALONE_LAMPORTS} lamports, so every payment is denied.`,
        'Raise it; 100000 leaves room for a priority fee.',
      ),
    ),
    ...when(
      perTransactionLamports >= FEE_ALONE_LAMPORTS && perTransactionLamports < FEE_COUNTERSIGNED_LAMPORTS,
      warning(
        'fees.perTransactionLamports',
        `The least fee of a countersigned payment is ${FEE_COUNTERSIGNED_LAMPORTS} lamports, so each of those is denied.`,
        'Raise it; 100000 leaves room for a priority fee.',
      ),
    ),
    ...when(
      token !== undefined && rentPerTransactionLamports < TOKEN_ACCOUNT_RENT_LAMPORTS,
      warning(
        'fees.rentPerTransactionLamports',
        `Whoever has no account for ${token?.asset} cannot be paid in it: making one takes ${TOKEN_ACCOUNT_RENT_LAMPORTS} lamports of rent.`,
        `Raise it to ${TOKEN_ACCOUNT_RENT_LAMPORTS}, or see that recipients have accounts.`,
      ),
    ),
    ...fees.windows.flatMap(({ ceilingLamports, seconds }, position) => [
      ...when(
        ceilingLamports < FEE_ALONE_LAMPORTS,
        error(
          `fees.windows.${position}.ceilingLamports`,
          `Not even one payment's fee of ${FEE_ALONE_LAMPORTS} lamports fits, so every payment is denied.`,
          'Raise it.',
        ),
      ),
      ...when(
        ceilingLamports >= FEE_ALONE_LAMPORTS && ceilingLamports < perTransactionLamports + rentPerTransactionLamports,
        warning(
          `fees.windows.${position}.ceilingLamports`,
          `One payment that costs what one payment may (${perTransactionLamports + rentPerTransactionLamports} lamports with rent) does not fit into ${seconds} s.`,
          'Raise it, or lower the caps for one transaction.',
        ),
      ),
    ]),
  ];
};
