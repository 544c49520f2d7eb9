import { type AssetId, type AssetInfo, budgetAsset, formatUnits, NATIVE_ASSET, NATIVE_DECIMALS } from '@countersign/core';

/** `0.25 SOL (250000000)`; in base units alone where the decimals are not known. */
export function amountText(amount: bigint, asset: AssetId, assets: readonly AssetInfo[]): string {
  const isNative = budgetAsset(asset) === NATIVE_ASSET;
  const decimals = isNative ? NATIVE_DECIMALS : assets.find((info) => info.asset === asset)?.decimals;
  if (decimals === undefined) return `${amount} base units`;
  return `${formatUnits(amount, decimals)}${isNative ? ' SOL' : ''} (${amount})`;
}
