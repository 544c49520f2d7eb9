import { type Address, type AssetId, NATIVE_ASSET } from '@countersign/core';
import { RECIPIENTS } from './keys.ts';

/** A program that the fake chain's agents may call with the owner's signature. */
export const PROGRAM: Address = 'SwapsVVVVVVVVVVVVVVVVVVVVVVVVVVVVVVVVVVVVVV' as Address;
export const PROGRAM_DATA = '0a0b0c0d';

/** Limits of one asset in base units, as the reference model reads them back out of the document. */
export interface PolicyTerms {
  readonly autonomous: bigint;
  readonly delayedUpTo: bigint;
  readonly delaySeconds: number;
  readonly ceiling: bigint;
  readonly windows: readonly { readonly seconds: number; readonly autonomous: bigint; readonly ceiling: bigint }[];
  /** So many denied requests within two minutes freeze the wallet; `null`: none do. */
  readonly freezeAtDenials: number | null;
  /** Over all wallets of one owner; `null` for none. */
  readonly ownerWindow: { readonly seconds: number; readonly autonomous: bigint; readonly ceiling: bigint } | null;
}

export const ASSET: AssetId = NATIVE_ASSET;

const STANDARD: PolicyTerms = {
  autonomous: 100n,
  delayedUpTo: 200n,
  delaySeconds: 60,
  ceiling: 1_000n,
  windows: [
    { seconds: 90, autonomous: 250n, ceiling: 1_500n },
    { seconds: 86_400, autonomous: 600n, ceiling: 3_000n },
  ],
  freezeAtDenials: null,
  ownerWindow: null,
};
const TIGHT: PolicyTerms = {
  ...STANDARD,
  autonomous: 60n,
  delayedUpTo: 100n,
  windows: [{ seconds: 86_400, autonomous: 300n, ceiling: 2_000n }],
};
const LOOSE: PolicyTerms = {
  ...STANDARD,
  freezeAtDenials: 2,
  delayedUpTo: 250n,
  windows: [
    { seconds: 120, autonomous: 400n, ceiling: 2_000n },
    { seconds: 86_400, autonomous: 900n, ceiling: 5_000n },
  ],
};
/** Two wallets of one owner share one budget, which is narrower than what each has. */
const SHARED: PolicyTerms = { ...STANDARD, ownerWindow: { seconds: 300, autonomous: 150n, ceiling: 1_000n } };

export const TERMS: readonly [PolicyTerms, ...PolicyTerms[]] = [STANDARD, TIGHT, LOOSE];
export { SHARED };

const tightened = new Map<PolicyTerms, PolicyTerms>();
/** Half of everything that one payment may take: what an operator may put in force alone. */
export function tighter(terms: PolicyTerms): PolicyTerms {
  const { autonomous, delayedUpTo, ceiling } = terms;
  const known = tightened.get(terms) ?? { ...terms, autonomous: autonomous / 2n, delayedUpTo: delayedUpTo / 2n, ceiling: ceiling / 2n };
  tightened.set(terms, known);
  return known;
}

const documents = new Map<PolicyTerms, string>();
const termsByDocument = new Map<string, PolicyTerms>();

/** The policy document of these terms. */
export function policyText(terms: PolicyTerms): string {
  const known = documents.get(terms);
  if (known !== undefined) return known;
  const pair = (each: { readonly autonomous: bigint; readonly ceiling: bigint }) => ({
    autonomous: each.autonomous.toString(),
    ceiling: each.ceiling.toString(),
  });
  const window = (each: PolicyTerms['windows'][number]) => ({ seconds: each.seconds, ...pair(each) });
  const { ownerWindow } = terms;
  const text = JSON.stringify({
    version: 1,
    assets: [
      {
        asset: ASSET,
        perTransaction: { ...pair(terms), delayed: { upTo: terms.delayedUpTo.toString(), delaySeconds: terms.delaySeconds } },
        windows: terms.windows.map(window),
      },
    ],
    ...(ownerWindow === null
      ? {}
      : { groups: [{ name: 'all', scope: 'owner', members: [{ asset: ASSET, weight: '1' }], windows: [window(ownerWindow)] }] }),
    recipients: RECIPIENTS.slice(0, 2).map((address, index) => ({ address, label: `Merchant ${index + 1}` })),
    otherRecipients: 'countersigned',
    programs: [{ program: PROGRAM, label: 'Swap', instructions: [{ name: 'swap', discriminator: PROGRAM_DATA.slice(0, 4) }] }],
    ...(terms.freezeAtDenials === null ? {} : { denials: { seconds: 120, freezeAt: terms.freezeAtDenials } }),
    fees: { perTransactionLamports: '100000', rentPerTransactionLamports: '0' },
    signaturesPerMinute: 6_000,
  });
  documents.set(terms, text);
  termsByDocument.set(text, terms);
  return text;
}

/** The terms of a document that `policyText` made. */
export function termsOf(text: string): PolicyTerms {
  const terms = termsByDocument.get(text);
  if (terms === undefined) throw new Error('a policy that nobody here wrote');
  return terms;
}
