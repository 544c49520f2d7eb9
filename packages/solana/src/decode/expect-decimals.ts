import type { AssetId } from '@countersign/core';
import { Malformed } from './bytes/malformed.ts';
import type { Scope } from './scope.ts';

/** Throws `Malformed` when the bytes state other decimals than the context knows for the asset. */
export function expectDecimals(scope: Scope, asset: AssetId, decimals: number): void {
  const known = scope.context.assets.find((info) => info.asset === asset);
  if (known && known.decimals !== decimals) throw new Malformed(`states ${decimals} decimals for ${asset}, which has ${known.decimals}`);
}
