import { type DomainError, parseAddress, parseAmount, parseAssetId, type Result } from '@countersign/core';
import { z } from 'zod';

/** A string field that one of core's parsers judges, so that its words and the service's are the same. */
function parsedBy(parse: (text: unknown) => Result<unknown, DomainError>): z.ZodType<string> {
  return z.string().check((context) => {
    const parsed = parse(context.value);
    if (parsed.ok) return;
    const message = 'problem' in parsed.error && typeof parsed.error.problem === 'string' ? parsed.error.problem : parsed.error.code;
    context.issues.push({ code: 'custom', input: context.value, message });
  });
}

export const amountField: z.ZodType<string> = parsedBy(parseAmount).meta({
  description: 'Whole number of base units (lamports for SOL) as a decimal string, 1 to 2^64 − 1',
  examples: ['250000000'],
});
export const addressField: z.ZodType<string> = parsedBy(parseAddress).meta({ description: 'Base58 address of 32 bytes' });
export const assetField: z.ZodType<string> = parsedBy(parseAssetId).meta({
  description: '"SOL", or the base58 address of a mint',
  examples: ['SOL'],
});

/**
 * Text that people read: no control characters, no half surrogates, at most `most` characters. With `plain` also nothing that changes how
 * the text around it is shown (direction marks, zero-width characters).
 */
export function textField(most: number, what: 'plain' | 'any'): z.ZodType<string> {
  return z
    .string()
    .check(({ value, issues }) => {
      const problem = problemOfText(value, most, what);
      if (problem !== null) issues.push({ code: 'custom', input: value, message: problem });
    })
    .meta({ minLength: 1, maxLength: most });
}

function problemOfText(text: string, most: number, what: 'plain' | 'any'): string | null {
  if (text === '') return 'is empty';
  if (text.length > most) return `is longer than ${most} characters`;
  if (!text.isWellFormed()) return 'holds half a surrogate pair, which is no character';
  if (/\p{Cc}/u.test(text)) return 'holds a control character';
  if (what === 'plain' && /[\p{Cf}\p{Zl}\p{Zp}]/u.test(text)) return 'holds an invisible or direction-changing character';
  if (what === 'plain' && text.trim() !== text) return 'begins or ends with a space';
  return null;
}

/** Longest message of an agent's own, in bytes. */
export const MOST_MESSAGE_BYTES = 8_192;
const MOST_BASE64_CHARACTERS = Math.ceil(MOST_MESSAGE_BYTES / 3) * 4;
const BASE64 = /^(?:[A-Za-z0-9+/]{4})*(?:[A-Za-z0-9+/]{2}==|[A-Za-z0-9+/]{3}=)?$/;
/** Bytes in the one spelling of base64 (RFC 4648, section 4): padded, no stray bits, nothing between. */
export const messageField: z.ZodType<string> = z
  .string()
  .check(({ value, issues }) => {
    const problem = problemOfBase64(value);
    if (problem !== null) issues.push({ code: 'custom', input: value, message: problem });
  })
  .meta({ description: 'Base64 of a serialized Solana message without signatures', minLength: 4, maxLength: MOST_BASE64_CHARACTERS });

/** A sealed key file in base64, at most as long as a message. */
export const backupField: z.ZodType<string> = z
  .string()
  .check(({ value, issues }) => {
    const problem = problemOfBase64(value);
    if (problem !== null) issues.push({ code: 'custom', input: value, message: problem });
  })
  .meta({ description: 'Base64 of a sealed key file', minLength: 4, maxLength: MOST_BASE64_CHARACTERS });

/** Text that was signed: an owner statement or a sign-in message, to the byte. What it says is judged where it is used. */
export const signedTextField: z.ZodType<string> = z
  .string()
  .min(1, 'is empty')
  .max(4_096, 'is longer than 4096 characters')
  .refine((text) => /^[\x20-\x7e\n]*$/.test(text), 'holds a character that no signed text has')
  .meta({ description: 'The exact text that was signed' });

function problemOfBase64(text: string): string | null {
  if (text === '') return 'is empty';
  if (text.length > MOST_BASE64_CHARACTERS) return `is longer than ${MOST_MESSAGE_BYTES} bytes`;
  if (!BASE64.test(text)) return 'is not base64';
  const bytes = Uint8Array.from(atob(text), (character) => character.charCodeAt(0));
  if (bytes.length > MOST_MESSAGE_BYTES) return `is longer than ${MOST_MESSAGE_BYTES} bytes`;
  return btoa(String.fromCharCode(...bytes)) === text ? null : 'is not base64 in its one spelling: the last character has stray bits';
}

const ULID = '[0-7][0-9A-HJKMNP-TV-Z]{25}';
/** An id such as `wal_01KAQ…`. */
export function idField(prefix: 'wal' | 'tx' | 'apr' | 'crd' | 'key' | 'kit'): z.ZodType<string> {
  return z
    .string()
    .regex(new RegExp(`^${prefix}_${ULID}$`), `is not an id of this kind (${prefix}_ and 26 characters)`)
    .meta({ examples: [`${prefix}_01KAQ5R9V3N8X2M4T6W8Y0Z1B3`] });
}

const BASE58 = '[1-9A-HJ-NP-Za-km-z]';
/** An Ed25519 signature: base58 of 64 bytes. */
export const signatureField: z.ZodType<string> = z
  .string()
  .regex(new RegExp(`^${BASE58}{64,88}$`), 'is not a base58 signature of 64 bytes')
  .meta({ description: 'Ed25519 signature, base58 of 64 bytes' });

/** How many items of a list to give: 1 to 100. Query parameters are text. */
export const limitField: z.ZodType<string> = z
  .string()
  .regex(/^([1-9][0-9]?|100)$/, 'must be a whole number from 1 to 100')
  .meta({ description: 'Items on a page, 1 to 100; 50 when absent' });
/** A whole number, as text in a query. */
export const sequenceField: z.ZodType<string> = z
  .string()
  .regex(/^[1-9][0-9]{0,17}$/, 'must be a whole number from 1')
  .meta({ description: 'Sequence in the audit chain, from 1' });
