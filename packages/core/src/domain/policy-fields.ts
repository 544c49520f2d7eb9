import { z } from 'zod';
import { type Address, isAddress } from './address.ts';
import { MAX_AMOUNT } from './amount.ts';
import { type AssetId, parseAssetId, WRAPPED_NATIVE_ASSET } from './asset.ts';

/** The most that a window over a group may hold, in the owner's units: 10^37. */
export const MAX_GROUP_UNITS: bigint = 10n ** 37n;
/** The most that one base unit may weigh: 10^18. */
export const MAX_WEIGHT: bigint = 10n ** 18n;
/** Windows last from a minute to 365 days. */
export const MIN_WINDOW_SECONDS = 60;
export const MAX_WINDOW_SECONDS = 31_536_000;

/** For the JSON Schema; the length in bytes is checked by the parser. */
const BASE58 = '^[1-9A-HJ-NP-Za-km-z]{32,44}$';

const units = (most: bigint, words: string): z.ZodType<bigint, string> =>
  z
    .string()
    .max(40)
    .regex(/^(0|[1-9][0-9]*)$/, 'must be a decimal string of a whole number')
    .refine((text) => /^[0-9]{1,40}$/.test(text) && BigInt(text) <= most, `is more than ${words}`)
    .transform((text) => BigInt(text));

/** Base units, 0 to 2^64 − 1. */
export const baseUnits: z.ZodType<bigint, string> = units(MAX_AMOUNT, '2^64 − 1');
/** Units of a group, 0 to 10^37. */
export const groupUnits: z.ZodType<bigint, string> = units(MAX_GROUP_UNITS, '10^37');
/** 1 to 10^18. */
export const weight: z.ZodType<bigint, string> = units(MAX_WEIGHT, '10^18').refine((value) => value >= 1n, 'must be at least 1');

export const addressText: z.ZodType<Address, string> = z
  .string()
  .meta({ pattern: BASE58 })
  .refine(isAddress, 'is not a base58 address of 32 bytes')
  .transform((text) => text as Address);

export const assetId: z.ZodType<AssetId, string> = z
  .string()
  .meta({ pattern: `^SOL$|${BASE58}` })
  .refine((text) => parseAssetId(text).ok, 'is neither "SOL" nor the address of a mint')
  .refine((text) => text !== WRAPPED_NATIVE_ASSET, 'is wrapped SOL, which counts as SOL: list "SOL" instead')
  .transform((text) => text as AssetId);

/** A name for people; nothing that could pass for something else on a screen. */
export const label = (most: number): z.ZodType<string, string> =>
  z
    .string()
    .min(1)
    .max(most)
    .regex(/^[\p{L}\p{N}][\p{L}\p{N} ._'&()-]*$/u, "may hold letters, digits, spaces and . _ ' & ( ) - only");

export const whole = (least: number, most: number): z.ZodType<number, number> => z.int().min(least).max(most);
export const windowSeconds: z.ZodType<number, number> = whole(MIN_WINDOW_SECONDS, MAX_WINDOW_SECONDS);

/** A member that may be left out, and never is `null`. */
export function orNull<Out, In>(schema: z.ZodType<Out, In>): z.ZodType<Out | null, In | undefined> {
  return schema.optional().transform((value) => value ?? null);
}
export function orEmpty<Out, In>(schema: z.ZodType<Out, In>, most: number): z.ZodType<readonly Out[], In[] | undefined> {
  return z
    .array(schema)
    .max(most)
    .optional()
    .transform((value) => value ?? []);
}

/** ISO 8601 in UTC to the second, in one spelling; the years 2000 to 9999. */
export const moment: z.ZodType<number, string> = z
  .string()
  .regex(/^[2-9][0-9]{3}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}:[0-9]{2}Z$/, 'must be a moment such as 2027-01-31T23:00:00Z')
  .refine((text) => {
    const ms = Date.parse(text);
    return Number.isFinite(ms) && formatMoment(ms) === text;
  }, 'is no moment of the calendar')
  .transform((text) => Date.parse(text));

/** The one spelling of a whole second. */
export function formatMoment(ms: number): string {
  return `${new Date(ms).toISOString().slice(0, 19)}Z`;
}
