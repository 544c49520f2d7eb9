import type { AssetId } from './asset.ts';
import type { AgentPolicy } from './policy.ts';

/** Every window of a policy, for reading its usage. */
export function windowsOf(policy: AgentPolicy): readonly { readonly asset: AssetId; readonly seconds: number }[] {
  return policy.assets.flatMap(({ asset, windows }) => windows.map(({ seconds }) => ({ asset, seconds })));
}
