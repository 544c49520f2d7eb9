import { type Address, isAddress } from './address.ts';
import type { Branded } from './brand.ts';
import { type DomainError, domainError } from './errors.ts';
import { fail, ok, type Result } from './result.ts';

/** What is paid with: the chain's native asset by its symbol, or a token by the address of its mint. */
export type AssetId = Branded<string, 'AssetId'>;

/** Solana's native asset; base unit lamport, 9 decimals. */
export const NATIVE_ASSET: AssetId = 'SOL' as AssetId;
export const NATIVE_DECIMALS = 9;

/** Wrapped SOL, a token whose account holds lamports. */
export const WRAPPED_NATIVE_ASSET: AssetId = 'So11111111111111111111111111111111111111112' as AssetId;

/** The asset under whose rule and budgets an asset counts: the native asset and its wrapped form are one. */
export function budgetAsset(asset: AssetId): AssetId {
  return asset === WRAPPED_NATIVE_ASSET ? NATIVE_ASSET : asset;
}

export function tokenAsset(mint: Address): AssetId {
  return mint as string as AssetId;
}

/** The mint of a token asset; `null` for the native asset. */
export function mintOf(asset: AssetId): Address | null {
  return isAddress(asset) ? asset : null;
}

export function parseAssetId(text: unknown, field = 'asset'): Result<AssetId, DomainError> {
  if (text === NATIVE_ASSET) return ok(NATIVE_ASSET);
  if (typeof text === 'string' && isAddress(text)) return ok(tokenAsset(text));
  return fail(domainError('invalid_field', { field, problem: 'is neither "SOL" nor the base58 address of a mint' }));
}
