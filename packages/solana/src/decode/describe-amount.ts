import { type AssetId, formatUnits, NATIVE_ASSET, NATIVE_DECIMALS, WRAPPED_NATIVE_ASSET } from '@countersign/core';

export function lamports(amount: bigint): string {
  return `${formatUnits(amount, NATIVE_DECIMALS)} SOL (${amount} lamports)`;
}

export function baseUnits(asset: AssetId | null, amount: bigint): string {
  if (asset === NATIVE_ASSET) return lamports(amount);
  return `${amount} base units of ${asset === null ? 'an unknown token' : tokenName(asset)}`;
}

export function tokenName(asset: AssetId): string {
  return asset === WRAPPED_NATIVE_ASSET ? `wrapped SOL ${asset}` : `token ${asset}`;
}
